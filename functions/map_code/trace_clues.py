"""What a function's place in the trace says: how near the crash, who raised, who only passed on."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from functions.map_code.candidates import Candidate, Pool
from functions.map_code.errors_said import Said
from functions.map_code.frames import Located, Place
from functions.map_code.roles import Crash, Part, Role, part_of
from functions.map_code.search import Search, is_test
from mendloop.domain.source_code import SourceFile

_WORKS = Part(Role.WORKS, raises=False)
_MOST_SKIPPED = 4
_ANY = {"Exception", "BaseException", "Throwable", "RuntimeException", "StandardError"}


@dataclass
class Step:
    """One own frame, counted from the crash. `depth` counts functions, so a recursion does not push others away."""

    place: Place
    candidate: Candidate
    depth: int
    part: Part = _WORKS
    beyond: int = 0
    """Functions above the first one that does more than raise; negative for those below it."""


def steps(located: Located, pool: Pool, search: Search) -> list[Step]:
    """Crash first; a candidate for every place."""
    found: list[Step] = []
    depths: dict[tuple[str, str], int] = {}
    for places in reversed(located.places):
        first = (places[0].path, places[0].function.name if places[0].function else "")
        depth = depths.setdefault(first, len(set(depths.values())))
        for place in places:
            name = place.function.name if place.function else ""
            source = search.snapshot.source(place.path)
            span = (place.function.start, place.function.end) if place.function else _statement(source, place.line)
            own = depths.setdefault((place.path, name), depth)
            found.append(Step(place, pool.get(place.path, name, span), own))
    _give_parts(found, located, search)
    return found


def _statement(source: SourceFile | None, line: int) -> tuple[int, int]:
    return source.statement(line) if source else (line, line)


def _give_parts(found: list[Step], located: Located, search: Search) -> None:
    refused, skipped, still = False, 0, True
    error = re.split(r"[.$]", located.error)[-1]
    for step in found:
        function, source = step.place.function, search.snapshot.source(step.place.path)
        if function and source:
            step.part = part_of(source, function, step.place.line, Crash(step.depth == 0, refused, error))
        refused = step.part.role is Role.RAISER
        if still and step.depth == skipped and skipped < _MOST_SKIPPED and step.part.role in {Role.RAISER, Role.GUARD}:
            skipped += 1
        elif step.depth >= skipped:
            still = False
    deepest = max((step.depth for step in found), default=0)
    first = min(skipped, deepest)
    for step in found:
        step.beyond = step.depth - first


def read_trace(found: list[Step], located: Located, said: Said, search: Search) -> None:
    """Clues for every candidate on the trace."""
    if not found:
        return
    own = [one for one in found if not is_test(one.place.path)]
    deepest = max((one.depth for one in own), default=0)
    first = next((one for one in found if one.beyond == 0), found[0])
    for one in found:
        _position(one, located, deepest)
        _file(one, found)
        _part(one, said)
        _nature(one, found)
        _tries(one, located, search)
    _elsewhere(found, first)


def _position(one: Step, located: Located, deepest: int) -> None:
    candidate, place, depth = one.candidate, one.place, one.depth
    where = f"{place.path}:{place.line}"
    if depth:
        reason = f"{depth} own frame{'s' if depth > 1 else ''} above the deepest, at {where}"
    else:
        reason = f"calls the dependency that raised, at {where}" if located.below_own else f"raised at {where}"
    only_raises = one.part.role is Role.RAISER and one.beyond < 0
    candidate.add("raiser" if only_raises else "near_crash", 1.0 if only_raises else 1 / (1 + depth), reason)
    candidate.seen(place.line, place.certainty, place.of_file, place.note)
    if depth == 0:
        candidate.add("deepest")
    if depth == deepest and deepest > 0:
        candidate.add("entry", 1 / deepest)
    if located.below_own and depth == 0:
        candidate.add("calls_dependency")


def _file(one: Step, found: list[Step]) -> None:
    candidate, place = one.candidate, one.place
    if place.path == found[0].place.path and one.depth:
        candidate.add("beside_crash", 1 / (1 + one.depth))


def _part(one: Step, said: Said) -> None:
    candidate = one.candidate
    if one.beyond >= 0:
        candidate.add("near_cause", 1 / (1 + one.beyond))
        candidate.add(f"cause_{min(one.beyond, 2)}")
        if one.beyond <= 1:
            candidate.add(f"cause_{one.beyond}_{said.kind}")
    if one.part.role is Role.GUARD and one.beyond < 0:
        candidate.add("guard", 1.0, "refuses what it was given")
    if one.part.role is Role.PASSES:
        candidate.add("passes", 1.0)
    if one.beyond == 0 and one.depth > 0:
        candidate.add("refused", 1.0, "what it called said no")
    if one.depth == 0 and one.part.raises and one.beyond == 0:
        candidate.add("raises", 1.0, "raises the exception itself")


def _nature(one: Step, found: list[Step]) -> None:
    candidate, function = one.candidate, one.place.function
    above = next((step for step in found if step.depth == one.depth - 1), None)
    if function and above and above.place.function and above.place.function.short == function.short:
        candidate.add("passes_on", 1.0, "hands on to a function of the same name")
    if sum(1 for step in found if step.candidate is candidate) > 1:
        candidate.add("repeats")


def _tries(one: Step, located: Located, search: Search) -> None:
    """It is ready for other exceptions around this very line."""
    function, source = one.place.function, search.snapshot.source(one.place.path)
    if function is None or source is None or one.beyond < 0:
        return
    around = [each for each in source.facts(function).tries if each.span.holds(one.place.line)]
    error = re.split(r"[.$]", located.error)[-1]
    if error and around and all(each.caught and not each.caught & {error, *_ANY} for each in around):
        one.candidate.add("catches_others", 1.0, f"catches {min(around[0].caught)} around it, but no {error}")


def read_origin(found: list[Step]) -> None:
    """The first function up the trace that did more than hand on what it was given."""
    started = False
    for step in found:
        if step.beyond < 0:
            continue
        if started and step.part.role is not Role.PASSES:
            step.candidate.add("origin", 1.0, "the value that was refused is handed on from here")
            return
        if not started and step.candidate.clues.get("uses_parameter") or step.part.role is Role.PASSES:
            started = True
        elif not started:
            return


def _elsewhere(found: list[Step], first: Step) -> None:
    """The first function outside the file, and outside the folder, where it began to go wrong."""
    places: dict[str, Callable[[str], str]] = {"next_file": str, "next_folder": lambda path: path.rpartition("/")[0]}
    for clue, part in places.items():
        for step in found:
            if step.beyond > 0 and part(step.place.path) != part(first.place.path):
                step.candidate.add(clue)
                break

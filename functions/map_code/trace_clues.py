"""What a function's place in the trace says: how near the crash, who raised, who only passed on."""

import re
from dataclasses import dataclass
from math import log1p

from functions.map_code.candidates import Candidate, Pool
from functions.map_code.errors_said import Said
from functions.map_code.frames import Located, Place
from functions.map_code.search import Search, is_test
from mendloop.domain.source_code import Function, SourceFile

_CHECKS = re.compile(
    r"^_*(check|validate|verify|ensure|assert|require|expect|fail|throw|raise|abort|must|reject|report|error|missing|"
    r"force_reraise|wrap_?exc)",
    re.IGNORECASE,
)
_DISPATCHES = re.compile(
    r"^(wrapper|wrapped|inner|__call__|dispatch\w*|invoke\w*|call\w*|run|_?execute\w*|apply|handle\w*|main|process|exec|"
    r"decorated\w*|traverse\w*|visit|accept|next|emit|__exit__|__enter__|decorate\w*|__run_method|do|perform\w*)$"
)
_GENERAL = re.compile(
    r"(^|/)(\w*util(s|ities)?|common|helpers?|base|core|lib|shared|compat|excutils|_utils)(/|\.|$)|Utils?\.java$|Helper|Preconditions"
)
_SMALL = 4


@dataclass(frozen=True)
class Step:
    """One own frame, counted from the crash. `depth` counts functions, so a recursion does not push others away."""

    place: Place
    candidate: Candidate
    depth: int
    raising: bool


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
            candidate = pool.get(place.path, name, span)
            raising = bool(place.function and source and _raises(source, place.function, place.line))
            own = depths.setdefault((place.path, name), depth)
            found.append(Step(place, candidate, own, raising))
    return found


def _statement(source: SourceFile | None, line: int) -> tuple[int, int]:
    return source.statement(line) if source else (line, line)


def _raises(source: SourceFile, function: Function, line: int) -> bool:
    return any(span.holds(line) for span in source.facts(function).raises)


def read_trace(found: list[Step], located: Located, said: Said, search: Search) -> None:
    """Clues for every candidate on the trace."""
    if not found:
        return
    crash = found[0]
    own = [one for one in found if not is_test(one.place.path)]
    deepest = max((one.depth for one in own), default=0)
    raised_by = crash.raising and not located.below_own
    checker = raised_by and is_checker(crash, search)
    for one in found:
        _position(one, found, located, deepest)
        _raising(one, crash, raised_by, checker, said)
        _nature(one, found, search)


def _position(one: Step, found: list[Step], located: Located, deepest: int) -> None:
    candidate, place, depth = one.candidate, one.place, one.depth
    where = f"{place.path}:{place.line}"
    if depth:
        reason = f"{depth} own frame{'s' if depth > 1 else ''} above the deepest, at {where}"
    else:
        reason = f"calls the dependency that raised, at {where}" if located.below_own else f"raised at {where}"
    candidate.add("near_crash", 1 / (1 + depth), reason)
    for name, is_there in (("deepest", depth == 0), ("second", depth == 1), ("third", depth == 2)):
        if is_there:
            candidate.add(name)
    candidate.seen(place.line, place.certainty, place.note)
    if depth == deepest and deepest > 1:
        candidate.add("entry")
    if located.below_own and depth == 0:
        candidate.add("calls_dependency")
    _file(one, found)


def _file(one: Step, found: list[Step]) -> None:
    candidate, place = one.candidate, one.place
    if place.path == found[0].place.path and one.depth:
        candidate.add("beside_crash", 1 / (1 + one.depth))
    if is_test(place.path):
        candidate.add("test_file", 1.0, "lies in a test or an example")
    if not place.function:
        candidate.add("module_level")


def _raising(one: Step, crash: Step, raised_by: bool, checker: bool, said: Said) -> None:
    candidate = one.candidate
    if one.depth == 0:
        candidate.add(f"deepest_{said.kind}")
        if raised_by:
            candidate.add("raises", 1.0, "raises the exception itself")
        if checker:
            candidate.add("checks", 1.0, "only checks what it is given")
    if one.depth == 1:
        candidate.add(f"second_{said.kind}")
        if raised_by:
            candidate.add("raised_for", 1.0, "the exception was raised for what it handed on")
        if checker:
            candidate.add("checked", 1.0, "a check that it calls said no")
    if one.depth == 2 and checker:
        candidate.add("checked_above")


def is_checker(one: Step, search: Search) -> bool:
    """A function that does little but raise, or is called like a check."""
    function = one.place.function
    if function is None:
        return False
    return bool(_CHECKS.match(function.short)) or function.end - function.start <= _SMALL


def _nature(one: Step, found: list[Step], search: Search) -> None:
    candidate, function = one.candidate, one.place.function
    near = 1 / (1 + one.depth)
    if _GENERAL.search(one.place.path):
        candidate.add("general_file", near)
    if function is None:
        return
    lines = function.end - function.start + 1
    candidate.add("length", min(log1p(lines) / 5, 1.2))
    if lines <= _SMALL:
        candidate.add("small")
    if _DISPATCHES.match(function.short):
        candidate.add("dispatches", 1.0)
    above = next((step for step in found if step.depth == one.depth - 1), None)
    if above and above.place.function and above.place.function.short == function.short:
        candidate.add("passes_on", 1.0, "hands on to a function of the same name")
    if function.short in {"__init__", "<init>", "constructor"}:
        candidate.add("constructor_frame")
    candidate.add("popular", min(log1p(search.calls(function.short)) / 8, 1.0))
    if sum(1 for step in found if step.candidate is candidate) > 1:
        candidate.add("repeats")

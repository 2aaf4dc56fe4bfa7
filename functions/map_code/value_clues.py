"""Where the value came from: functions that no frame names, one or two steps from the crash.

From the line of a frame: what it calls, what made the names on it, who writes the attributes it reads, who builds the
object; from the message: what it names.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from functions.map_code.candidates import Pool
from functions.map_code.errors_said import Said
from functions.map_code.resolve import Resolver
from functions.map_code.search import Hit, Search, add_hits
from functions.map_code.trace_clues import Step
from mendloop.domain.source_code import Facts, Function, SourceFile, Span

_DEEP = 4
"""Frames from the crash up whose values are followed."""
_STEPS_BACK = 2


@dataclass(frozen=True)
class _Line:
    """A frame's statement with what is known about its function."""

    step: Step
    source: SourceFile
    function: Function
    facts: Facts
    span: Span


def read_values(steps: list[Step], said: Said, pool: Pool, search: Search) -> None:
    """Candidates from the frames nearest to the crash."""
    resolver = Resolver(search)
    for line in _lines(steps, search):
        weight = 1 / (1 + line.step.depth)
        below = _below(line.step, steps)
        _parameters(line, said)
        for call in line.facts.calls:
            if call.span.start <= line.span.end and line.span.start <= call.span.end and call.name != below:
                reason = f"called on {line.step.place.path}:{line.step.place.line}"
                add_hits(
                    pool,
                    resolver.called(call, line.source, line.step.place.path, line.function),
                    "called",
                    weight,
                    reason,
                )
        _makers(line, weight, pool, resolver)
        if line.step.depth <= 1:
            _attributes(line, weight, said, pool, resolver)


def _lines(steps: list[Step], search: Search) -> Iterator[_Line]:
    seen: set[int] = set()
    for step in steps:
        function, source = step.place.function, search.snapshot.source(step.place.path)
        if step.depth > _DEEP or function is None or source is None or id(step.candidate) in seen:
            continue
        seen.add(id(step.candidate))
        span = source.statement_around(step.place.line, function)
        yield _Line(step, source, function, source.facts(function), span)


def _below(step: Step, steps: list[Step]) -> str:
    """The function that this frame called, by the trace."""
    under = [one for one in steps if one.depth == step.depth - 1 and one.place.function]
    return under[0].place.function.short if under and under[0].place.function else ""


def _parameters(line: _Line, said: Said) -> None:
    """A value that came in as a parameter was made by the caller."""
    if line.step.depth > 0:
        return
    names = line.facts.names_at(line.span)
    given = names & (set(line.function.parameters) - line.source.grammar.itself)
    made = {name for one in line.facts.assignments for name in one.names}
    if given and not (names & made):
        line.step.candidate.add("uses_parameter", 1.0, f"uses what it was given: {sorted(given)[0]}")
    if names & made:
        line.step.candidate.add("uses_own_value", 1.0)


def _makers(line: _Line, weight: float, pool: Pool, resolver: Resolver) -> None:
    """Functions whose results were assigned to what the line uses."""
    names, span = line.facts.names_at(line.span), line.span
    for back in range(1, _STEPS_BACK + 1):
        made = [one for one in line.facts.assignments if one.names & names and one.span.start <= span.end]
        for one in made:
            for call in line.facts.calls:
                if one.span.start <= call.span.start and call.span.end <= one.span.end:
                    hits = resolver.called(call, line.source, line.step.place.path, line.function)
                    name = sorted(one.names & names)[0]
                    add_hits(
                        pool,
                        hits,
                        "makes_value",
                        weight / back,
                        f"makes {name}, used at {line.step.place.path}:{line.span.start}",
                    )
        names = names | {name for one in made for name in one.used}


def _attributes(line: _Line, weight: float, said: Said, pool: Pool, resolver: Resolver) -> None:
    """Who writes the attributes that the line reads, and who builds the object they belong to."""
    read = line.facts.attributes_at(line.span) | set(said.attributes)
    if line.source.language == "java":
        read |= line.facts.names_at(line.span) - set(line.function.parameters)
    called = {call.name for call in line.facts.calls}
    read -= called
    path = line.step.place.path
    for function in line.source.functions:
        if function.name == line.function.name:
            continue
        written = {name for one in line.source.facts(function).assignments for name in one.attributes}
        if line.source.language == "java":
            written = {name for one in line.source.facts(function).assignments for name in one.names}
        both = sorted(written & read)
        same_class = bool(function.owner) and function.owner == line.function.owner
        if both and (same_class or line.source.language in {"go", "javascript"}):
            builds = function in line.source.constructors(line.function.owner)
            add_hits(
                pool,
                [Hit(path, function)],
                "writes_built" if builds else "writes",
                weight,
                f"gives {both[0]} its value",
            )
    for built in line.source.constructors(line.function.owner) if line.function.owner else []:
        add_hits(pool, [Hit(path, built)], "builds", weight, f"builds the object of {line.function.name}")

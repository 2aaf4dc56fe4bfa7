"""The statements of the frames nearest to the crash, whose values are followed."""

from collections.abc import Iterator
from dataclasses import dataclass

from functions.map_code.search import Search
from functions.map_code.trace_clues import Step
from mendloop.domain.source_code import Facts, Function, Raise, SourceFile, Span

DEEP = 4
"""Frames from the crash up whose values are followed."""
_BELOW = 0.3
"""What the values of a function weigh that only refused them."""


@dataclass(frozen=True)
class Line:
    """A frame's statement with what is known about its function."""

    step: Step
    source: SourceFile
    function: Function
    facts: Facts
    span: Span
    weight: float
    raised: Raise | None

    @property
    def where(self) -> str:
        """`path:line`."""
        return f"{self.step.place.path}:{self.step.place.line}"

    @property
    def names(self) -> set[str]:
        """On the line, and in the condition that led to it."""
        asked = self.raised.asked if self.raised else frozenset[str]()
        return self.facts.names_at(self.span) | asked


def lines(steps: list[Step], search: Search) -> Iterator[Line]:
    """One per function, crash first."""
    seen: set[int] = set()
    for step in steps:
        function, source = step.place.function, search.snapshot.source(step.place.path)
        if step.beyond > DEEP or function is None or source is None or id(step.candidate) in seen:
            continue
        seen.add(id(step.candidate))
        facts, line = source.facts(function), step.place.line
        weight = 1 / (1 + step.beyond) if step.beyond >= 0 else _BELOW
        raised = next((one for one in facts.raises if one.span.holds(line)), None)
        yield Line(step, source, function, facts, source.statement_around(line, function), weight, raised)

"""Stack traces out of log events. One pass over the text; frames, messages and events are bounded.

To add a language: a module with `find(lines) -> list[Found]`, named in `LANGUAGES`.
"""

from collections.abc import Callable, Iterable, Sequence

from mendloop.domain.stack_trace import dotnet, golang, java, javascript, php, python, ruby, rust
from mendloop.domain.stack_trace.layout import lay_out
from mendloop.domain.stack_trace.model import Found, Line, LogText, Rank, Trace, TraceFrame
from mendloop.domain.stack_trace.reports import read_report

__all__ = ["Found", "LogText", "Rank", "Trace", "TraceFrame", "extract"]

LANGUAGES: tuple[Callable[[Sequence[Line]], list[Found]], ...] = (
    python.find,
    java.find,
    javascript.find,
    golang.find,
    dotnet.find,
    ruby.find,
    php.find,
    rust.find,
)


def extract(events: Iterable[LogText]) -> list[Found]:
    """Every trace in the events, by the event it begins in. Events of one source must be in time order."""
    layout = lay_out(events)
    found = [trace for report in layout.reports if (trace := read_report(report))]
    for block in layout.blocks:
        for find in LANGUAGES:
            found += find(block.lines)
    return sorted(found, key=lambda one: one.event)

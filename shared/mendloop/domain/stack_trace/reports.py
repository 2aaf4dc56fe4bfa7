"""The error reports which Lambda's runtimes write as JSON: `errorType`, `errorMessage`, `stackTrace`."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mendloop.domain.stack_trace import dotnet, java, javascript, ruby
from mendloop.domain.stack_trace.layout import Report
from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Rank, Trace, TraceFrame
from mendloop.domain.stack_trace.python_grammar import module_of

MAX_CAUSES = 20
MAX_ENTRIES = 20_000
MAX_ENTRY = 4_000

_PYTHON = re.compile(r'File "([^"]{1,1000})", line (\d{1,9})(?:, in ([^\n]{1,300}))?(?:\n\s*([^\n]{0,500}))?')


def read_report(report: Report) -> Found | None:
    """The trace of a report; None when it has no frame that any language prints."""
    trace, line = _trace(report.document), report.line
    if trace is None:
        return None
    return Found(trace, line.at, line.event, line.event, line.request_id, Rank.RUNTIME)


def _trace(document: dict[str, Any], depth: int = 0) -> Trace | None:
    entries = document.get("stackTrace", document.get("stack"))
    entries = [entry for entry in entries if isinstance(entry, str | dict)] if isinstance(entries, list) else []
    for language, place, crash_first in _LANGUAGES:
        frames = FrameList()
        frames.extend(frame for frame in map(place, entries[:MAX_ENTRIES]) if frame)
        if frames.head:
            kept = tuple(reversed(frames.all())) if crash_first else frames.all()
            name, message = _class(_text(document, "errorType")), _text(document, "errorMessage")
            return Trace(language, name, message, kept, _causes(document, depth))
    return None


def _causes(document: dict[str, Any], depth: int) -> tuple[Trace, ...]:
    """Java's runtime nests causes; they come out flat, in the order of nesting."""
    inner = document.get("cause")
    if not isinstance(inner, dict) or depth >= MAX_CAUSES:
        return ()
    cause = _trace(inner, depth + 1)
    return (replace(cause, causes=()), *cause.causes) if cause else ()


def _python(entry: str) -> TraceFrame | None:
    match = _PYTHON.search(entry)
    if not match:
        return None
    path, line, function, text = match.groups()
    return TraceFrame(path, (function or "").strip(), module_of(path), int(line), text=(text or "").strip())


def _go(entry: str | dict[str, Any]) -> TraceFrame | None:
    """Go's runtime reports objects instead of text."""
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str):
        return None
    line, label = entry.get("line"), entry.get("label")
    known = line if isinstance(line, int) and line > 0 else None
    return TraceFrame(entry["path"], label if isinstance(label, str) else "", "", known)


def _printed(place: Callable[[str], TraceFrame | None]) -> Callable[[str | dict[str, Any]], TraceFrame | None]:
    """The reader of a printed frame, for entries of which some may be objects."""
    return lambda entry: place(entry[:MAX_ENTRY]) if isinstance(entry, str) else None


_LANGUAGES: tuple[tuple[str, Callable[[str | dict[str, Any]], TraceFrame | None], bool], ...] = (
    ("python", _printed(_python), False),
    ("java", _printed(java.place), True),
    ("ruby", _printed(ruby.place), True),
    ("csharp", _printed(dotnet.place), True),
    ("javascript", _printed(javascript.place), True),
    ("go", _go, True),
)


def _class(name: str) -> str:
    """Ruby's runtime writes `Function<ZeroDivisionError>`."""
    return name[len("Function<") : -1] if name.startswith("Function<") and name.endswith(">") else name


def _text(document: dict[str, Any], key: str) -> str:
    value = document.get(key)
    return value[:MAX_MESSAGE] if isinstance(value, str) else ""

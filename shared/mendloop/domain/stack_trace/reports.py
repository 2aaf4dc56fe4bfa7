"""The error reports which Lambda's runtimes write as JSON: `errorType`, `errorMessage`, `stackTrace`."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mendloop.domain.stack_trace import java, javascript
from mendloop.domain.stack_trace.layout import Report
from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Rank, Trace, TraceFrame
from mendloop.domain.stack_trace.python_grammar import module_of

MAX_CAUSES = 20

_PYTHON = re.compile(r'File "([^"]{1,1000})", line (\d{1,9})(?:, in ([^\n]{1,300}))?(?:\n\s*([^\n]{0,500}))?')


def read_report(report: Report) -> Found | None:
    """The trace of a report; None when it has no frame that any language prints."""
    trace, line = _trace(report.document), report.line
    if trace is None:
        return None
    return Found(trace, line.at, line.event, line.event, line.request_id, Rank.RUNTIME)


def _trace(document: dict[str, Any], depth: int = 0) -> Trace | None:
    entries = document.get("stackTrace", document.get("stack"))
    entries = [entry for entry in entries if isinstance(entry, str)] if isinstance(entries, list) else []
    for language, place, crash_first in _LANGUAGES:
        frames = FrameList()
        frames.extend(frame for frame in map(place, entries) if frame)
        if frames.head:
            kept = tuple(reversed(frames.all())) if crash_first else frames.all()
            name, message = _text(document, "errorType"), _text(document, "errorMessage")
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


_LANGUAGES: tuple[tuple[str, Callable[[str], TraceFrame | None], bool], ...] = (
    ("python", _python, False),
    ("java", java.place, True),
    ("javascript", javascript.place, True),
)


def _text(document: dict[str, Any], key: str) -> str:
    value = document.get(key)
    return value[:MAX_MESSAGE] if isinstance(value, str) else ""

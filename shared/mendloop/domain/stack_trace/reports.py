"""The error reports which Lambda's runtimes write as JSON: `errorType`, `errorMessage`, `stackTrace`."""

import re
from typing import Any

from mendloop.domain.stack_trace.layout import Report
from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Rank, Trace, TraceFrame
from mendloop.domain.stack_trace.python import module_of

_PYTHON = re.compile(r'File "([^"]{1,1000})", line (\d{1,9})(?:, in ([^\n]{1,300}))?(?:\n\s*([^\n]{0,500}))?')


def read_report(report: Report) -> Found | None:
    """The trace of a Python report; None when the frames are another language's."""
    entries = [entry for entry in report.document.get("stackTrace", []) if isinstance(entry, str)]
    frames = FrameList()
    for entry in entries:
        match = _PYTHON.search(entry)
        if match:
            path, line, function, text = match.groups()
            frames.add(
                TraceFrame(path, (function or "").strip(), module_of(path), int(line), text=(text or "").strip())
            )
    if not frames.head:
        return None
    trace = Trace("python", _text(report.document, "errorType"), _text(report.document, "errorMessage"), frames.all())
    line_ = report.line
    return Found(trace, line_.at, line_.event, line_.event, line_.request_id, Rank.RUNTIME)


def _text(document: dict[str, Any], key: str) -> str:
    value = document.get(key)
    return value[:MAX_MESSAGE] if isinstance(value, str) else ""

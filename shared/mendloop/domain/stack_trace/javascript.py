"""JavaScript and TypeScript on Node: async frames, `[cause]`, constructors, bare locations."""

import re
from collections.abc import Sequence

from mendloop.domain.stack_trace.model import Found, Line, TraceFrame
from mendloop.domain.stack_trace.sections import Grammar
from mendloop.domain.stack_trace.sections import find as find_sections

_NAME = r"(?P<type>[A-Za-z_$][\w$.]{0,200})"
_WHERE = r"(?P<path>[^()\n]{1,600}?):(?P<line>\d{1,9}):(?P<column>\d{1,9})"
_BARE = r"(?P<bare>[^\s()][^()\n]{0,600}?):(?P<bare_line>\d{1,9}):(?P<bare_column>\d{1,9})"
_FRAME = re.compile(
    rf"(?:^|\s)at (?:(?P<function>[^()\n]{{1,300}}(?:\[as [^\]]{{1,100}}\])?) \({_WHERE}\)|(?:async )?{_BARE})\s*$"
)
_PLACE = re.compile(rf"^\s*(?P<function>\S[^()\n]{{0,300}}) \({_WHERE}\)\s*$")


def _frame(text: str) -> TraceFrame | None:
    likely = text[-1:].isdigit() or text.endswith(")")
    return _read(_FRAME.search(text)) if likely and "at " in text[:400] else None


def place(text: str) -> TraceFrame | None:
    """An entry of a report's `stackTrace`, with or without `at`."""
    return _frame(text) or _read(_PLACE.match(text))


def _read(match: re.Match[str] | None) -> TraceFrame | None:
    if match is None:
        return None
    groups = match.groupdict()
    path = groups["path"] or groups.get("bare") or ""
    if "://" not in path and " " in path and not path.startswith(("/", "file:")):
        return None
    line, column = groups["line"] or groups.get("bare_line"), groups["column"] or groups.get("bare_column")
    function = re.sub(r"^async ", "", (groups["function"] or "").strip())
    return TraceFrame(path.removeprefix("file://"), function, "", int(line or 0), int(column or 0))


GRAMMAR = Grammar(
    "javascript",
    re.compile(
        r"(?:^|[\s>\]|-])(?:Uncaught )?(?P<type>(?:[A-Za-z_$][\w$.]{0,200}?)?(?:Error|Exception|Rejection|Warning))"
        r"(?: \[[\w-]{1,60}\])?(?:$|:(?:\s(?P<message>.*))?$| (?P<brace>\{)$)"
    ),
    re.compile(r"\[(?:cause|errors)\]: " + _NAME + r"(?: \[[\w-]{1,60}\])?(?::\s?(?P<message>.*))?$"),
    re.compile(r"^\s*\.\.\. \d+ (?:more )?lines? matching"),
    _frame,
)


def find(lines: Sequence[Line]) -> list[Found]:
    """Every JavaScript trace of a block."""
    return find_sections(lines, GRAMMAR)

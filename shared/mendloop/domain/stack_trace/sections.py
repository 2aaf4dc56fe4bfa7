"""What Java's and JavaScript's printed traces share: a header, frames that start with `at`, and causes below.

Both print the crash frame first; it comes out last.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Line, Rank, Trace, TraceFrame

MAX_NOISE = 100
HEADER_REACH = 25
"""Lines between a header and its first frame: a long message, or other requests' lines."""
MAX_CAUSES = 50

_NESTED = re.compile(r"nested exception is:?\s*$")
_STARTS = re.compile(r"^[\s>|]*(?:at\s|eval at|\[native code\]|\S{0,300}@|\S+:\d+:\d+$)")
"""How a frame's line begins where no header stands above it: a place that a sentence mentions is no trace."""
_CALM_PREFIX = re.compile(r"^.{0,80}\b(?:INFO|DEBUG|NOTICE)\b")


@dataclass(frozen=True)
class Grammar:
    """How one language prints. `header` and `cause` have the groups `type` and `message`."""

    language: str
    header: re.Pattern[str]
    cause: re.Pattern[str]
    more: re.Pattern[str]
    frame: Callable[[str], TraceFrame | None]


@dataclass
class _Section:
    type: str = ""
    message: str = ""
    frames: FrameList = field(default_factory=FrameList)

    def trace(self, language: str, causes: tuple[Trace, ...] = ()) -> Trace:
        frames = tuple(reversed(self.frames.all()))
        return Trace(language, self.type, self.message[:MAX_MESSAGE], frames, causes)


@dataclass
class _Open:
    first: Line
    sections: list[_Section]
    last_event: int
    noise: int = 0


def find(lines: Sequence[Line], grammar: Grammar) -> list[Found]:
    """Every trace of a block, in order. One pass."""
    reader = _Reader(grammar)
    for line in lines:
        reader.feed(line)
    reader.close()
    return reader.found


class _Reader:
    def __init__(self, grammar: Grammar) -> None:
        self.found: list[Found] = []
        self._grammar = grammar
        self._open: _Open | None = None
        self._header: tuple[Line, re.Match[str]] | None = None
        self._age = 0
        self._nested = False

    def feed(self, line: Line) -> None:
        text = line.text.rstrip()
        frame = self._grammar.frame(text)
        if frame and self._begins_so(text, frame):
            self._frame(line, frame)
            return
        cause = self._grammar.cause.search(text) if self._open or self._header else None
        if cause and self._header:
            self._begin(line)
        if cause and self._open:
            if len(self._open.sections) < MAX_CAUSES:
                self._open.sections.append(_Section(cause["type"], cause["message"] or ""))
            self._open.last_event, self._open.noise, self._header = line.event, 0, None
            return
        self._between(line, text)

    def close(self) -> None:
        current, self._open = self._open, None
        if current is None or not any(section.frames.head for section in current.sections):
            return
        first, *causes = current.sections
        language = self._grammar.language
        trace = first.trace(language, tuple(cause.trace(language) for cause in causes))
        rank = Rank.EMBEDDED if _CALM_PREFIX.match(current.first.text) else current.first.rank
        line = current.first
        self.found.append(Found(trace, line.at, line.event, current.last_event, line.request_id, rank))

    def _begins_so(self, text: str, frame: TraceFrame) -> bool:
        """Whether a frame stands at the line's beginning, or behind the same log prefix as the trace's header."""
        above = self._header[0] if self._header else self._open.first if self._open else None
        if _STARTS.match(text):
            return above is not None or frame.line is not None
        prefix = text[: text.find("at ")].rstrip()
        return above is not None and bool(prefix) and _skeleton(above.text[: len(prefix)]) == _skeleton(prefix)

    def _frame(self, line: Line, frame: TraceFrame) -> None:
        if self._header or self._open is None:
            self._begin(line)
        if self._open is not None:
            self._open.sections[-1].frames.add(frame)
            self._open.last_event, self._open.noise = line.event, 0

    def _begin(self, line: Line) -> None:
        self.close()
        header, self._header = self._header, None
        if header:
            self._open = _Open(header[0], [_Section(header[1]["type"], header[1]["message"] or "")], line.event)
        else:
            self._open = _Open(line, [_Section()], line.event)

    def _between(self, line: Line, text: str) -> None:
        inside = self._nested or self._grammar.more.search(text)
        header = None if inside else self._grammar.header.search(text)
        self._nested = bool(_NESTED.search(text))
        if header:
            self._header, self._age = (line, header), 0
        elif self._header:
            self._age += 1
            if self._age > HEADER_REACH:
                self._header = None
        if self._open:
            self._open.noise += 1
            ended = text.startswith(("END RequestId", "REPORT RequestId"))
            if ended or self._open.noise > MAX_NOISE:
                self.close()


def _skeleton(text: str) -> str:
    return re.sub(r"\d+", "0", text)

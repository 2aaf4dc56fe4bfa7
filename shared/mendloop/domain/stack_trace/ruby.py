"""Ruby: what the interpreter prints (`from` below, or above with numbers), what Rails and loggers print, causes."""

import re
from dataclasses import dataclass, field

from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Line, Rank, Trace, TraceFrame
from mendloop.domain.stack_trace.reading import Reader

LANGUAGE = "ruby"
MAX_CAUSES = 20

_PLACE = (
    r"(?P<path>[^\s:'\"`()]{1,500}\.(?:rb|ru|rake|erb|haml|slim|jbuilder)|<internal:[\w./-]{1,100}>|\(eval[^)]{0,100}\)|-e)"
    r":(?P<line>\d{1,9})"
)
_MARKS = (".r", ".erb:", ".haml:", ".slim:", ".jbuilder:", "<internal:", "(eval", "-e:")
"""One of them stands in every line with a place."""
_IN = r"(?::in [`'](?P<function>[^'\n]{1,300})')"
_CRASH = re.compile(
    rf"(?:^|\s){_PLACE}{_IN}?: (?P<message>.*) \((?P<type>[A-Z]\w{{0,200}}(?:::\w{{1,200}}){{0,10}})\)\s*$"
)
_FROM = re.compile(rf"^(?P<prefix>.{{0,200}}?)\s+(?:(?P<number>\d{{1,6}}): )?from {_PLACE}{_IN}?\s*$")
_PLAIN = re.compile(rf"^(?P<prefix>.{{0,200}}?(?:^|\s)){_PLACE}{_IN}\s*$")
_HEADER = re.compile(
    r"(?:^|[\s\]|])(?P<type>(?:[A-Z]\w{0,200}::){0,10}[A-Z]\w{0,200}(?:Error|Exception|Invalid|NotFound|Missing|Timeout"
    r"|Interrupt|Exit|Refused|Failed|NotSaved|Denied|Fault|Unavailable|E[A-Z]{3,20}))"
    r"(?: \((?P<rails>.*)\):?|: (?P<message>.*))?\s*$"
)
_Header = tuple[Line, re.Match[str]]
_CALM = re.compile(r"^.{0,80}\b(?:INFO|DEBUG)\b")


@dataclass
class _Part:
    type: str = ""
    message: str = ""
    frames: FrameList = field(default_factory=FrameList)
    """Crash frame first."""

    def trace(self, causes: tuple[Trace, ...] = ()) -> Trace:
        return Trace(LANGUAGE, self.type, self.message[:MAX_MESSAGE], tuple(reversed(self.frames.all())), causes)


@dataclass
class _Open:
    first: Line
    parts: list[_Part]
    last_event: int
    noise: int = 0

    def found(self) -> Found | None:
        if not any(part.frames.head for part in self.parts):
            return None
        outer, *causes = self.parts
        line = self.first
        trace = outer.trace(tuple(cause.trace() for cause in causes))
        rank = Rank.EMBEDDED if _CALM.match(line.text) else line.rank
        return Found(trace, line.at, line.event, self.last_event, line.request_id, rank)


def place(text: str) -> TraceFrame | None:
    """`/var/task/cart.rb:12:in 'Cart#total'`."""
    match = _PLAIN.match(text) or _FROM.match(text)
    return _frame(match) if match else None


def _frame(match: re.Match[str]) -> TraceFrame:
    path, function = match["path"], match["function"] or ""
    module = re.sub(r"\.\w+$", "", path.rsplit("/", 1)[-1])
    return TraceFrame(path, function, module, int(match["line"]))


class RubyReader(Reader[_Open, _Header]):
    """Reads what Ruby prints."""

    def __init__(self) -> None:
        super().__init__()
        self._above: list[tuple[Line, TraceFrame]] = []

    @property
    def busy(self) -> bool:
        """Frames that stand above their crash are kept as well."""
        return super().busy or bool(self._above)

    def feed(self, line: Line) -> None:
        """The next line."""
        text = line.text.rstrip()
        if not any(mark in text for mark in _MARKS):
            self._between(line, text)
            return
        crash = _CRASH.search(text)
        below = None if crash else _FROM.match(text)
        plain = None if crash or below else _PLAIN.match(text)
        if crash:
            self._crash(line, crash)
        elif below and below["number"]:
            self._above = [*self._above[-400:], (line, _frame(below))]
        elif below and self.open:
            self._add(line, _frame(below))
        elif plain and (self.open or self.header):
            self._plain(line, _frame(plain))
        else:
            self._between(line, text)

    def _crash(self, line: Line, crash: re.Match[str]) -> None:
        """Directly below another crash this is its cause; further down, or the same again, it is another failure."""
        part = _Part(crash["type"], crash["message"])
        current = self.open
        if current and self._is_cause(current, crash) and len(current.parts) <= MAX_CAUSES:
            current.parts.append(part)
        else:
            self.close()
            first = self._above[0][0] if self._above else line
            self.open = _Open(first, [part], line.event)
        self._add(line, _frame(crash))
        for _, frame in reversed(self._above):
            self._add(line, frame)
        self._above, self.header = [], None

    def _is_cause(self, current: _Open, crash: re.Match[str]) -> bool:
        """Ruby prints the cause's frames in full: its outermost are the crash's own."""
        same = any(part.frames.head[:1] == [_frame(crash)] and part.type == crash["type"] for part in current.parts)
        return not current.noise and not self._above and not same

    def _plain(self, line: Line, frame: TraceFrame) -> None:
        if self.header:
            self.close()
            header, match = self.header
            self.open = _Open(header, [_Part(match["type"], match["rails"] or match["message"] or "")], line.event)
            self.header = None
        self._add(line, frame)

    def _add(self, line: Line, frame: TraceFrame) -> None:
        if self.open:
            self.open.parts[-1].frames.add(frame)
            self.goes_on(line)

    def _between(self, line: Line, text: str) -> None:
        header = _HEADER.search(text)
        self.wait((line, header) if header else None)
        if text.strip():
            self.foreign(text)

"""What Java's and JavaScript's printed traces share: a header, frames that start with `at`, and causes below.

Both print the crash frame first; it comes out last.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Line, Rank, Trace, TraceFrame
from mendloop.domain.stack_trace.reading import HEADER_REACH, Reader, skeleton

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
    faint: re.Pattern[str]
    """A header by its form alone, for exceptions whose name does not say that they are one; same groups."""
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
    language: str
    sections: list[_Section]
    last_event: int
    noise: int = 0
    wraps: bool = False
    """The innermost is printed first."""

    def found(self) -> Found | None:
        if not any(section.frames.head for section in self.sections):
            return None
        line, (first, *causes) = self.first, self.sections
        if self.wraps:
            *causes, first = self.sections
        trace = first.trace(self.language, tuple(cause.trace(self.language) for cause in causes))
        rank = Rank.EMBEDDED if _CALM_PREFIX.match(line.text) else line.rank
        return Found(trace, line.at, line.event, self.last_event, line.request_id, rank)


class SectionReader(Reader[_Open, tuple[Line, re.Match[str]]]):
    """Reads one language by its grammar."""

    def __init__(self, grammar: Grammar) -> None:
        super().__init__()
        self._grammar = grammar
        self._nested = False
        self._faint: tuple[Line, re.Match[str]] | None = None
        self._faint_age = 0

    @property
    def busy(self) -> bool:
        """A faint header waits as well."""
        return super().busy or self._faint is not None

    def feed(self, line: Line) -> None:
        """The next line."""
        text = line.text.rstrip()
        frame = self._grammar.frame(text)
        if frame and self._begins_so(text, frame):
            self._frame(line, frame)
            return
        cause = self._grammar.cause.search(text) if self.open or self.header else None
        if cause and self.header:
            self._begin(line)
        if cause and self.open:
            self.open.wraps = self.open.wraps or cause.group(0).startswith("Wrapped by")
            self.add_cause(line, cause)
            return
        self._between(line, text)

    def add_cause(self, line: Line, cause: re.Match[str]) -> None:
        """The frames that follow are another exception's of the open trace."""
        if self.open and len(self.open.sections) < MAX_CAUSES:
            self.open.sections.append(_Section(cause["type"], cause["message"] or ""))
        self.header = None
        self.goes_on(line)

    def _begins_so(self, text: str, frame: TraceFrame) -> bool:
        """Whether a frame stands at the line's beginning, or behind the same log prefix as the trace's header."""
        header = self.header or self._faint
        above = header[0] if header else self.open.first if self.open else None
        if _STARTS.match(text):
            return above is not None or frame.line is not None
        prefix = text[: text.find("at ")].rstrip()
        return above is not None and bool(prefix) and skeleton(above.text[: len(prefix)]) == skeleton(prefix)

    def _frame(self, line: Line, frame: TraceFrame) -> None:
        self._use_faint()
        if self.header or self.open is None:
            self._begin(line)
        if self.open is not None:
            self.open.sections[-1].frames.add(frame)
            self.goes_on(line)

    def _use_faint(self) -> None:
        """A faint header counts where no other stands; inside an open trace only right above the frame."""
        if self._faint and not self.header and (self.open is None or not self._faint_age):
            self.header = self._faint
        self._faint = None

    def _begin(self, line: Line) -> None:
        self.close()
        header, self.header = self.header, None
        if header:
            self.open = _Open(
                header[0], self._grammar.language, [_Section(header[1]["type"], header[1]["message"] or "")], line.event
            )
        else:
            self.open = _Open(line, self._grammar.language, [_Section()], line.event)

    def _between(self, line: Line, text: str) -> None:
        inside = self._nested or self._grammar.more.search(text)
        header = None if inside else self._grammar.header.search(text)
        self._remember(line, None if inside or header else self._grammar.faint.match(text))
        self._nested = bool(_NESTED.search(text))
        self.wait((line, header) if header else None)
        self.foreign(text)

    def _remember(self, line: Line, faint: re.Match[str] | None) -> None:
        if faint:
            self._faint, self._faint_age = (line, faint), 0
        elif self._faint:
            self._faint_age += 1
            self._faint = self._faint if self._faint_age <= HEADER_REACH else None

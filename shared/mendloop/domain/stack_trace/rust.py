"""Rust: panics with and without a backtrace, and errors that carry one (anyhow, eyre)."""

import re
from dataclasses import dataclass, field, replace

from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Line, Rank, Trace, TraceFrame
from mendloop.domain.stack_trace.reading import Reader, without_prefix

LANGUAGE = "rust"
MAX_WAIT = 25
"""Lines between a panic or an error and its backtrace."""

_WHERE = r"(?P<path>[^\s'\":][^'\":\n]{0,500}\.rs):(?P<line>\d{1,9}):(?P<column>\d{1,9})"
_PANIC = re.compile(
    rf"thread '(?P<thread>[^'\n]{{0,100}})' (?:\(\d+\) )?panicked at (?:'(?P<message>.*)', )?{_WHERE}:?\s*$"
)
_ERROR = re.compile(r"^(?:.{0,100}\s)?(?P<type>Error): (?P<message>\S.*)$")
_FUNCTION = re.compile(r"^\s*(?P<number>\d{1,6}): (?:0x[0-9a-f]+ - )?(?P<name>[^\s:][^\n]{0,400}?)\s*$")
_AT = re.compile(rf"^\s*at {_WHERE}\s*$")
_BACKTRACE = re.compile(r"^\s*(?:stack backtrace|Stack backtrace|Location):\s*$", re.IGNORECASE)
_NOTE = re.compile(r"^note: ")
_HASH = re.compile(r"::h[0-9a-f]{16}$")


@dataclass
class _Open:
    first: Line
    type: str
    message: list[str]
    panic: TraceFrame | None
    last_event: int
    frames: FrameList = field(default_factory=FrameList)
    function: str = ""
    listing: bool = False
    noise: int = 0
    prefix: str = ""

    def nameless(self) -> None:
        """A release build names functions only."""
        if self.function:
            self.frames.add(TraceFrame("", self.function, self.function.rpartition("::")[0]))
            self.function = ""

    def found(self) -> Found | None:
        self.nameless()
        frames = tuple(reversed(self.frames.all()))
        if self.panic and not any(frame.line for frame in frames):
            frames = (*frames, self.panic)
        if not frames:
            return None
        line = self.first
        message = "\n".join(self.message).strip()[:MAX_MESSAGE]
        rank = Rank.RUNTIME if self.panic else line.rank
        trace = Trace(LANGUAGE, self.type, message, frames)
        return Found(trace, line.at, line.event, self.last_event, line.request_id, min(rank, line.rank))


class RustReader(Reader[_Open, None]):
    """Reads what Rust prints."""

    def feed(self, line: Line) -> None:
        """The next line."""
        panic = _PANIC.search(line.text) if "panicked at" in line.text else None
        if panic:
            self._panic(line, panic)
        elif self.open is None:
            self._idle(line)
        else:
            bare = replace(line, text=without_prefix(line.text, self.open.prefix))
            (self._listing if self.open.listing else self._waiting)(self.open, bare)

    def _panic(self, line: Line, panic: re.Match[str]) -> None:
        self.close()
        at = TraceFrame(panic["path"], "", "", int(panic["line"]), int(panic["column"]))
        self.open = _Open(line, "panic", [panic["message"] or ""], at, line.event, prefix=line.text[: panic.start()])

    def _idle(self, line: Line) -> None:
        error = _ERROR.match(line.text)
        if error:
            prefix = line.text[: error.start("type")]
            self.open = _Open(line, error["type"], [error["message"]], None, line.event, prefix=prefix)

    def _waiting(self, current: _Open, line: Line) -> None:
        """The message's lines, then perhaps a backtrace."""
        current.noise += 1
        if _BACKTRACE.match(line.text):
            current.listing, current.noise, current.last_event = True, 0, line.event
        elif current.noise > MAX_WAIT or line.text.startswith(("END RequestId", "REPORT RequestId")):
            self.close()
        elif current.panic is None and _ERROR.match(line.text):
            self.open = None
            self._idle(line)
        elif current.panic and not _NOTE.match(line.text) and not current.message[0] and current.noise == 1:
            current.message.append(line.text)
            current.last_event = line.event

    def _listing(self, current: _Open, line: Line) -> None:
        at, function = _AT.match(line.text), _FUNCTION.match(line.text)
        if at and current.function:
            name = current.function
            module = name.rpartition("::")[0]
            current.frames.add(TraceFrame(at["path"], name, module, int(at["line"]), int(at["column"])))
            current.function = ""
        elif function:
            current.nameless()
            current.function = _HASH.sub("", function["name"])
        else:
            self.foreign(line.text)
            return
        self.goes_on(line)

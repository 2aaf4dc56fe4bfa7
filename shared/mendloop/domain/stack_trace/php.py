"""PHP: uncaught exceptions, fatal errors with traces, Monolog's `[stacktrace]`, `Next` (a chain, cause first).

PHP prints calls: `#0 file(line): callee()` is the place in the caller. A frame here is a place with the function around
it, so each place gets the callee of the line below it.
"""

import re
from dataclasses import dataclass, field, replace

from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Line, Rank, Trace, TraceFrame
from mendloop.domain.stack_trace.php_grammar import AT, CALL, CAUSE, HEADER, MAIN, STACK, Thrown, level_at, thrown_in
from mendloop.domain.stack_trace.reading import HEADER_REACH, MAX_NOISE, Reader, without_prefix

LANGUAGE = "php"
MAX_CAUSES = 20


@dataclass
class _Part:
    type: str
    message: str
    path: str = ""
    line: int | None = None
    calls: FrameList = field(default_factory=FrameList)
    normal: bool = False
    """Frames that name the function around them already."""
    previous: bool = False

    def trace(self, causes: tuple[Trace, ...] = ()) -> Trace:
        calls = list(self.calls.all())
        if not self.normal:
            callees = [call.function for call in calls]
            places = [TraceFrame(self.path, "", "", self.line), *calls] if self.path else calls
            names = [*callees, "{main}"] if self.path else [*callees[1:], "{main}"]
            calls = [replace(at, function=name) for at, name in zip(places, names, strict=False)]
        return Trace(LANGUAGE, self.type, self.message[:MAX_MESSAGE], tuple(reversed(calls)), causes)


@dataclass
class _Open:
    first: Line
    parts: list[_Part]
    last_event: int
    noise: int = 0
    traced: bool = False
    prefix: str = ""

    def found(self) -> Found | None:
        if not self.traced:
            return None
        down = self.parts[-1].normal or self.parts[-1].previous
        outer, *causes = self.parts if down else self.parts[::-1]
        trace = outer.trace(tuple(cause.trace() for cause in causes))
        line = self.first
        return Found(trace, line.at, line.event, self.last_event, line.request_id, min(line.rank, Rank.LOGGED))


class PhpReader(Reader[_Open, tuple[Line, re.Match[str]]]):
    """Reads what PHP prints."""

    def feed(self, line: Line) -> None:
        """The next line."""
        text = without_prefix(line.text, self.open.prefix).rstrip() if self.open else line.text.rstrip()
        call = CALL.search(text) if "#" in text else None
        at = AT.match(text)
        thrown = None if call or at else thrown_in(text)
        if thrown:
            self._begin(line, thrown)
        elif call and self.open:
            self._call(line, call)
        elif at:
            self._at(line, at)
        elif self.open and MAIN.search(text):
            self.open.traced = True
            self.goes_on(line)
        else:
            self._between(line, text)

    def _begin(self, line: Line, thrown: Thrown) -> None:
        part, current = _Part(thrown.type, thrown.message, thrown.path, thrown.line), self.open
        part.previous = thrown.previous
        if (thrown.following or thrown.previous) and current and len(current.parts) <= MAX_CAUSES:
            current.parts.append(part)
            return
        self.close()
        prefix = line.text[: level_at(line.text)]
        self.open, self.header = _Open(line, [part], line.event, prefix=prefix), None

    def _call(self, line: Line, call: re.Match[str]) -> None:
        current = self.open
        if current is None or current.parts[-1].normal:
            return
        number = int(call["line"]) if call["line"] else None
        frame = TraceFrame(
            call["path"] or "[internal function]", call["callee"].strip().replace("\\\\", "\\"), "", number
        )
        current.parts[-1].calls.add(frame)
        current.traced = True
        self.goes_on(line)

    def _at(self, line: Line, at: re.Match[str]) -> None:
        if self.header:
            self.close()
            header, match = self.header
            part = _Part(match["type"], match["message"] or "", normal=True)
            self.open, self.header = _Open(header, [part], line.event), None
        if self.open and self.open.parts[-1].normal:
            self.open.parts[-1].calls.add(TraceFrame(at["path"], at["function"], "", int(at["line"])))
            self.open.traced = True
            self.goes_on(line)

    def _between(self, line: Line, text: str) -> None:
        current = self.open
        cause = CAUSE.match(text) if current and current.parts[-1].normal else None
        if current and cause:
            current.parts.append(_Part(cause["type"], cause["message"] or "", normal=True))
            return
        header = HEADER.match(text)
        self.wait((line, header) if header else None)
        if current and not STACK.search(text):
            self.foreign(text, MAX_NOISE if current.traced else HEADER_REACH)

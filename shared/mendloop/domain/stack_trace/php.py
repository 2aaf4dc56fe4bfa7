"""PHP: uncaught exceptions, fatal errors with traces, Monolog's `[stacktrace]`, `Next` (a chain, cause first).

PHP prints calls: `#0 file(line): callee()` is the place in the caller. A frame here is a place with the function around
it, so each place gets the callee of the line below it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Line, Rank, Trace, TraceFrame

LANGUAGE = "php"
MAX_NOISE = 100
HEADER_REACH = 25
MAX_CAUSES = 20

_NAME = r"\\?[A-Za-z_]\w{0,200}(?:\\\w{1,200}){0,15}"
_PLACE = re.compile(r"(?P<path>[^\n]{1,600}?)(?::| on line )(?P<line>\d{1,9})$")
_LEVEL = re.compile(r"(?:PHP )?(?:Recoverable fatal error|Fatal error|Warning|Notice|Parse error):\s{1,4}|Uncaught ")
_WHAT = re.compile(
    rf"(?P<next>Next )?(?:Uncaught )?(?:exception '(?P<old>{_NAME})'(?: with message '(?P<said>.*)')?"
    rf"|(?P<type>{_NAME})(?:: (?P<message>.*))?)$",
    re.DOTALL,
)
_OBJECT = re.compile(
    rf"\[object\] \((?P<type>{_NAME})\(code: [^)]{{0,40}}\): (?P<message>.*?) at (?P<place>\S[^\n)]*)\)"
)
_CALL = re.compile(
    r"#(?P<number>\d{1,6}) (?:(?P<path>[^\n]{1,600}?)\((?P<line>\d{1,9})\)|\[internal function\]): "
    r"(?P<callee>[^\n(]{1,400})\("
)
_MAIN = re.compile(r"#\d{1,6} \{main\}")
_AT = re.compile(
    rf"^\s+at (?P<function>(?:{_NAME}(?:::|->|\.))?(?:{_NAME}|\{{closure\}}))"
    r"\((?P<path>[\w./\\ -]{1,400}\.(?:php|phtml|inc)):(?P<line>\d{1,9})\)\s*$"
)
_HEADER = re.compile(rf"^(?:.{{0,200}}\s)?(?P<type>{_NAME}(?:Exception|Error)|Exception|Error)(?:: (?P<message>.*))?$")
_CAUSE = re.compile(rf"^\s*Caused by: (?P<type>{_NAME})(?:: (?P<message>.*))?$")
_STACK = re.compile(r"(?:^|\s)(?:PHP )?(?:Stack trace:|\[stacktrace\])\s*$")


@dataclass
class _Part:
    type: str
    message: str
    path: str = ""
    line: int | None = None
    calls: FrameList = field(default_factory=FrameList)
    normal: bool = False
    """Frames that name the function around them already."""

    def trace(self, causes: tuple[Trace, ...] = ()) -> Trace:
        calls = list(self.calls.all())
        if not self.normal:
            callees = [call.function for call in calls]
            places = [TraceFrame(self.path, "", "", self.line), *calls] if self.path else calls
            names = [*callees, "{main}"] if self.path else [*callees[1:], "{main}"]
            calls = [replace(at, function=name) for at, name in zip(places, names, strict=False)]
        return Trace(LANGUAGE, self.type, self.message[:MAX_MESSAGE], tuple(reversed(calls)), causes)


@dataclass(frozen=True)
class _Thrown:
    part: _Part
    following: bool
    """It was thrown while the one above was handled."""


@dataclass
class _Open:
    first: Line
    parts: list[_Part]
    last_event: int
    noise: int = 0
    traced: bool = False

    def found(self) -> Found | None:
        if not self.traced:
            return None
        causes = self.parts[1:] if self.parts[0].normal else self.parts[-2::-1]
        outer = self.parts[0] if self.parts[0].normal else self.parts[-1]
        trace = outer.trace(tuple(cause.trace() for cause in causes))
        line = self.first
        return Found(trace, line.at, line.event, self.last_event, line.request_id, min(line.rank, Rank.LOGGED))


def find(lines: Sequence[Line]) -> list[Found]:
    """Every PHP trace of a block, in order. One pass."""
    reader = _Reader()
    for line in lines:
        reader.feed(line)
    reader.close()
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.found: list[Found] = []
        self._open: _Open | None = None
        self._header: tuple[Line, re.Match[str]] | None = None
        self._age = 0

    def feed(self, line: Line) -> None:
        text = line.text.rstrip()
        call = _CALL.search(text) if "#" in text else None
        at = _AT.match(text)
        thrown = None if call or at else _thrown(text)
        if thrown:
            self._begin(line, thrown)
        elif call and self._open:
            self._call(line, call)
        elif at:
            self._at(line, at)
        elif self._open and _MAIN.search(text):
            self._open.last_event, self._open.noise, self._open.traced = line.event, 0, True
        else:
            self._between(line, text)

    def close(self) -> None:
        done = self._open.found() if self._open else None
        if done:
            self.found.append(done)
        self._open = None

    def _begin(self, line: Line, thrown: _Thrown) -> None:
        current = self._open
        if thrown.following and current and len(current.parts) <= MAX_CAUSES:
            current.parts.append(thrown.part)
            return
        self.close()
        self._open, self._header = _Open(line, [thrown.part], line.event), None

    def _call(self, line: Line, call: re.Match[str]) -> None:
        current = self._open
        if current is None or current.parts[-1].normal:
            return
        number = int(call["line"]) if call["line"] else None
        frame = TraceFrame(call["path"] or "[internal function]", call["callee"].strip(), "", number)
        current.parts[-1].calls.add(frame)
        current.last_event, current.noise, current.traced = line.event, 0, True

    def _at(self, line: Line, at: re.Match[str]) -> None:
        if self._header:
            self.close()
            header, match = self._header
            part = _Part(match["type"], match["message"] or "", normal=True)
            self._open, self._header = _Open(header, [part], line.event), None
        if self._open and self._open.parts[-1].normal:
            self._open.parts[-1].calls.add(TraceFrame(at["path"], at["function"], "", int(at["line"])))
            self._open.last_event, self._open.noise, self._open.traced = line.event, 0, True

    def _between(self, line: Line, text: str) -> None:
        current = self._open
        cause = _CAUSE.match(text) if current and current.parts[-1].normal else None
        if current and cause:
            current.parts.append(_Part(cause["type"], cause["message"] or "", normal=True))
            return
        header = _HEADER.match(text)
        if header:
            self._header, self._age = (line, header), 0
        elif self._header:
            self._age += 1
            if self._age > HEADER_REACH:
                self._header = None
        if current and not _STACK.search(text):
            current.noise += 1
            limit = MAX_NOISE if current.traced else HEADER_REACH
            if current.noise > limit or text.startswith(("END RequestId", "REPORT RequestId")):
                self.close()


def _thrown(text: str) -> _Thrown | None:
    """`TYPE: MESSAGE in PATH:LINE`, in the spellings of several versions; Monolog's `[object] (…)`."""
    if "[object] (" in text:
        logged = _OBJECT.search(text)
        return _placed(logged["type"], logged["message"], logged["place"]) if logged else None
    cut = text.rfind(" in ")
    if cut < 0 or not text[-1:].isdigit():
        return None
    head = text[:cut]
    level = _LEVEL.search(head)
    what = _WHAT.match(head[level.end() :].removeprefix("Uncaught ") if level else head)
    if what is None:
        return None
    name, message = what["type"] or what["old"], what["message"] or what["said"] or ""
    return _placed(name, message, text[cut + 4 :], following=bool(what["next"]))


def _placed(name: str, message: str, place: str, *, following: bool = False) -> _Thrown | None:
    found = _PLACE.match(place)
    return _Thrown(_Part(name, message, found["path"], int(found["line"])), following) if found else None

"""Go: panics and fatal errors with their goroutines; a function's line, then its place on the next."""

import re
from dataclasses import dataclass, field, replace

from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Line, Rank, Trace, TraceFrame
from mendloop.domain.stack_trace.reading import Reader, without_prefix

MAX_GOROUTINES = 200

_PANIC = re.compile(
    r"(?:^|\s|\")(?P<type>panic|fatal error): (?P<message>.*)$"
    r"|(?P<gin>panic) recovered:$|http: (?P<http>panic) serving [^:]*(?::\d+)?: (?P<served>.*)$"
)
_GOROUTINE = re.compile(r"goroutine \d+ (?:gp=\S+ m=\S+ (?:mp=\S+ )?)?\[[^\]]{1,80}\]:?")
_PLACE = re.compile(
    r"^\s*(?P<path>(?:/|[A-Za-z]:[/\\]|[\w.@-])[^\s:()]{0,500}\.(?:go|s|c)):(?P<line>\d{1,9})"
    r"(?: \+0x[0-9a-f]+.{0,200}| fp=.{0,200})?\s*$"
)
_FUNCTION = re.compile(
    r"^\s*(?P<created>created by )?(?P<name>[\w./~%@-]{1,300}\.[\w.()*\[\]{}·…,/ -]{1,300}?|panic|\w{1,100})"
    r"(?P<arguments>\([^()]{0,2000}(?:\([^()]{0,500}\))?[^()]{0,500}\)|\((?:[^()]{0,2000},)?$)?"
    r"(?: in goroutine \d+)?\s*$"
)
_GIN = re.compile(r"^(?P<path>/[^\s:]{1,500}\.(?:go|s)):(?P<line>\d{1,9}) \(0x[0-9a-f]{1,16}\)$")
"""A place as gin's recovery prints it; the function and its source follow on the next line."""
_SOURCE = re.compile(r"^\t(?P<name>[^\s:]{1,300}): ")
_CREATED = re.compile(r"^\s*created by\s*$")


@dataclass
class _Open:
    first: Line
    type: str
    message: str
    goroutines: list[FrameList] = field(default_factory=lambda: [FrameList()])
    last_event: int = 0
    noise: int = 0
    prefix: str = ""

    def found(self) -> Found | None:
        failed, *beside = [tuple(reversed(block.all())) for block in self.goroutines]
        waiting = (replace(frame, waiting=True) for block in reversed(beside) for frame in block)
        frames = (*waiting, *failed)
        if not frames:
            return None
        line = self.first
        trace = Trace("go", self.type, self.message[:MAX_MESSAGE], frames)
        rank = Rank.RUNTIME if self.type and not self.first.text.startswith(("INFO", "DEBUG")) else line.rank
        return Found(trace, line.at, line.event, self.last_event, line.request_id, min(rank, line.rank))


class GoReader(Reader[_Open, None]):
    """Reads what Go prints."""

    def __init__(self) -> None:
        super().__init__()
        self._function = ""
        self._created = False
        self._bare = False
        self._place: re.Match[str] | None = None

    @property
    def busy(self) -> bool:
        """A function waits for its place on the next line."""
        return super().busy or bool(self._function) or self._created

    def feed(self, line: Line) -> None:
        """The next line."""
        panic, goroutine = _PANIC.search(line.text), _GOROUTINE.search(line.text)
        if panic:
            self._panic(line, panic)
        elif goroutine:
            self.open = self.open or _Open(line, "", "")
            self.open.prefix = line.text[: goroutine.start()]
            _next_goroutine(self.open)
        else:
            self._inside(line, without_prefix(line.text, self.open.prefix) if self.open else line.text)

    def _panic(self, line: Line, panic: re.Match[str]) -> None:
        """A panic while another was handled is printed before any frame, and belongs to it."""
        if self.open and self.open.type and not self.open.goroutines[0].head:
            return
        self.close()
        self.open = _Open(
            line, panic["type"] or panic["http"] or panic["gin"], panic["message"] or panic["served"] or ""
        )

    def _inside(self, line: Line, text: str) -> None:
        place, function = _PLACE.match(text), _FUNCTION.match(text)
        if self.open and self._gin(self.open, line, text):
            return
        bare, self._bare = self._bare, False
        if bare and not (place and text[:1].isspace()):
            self._function = ""
        if place and self._function and (self.open or text[:1].isspace() or text.startswith("/")):
            self.open = self.open or _Open(line, "", "")
            name = self._function
            self.open.goroutines[-1].add(TraceFrame(place["path"], name, _package(name), int(place["line"])))
            self.open.last_event, self.open.noise, self._function = line.event, 0, ""
        elif function and (
            function["arguments"] or ((function["created"] or self._created) and "." in function["name"])
        ):
            self._function, self._created = function["name"], False
        elif function and "." in function["name"] and not self._function and not text[:1].isspace():
            self._function, self._bare = function["name"], True  # zap prints no arguments; the place follows at once
        elif _CREATED.match(text):
            self._created = True
        elif self.open:
            self.foreign(line.text)

    def _gin(self, current: _Open, line: Line, text: str) -> bool:
        at, self._place = self._place, _GIN.match(text)
        source = _SOURCE.match(text) if at else None
        if at and source:
            frame = TraceFrame(at["path"], source["name"], _package(source["name"]), int(at["line"]))
            current.goroutines[-1].add(frame)
        if self._place or source:
            self.goes_on(line)
        return bool(self._place or source)


def _next_goroutine(current: _Open) -> None:
    if current.goroutines[-1].head and len(current.goroutines) < MAX_GOROUTINES:
        current.goroutines.append(FrameList())


def _package(function: str) -> str:
    head, _, tail = function.rpartition("/")
    return f"{head}/{tail.split('.')[0]}" if head else tail.split(".")[0]

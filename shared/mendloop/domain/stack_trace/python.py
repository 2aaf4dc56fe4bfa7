"""Python tracebacks: chained causes, exception groups, log prefixes, one line per event or whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Line, Rank, Trace, TraceFrame

MAX_NOISE = 100
"""Foreign lines between two lines of one trace, before it is taken to have ended."""
MAX_CHAIN = 50

_HEADER = re.compile(r"(?:Exception Group )?Traceback \((?:most recent call last|innermost last)\):")
_FRAME = re.compile(r'File "([^"]{1,1000})", line (\d{1,9})(?:, in (.{1,300}))?')
_EXCEPTION = re.compile(r"([A-Za-z_]\w{0,200}(?:\.(?:[A-Za-z_]\w{0,200}|<locals>)){0,20})(?::(?: (.*)|$)|\s*$)")
_INDENTED = re.compile(r"\s{1,12}([A-Za-z_][\w.]{0,200}(?:Error|Exception|Warning|Exit|Interrupt|Timeout)): (.*)$")
_RUNTIME = re.compile(r"\[ERROR\] ([A-Za-z_][\w.]{0,300})(?:: (.*))?$")
_CHAIN = re.compile(
    r"During handling of the above exception, another exception occurred:"
    r"|The above exception was the direct cause of the following exception:"
)
_LEVELS = {
    "INFO",
    "DEBUG",
    "WARN",
    "WARNING",
    "ERROR",
    "CRITICAL",
    "FATAL",
    "TRACE",
    "NOTICE",
    "START",
    "END",
    "REPORT",
}
_GROUP = re.compile(r"^\s*(?:\+-\+-+ .+ -+|\+-+ .+ -+|\+-+|[|+])(?: |$)?")
_SEPARATOR = re.compile(r"^\s*\+[-+]+(?: (?:\d+|\.\.\.) -+)?$")
_CALM_PREFIX = re.compile(r"\b(?:INFO|DEBUG|NOTICE)\b")
_LIKELY_NAME = re.compile(
    r"(?:Error|Exception|Warning|Exit|Interrupt|Iteration|Fault|Failure|Timeout|Group)$|\.|^[A-Z]\w*[a-z]"
)


@dataclass
class _Open:
    """A traceback that is being read."""

    first: Line
    prefix: str
    rank: Rank
    known: tuple[str, str] | None = None
    grouped: bool = False
    frames: FrameList = field(default_factory=FrameList)
    causes: list[Trace] = field(default_factory=list)
    type: str = ""
    message: list[str] = field(default_factory=list)
    noise: int = 0
    last_event: int = 0
    wants_text: bool = False


def find(lines: Sequence[Line]) -> list[Found]:
    """Every traceback of a block, in order. One pass; the work per line is bounded."""
    reader = _Reader()
    for line in lines:
        reader.feed(line)
    reader.close()
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.found: list[Found] = []
        self._open: _Open | None = None
        self._known: tuple[str, str, int] | None = None
        self._chain: list[Trace] = []
        self._since = MAX_NOISE

    def feed(self, line: Line) -> None:
        header = _HEADER.search(line.text)
        if header:
            self._begin(line, header)
        elif _CHAIN.search(line.text):
            self._link()
        elif self._open is None:
            self._idle(line)
        elif self._open.type:
            self._continue_message(line)
        else:
            self._inside(self._open, line)

    def close(self) -> None:
        """End what is open."""
        current, self._open = self._open, None
        if current is None:
            return
        if not current.type and current.known:
            current.type, current.message = current.known[0], [current.known[1]]
        if not current.type and not current.frames.all():
            return
        trace = Trace(
            "python",
            current.type,
            "\n".join(current.message).strip()[:MAX_MESSAGE],
            current.frames.all(),
            tuple(current.causes),
        )
        first = current.first
        self._since = 0
        found = Found(trace, first.at, first.event, current.last_event, first.request_id, current.rank)
        if current.grouped and self.found and self._in_group:
            group = self.found[-1]
            joined = replace(group.trace, causes=(*group.trace.causes, trace)[:MAX_CHAIN])
            self.found[-1] = replace(group, trace=joined, last_event=found.last_event)
        else:
            self.found.append(found)

    _in_group = False

    def _begin(self, line: Line, header: re.Match[str]) -> None:
        self.close()
        prefix = line.text[: header.start()]
        grouped = bool(prefix) and bool(
            _GROUP.fullmatch(prefix.rstrip() + " ") or set(prefix.strip()) <= {"|", "+"} and prefix.strip()
        )
        self._in_group = grouped and not header.group(0).startswith("Exception Group")
        known = self._known[:2] if self._known and line.event - self._known[2] <= MAX_NOISE else None
        rank = Rank.RUNTIME if known else Rank.EMBEDDED if _CALM_PREFIX.search(prefix) else line.rank
        self._open = _Open(line, prefix, rank, known, grouped, causes=self._chain, last_event=line.event)
        self._known, self._chain = None, []

    def _idle(self, line: Line) -> None:
        self._since += 1
        runtime = _RUNTIME.search(line.text)
        if runtime:
            self._known = (runtime.group(1), runtime.group(2) or "", line.event)
            return
        frame = _FRAME.search(line.text)
        if frame and frame.group(3) and not line.text[: frame.start()].strip():
            self._open = _Open(line, line.text[: max(0, frame.start() - 2)], line.rank, last_event=line.event)
            self._inside(self._open, line)

    def _inside(self, current: _Open, line: Line) -> None:
        frame = _FRAME.search(line.text)
        body = _body(current, line.text)
        if frame:
            self._add(current, frame)
        elif current.wants_text and body is not None and body[:2].isspace() and body.strip():
            last = (
                current.frames.all()[-1]
                if len(current.frames.all()) < 2
                else (current.frames.tail or current.frames.head)[-1]
            )
            current.frames.replace_last(replace(last, text=body.strip()[:500]))
            current.wants_text = False
        elif body is not None and self._ends(current, body, line):
            return
        elif _is_decoration(body):
            pass
        else:
            self._noise(current, line)
            return
        current.noise, current.last_event = 0, line.event

    def _add(self, current: _Open, frame: re.Match[str]) -> None:
        path, number, function = frame.groups()
        current.frames.add(TraceFrame(path, (function or "").strip(), module_of(path), int(number)))
        current.wants_text = True

    def _ends(self, current: _Open, body: str, line: Line) -> bool:
        """Whether this line names the exception: not indented, an identifier, then a colon or nothing."""
        exception = _EXCEPTION.match(body)
        if exception is None and not current.wants_text:
            exception = _INDENTED.match(body)
        if not exception or exception.group(1) in _LEVELS or not current.frames.head:
            return False
        name, message = exception.group(1), exception.group(2)
        if not _LIKELY_NAME.search(name) and (current.noise or message is None):
            return False
        current.type, current.message, current.last_event = name, [message or ""], line.event
        return True

    def _noise(self, current: _Open, line: Line) -> None:
        current.noise += 1
        ended = line.text.startswith(("END RequestId", "REPORT RequestId"))
        if ended or current.noise > MAX_NOISE or (current.known and line.event != current.last_event):
            self.close()
            self._idle(line)

    def _continue_message(self, line: Line) -> None:
        """More lines of the same event are more message; in another event the trace has ended."""
        current = self._open
        if current is not None and line.event == current.last_event and len(current.message) < MAX_CHAIN:
            body = _body(current, line.text)
            if not _SEPARATOR.match(line.text):
                current.message.append(body if body is not None else line.text)
                return
        self.close()
        self._idle(line)

    def _link(self) -> None:
        """What stands above becomes a cause of what comes next."""
        self.close()
        if not self.found or self._since > MAX_NOISE:
            return
        last = self.found.pop().trace
        self._chain = [*last.causes, replace(last, causes=())][-MAX_CHAIN:]


def _body(current: _Open, text: str) -> str | None:
    """The line without the prefix its header had; None when it has another one."""
    if current.grouped:
        return _GROUP.sub("", text, count=1)
    prefix = current.prefix
    if not prefix:
        return text
    if prefix.strip() == "":
        return text[len(prefix) :] if text.startswith(prefix) else text.lstrip()
    if _skeleton(text[: len(prefix)]) == _skeleton(prefix):
        return text[len(prefix) :]
    return text if not _looks_prefixed(text) else None


def _looks_prefixed(text: str) -> bool:
    return bool(re.match(r"\s*(?:\[|\d{2,4}[-/:]|[A-Z]{4,8}\b)", text))


def _skeleton(text: str) -> str:
    return re.sub(r"[0-9a-f]+", "0", text)


def _is_decoration(body: str | None) -> bool:
    if body is None:
        return False
    stripped = body.strip()
    return not stripped.strip("~^") or stripped.startswith("[Previous line repeated") or stripped == "..."


def module_of(path: str) -> str:
    """`app/orders.py` → `orders`; a package's `__init__.py` → the package."""
    parts = [part for part in re.split(r"[/\\]", path) if part]
    if not parts:
        return ""
    name = parts[-1].removesuffix(".py")
    return parts[-2] if name == "__init__" and len(parts) > 1 else name

"""Python tracebacks: chained causes, exception groups, log prefixes, one line per event or whole."""

import re
from dataclasses import replace

from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, Line, Rank, Trace, TraceFrame
from mendloop.domain.stack_trace.python_grammar import (
    CALM_PREFIX,
    CHAIN,
    EXCEPTION,
    FRAME,
    GROUP,
    HEADER,
    INDENTED,
    LEVELS,
    LIKELY_NAME,
    RUNTIME,
    SEPARATOR,
    STARTS_ANOTHER,
    OpenTrace,
    body_of,
    is_decoration,
    module_of,
)

MAX_NOISE = 100
"""Foreign lines between two lines of one trace, before it is taken to have ended."""
MAX_CHAIN = 50


class PythonReader:
    """Reads what Python prints."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self._open: OpenTrace | None = None
        self._known: tuple[str, str, int] | None = None
        self._chain: list[Trace] = []
        self._since = MAX_NOISE

    @property
    def busy(self) -> bool:
        """Whether the next line matters whatever it holds; a trace just ended may become a cause."""
        return bool(self._open or self._known or self._chain) or self._since < MAX_NOISE

    def feed(self, line: Line) -> None:
        """The next line."""
        header = HEADER.search(line.text)
        if header:
            self._begin(line, header)
        elif CHAIN.search(line.text):
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
            GROUP.fullmatch(prefix.rstrip() + " ") or set(prefix.strip()) <= {"|", "+"} and prefix.strip()
        )
        self._in_group = grouped and not header.group(0).startswith("Exception Group")
        known = self._known[:2] if self._known and line.event - self._known[2] <= MAX_NOISE else None
        rank = Rank.RUNTIME if known else Rank.EMBEDDED if CALM_PREFIX.search(prefix) else line.rank
        self._open = OpenTrace(line, prefix, rank, known, grouped, causes=self._chain, last_event=line.event)
        self._known, self._chain = None, []

    def _idle(self, line: Line) -> None:
        self._since += 1
        runtime = RUNTIME.search(line.text)
        if runtime:
            self._known = (runtime.group(1), runtime.group(2) or "", line.event)
            return
        frame = FRAME.search(line.text)
        if frame and frame.group(3) and not line.text[: frame.start()].strip():
            self._open = OpenTrace(line, line.text[: max(0, frame.start() - 2)], line.rank, last_event=line.event)
            self._inside(self._open, line)

    def _inside(self, current: OpenTrace, line: Line) -> None:
        frame = FRAME.search(line.text)
        body = body_of(current, line.text)
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
        elif is_decoration(body):
            pass
        else:
            self._noise(current, line)
            return
        current.noise, current.last_event = 0, line.event

    def _add(self, current: OpenTrace, frame: re.Match[str]) -> None:
        path, number, function = frame.groups()
        current.frames.add(TraceFrame(path, (function or "").strip(), module_of(path), int(number)))
        current.wants_text = True

    def _ends(self, current: OpenTrace, body: str, line: Line) -> bool:
        """Whether this line names the exception: not indented, an identifier, then a colon or nothing."""
        exception = EXCEPTION.match(body)
        if exception is None and not current.wants_text:
            exception = INDENTED.match(body)
        if not exception or exception.group(1) in LEVELS or not current.frames.head:
            return False
        name, message = exception.group(1), exception.group(2)
        if not LIKELY_NAME.search(name) and (current.noise or message is None):
            return False
        current.type, current.message, current.last_event = name, [message or ""], line.event
        return True

    def _noise(self, current: OpenTrace, line: Line) -> None:
        current.noise += 1
        ended = line.text.startswith(("END RequestId", "REPORT RequestId"))
        if ended or current.noise > MAX_NOISE or (current.known and line.event != current.last_event):
            self.close()
            self._idle(line)

    def _continue_message(self, line: Line) -> None:
        """More lines of the same event are more message; in another event the trace has ended."""
        current = self._open
        if current is not None and line.event == current.last_event and len(current.message) < MAX_CHAIN:
            body = body_of(current, line.text)
            if not SEPARATOR.match(line.text) and not STARTS_ANOTHER.match(line.text):
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

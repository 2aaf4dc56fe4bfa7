"""From log events to traces, event by event: what is kept in between does not grow with the log."""

import re
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from mendloop.domain.stack_trace.dotnet import DotnetReader
from mendloop.domain.stack_trace.golang import GoReader
from mendloop.domain.stack_trace.java import JavaReader
from mendloop.domain.stack_trace.javascript import JavascriptReader
from mendloop.domain.stack_trace.layout import Layouts, Piece
from mendloop.domain.stack_trace.model import Found, Line, LogText
from mendloop.domain.stack_trace.php import PhpReader
from mendloop.domain.stack_trace.python import PythonReader
from mendloop.domain.stack_trace.reading import HEADER_REACH
from mendloop.domain.stack_trace.reports import read_report
from mendloop.domain.stack_trace.ruby import RubyReader
from mendloop.domain.stack_trace.rust import RustReader

MAX_SOURCES = 500
"""Log streams that are read side by side; the one quiet for longest is ended first."""


class LineReader(Protocol):
    """One language's reader: what it found stands in `found`, the last of which may still change."""

    found: list[Found]

    @property
    def busy(self) -> bool:
        """Whether the next line matters whatever it holds."""

    def feed(self, line: Line) -> None:
        """The next line."""

    def close(self) -> None:
        """There are no more."""


LANGUAGES: tuple[tuple[Callable[[], LineReader], re.Pattern[str]], ...] = (
    (PythonReader, re.compile(r"Traceback|File \"|\[ERROR\]|During handling|direct cause")),
    (JavaReader, re.compile(r"(?:^|\s)at\s+\S+\(|Caused by:|Suppressed:|Wrapped by:")),
    (JavascriptReader, re.compile(r"(?:^|\s)at \S|\[native code\]|:\d+\s*$|\[errors\]: \[")),
    (GoReader, re.compile(r"panic|goroutine|fatal error|\.(?:go|s|c):\d|created by")),
    (DotnetReader, re.compile(r"(?:^|\s)at \S.*\(|--->|--- End of")),
    (RubyReader, re.compile(r":\d+:in |from \S+:\d|\.rb:\d")),
    (PhpReader, re.compile(r"PHP |#\d+ |Stack trace|\[stacktrace\]|\[object\] \(| in .*\d$|^\s+at \S+\(")),
    (RustReader, re.compile(r"panicked at|(?i:stack backtrace|location):\s*$")),
)
"""The readers, and what a line must hold to begin a trace of theirs; the lines just before it may be its header."""


class _Attentive:
    """A reader that is spared the lines which it does not need; those just before a telling one may be its header."""

    def __init__(self, reader: LineReader, telling: re.Pattern[str]) -> None:
        self.reader = reader
        self._telling = telling.search
        self._before: deque[Line] = deque(maxlen=HEADER_REACH)

    def feed(self, line: Line) -> None:
        if not (self.reader.busy or self._telling(line.text)):
            self._before.append(line)
            return
        while self._before:
            self.reader.feed(self._before.popleft())
        self.reader.feed(line)


class _Source:
    """The readers of one stream of lines."""

    def __init__(self) -> None:
        self._attentive = [_Attentive(make(), telling) for make, telling in LANGUAGES]
        self._readers = [each.reader for each in self._attentive]

    def feed(self, lines: Sequence[Line]) -> None:
        for each in self._attentive:
            for line in lines:
                each.feed(line)

    def take(self) -> list[Found]:
        """What cannot change any more: all but each reader's newest."""
        done: list[Found] = []
        for reader in self._readers:
            if len(reader.found) > 1:
                done += reader.found[:-1]
                del reader.found[:-1]
        return done

    def close(self) -> list[Found]:
        for reader in self._readers:
            reader.close()
        return [found for reader in self._readers for found in reader.found]


class Extraction:
    """Feed it a log's events in time order; `take` the traces now and then, and `close` at the end."""

    def __init__(self) -> None:
        self._layouts = Layouts()
        self._sources: OrderedDict[str, _Source] = OrderedDict()
        self._done: list[Found] = []

    @property
    def cut(self) -> list[str]:
        """What was left out, in words."""
        return self._layouts.cut

    @property
    def events(self) -> int:
        """How many were fed."""
        return self._layouts.events

    def feed(self, event: LogText) -> None:
        """The next event."""
        report, pieces = self._layouts.lay_out(event)
        if report and (found := read_report(report)):
            self._done.append(found)
        for piece in pieces:
            self._read(piece)

    def take(self) -> list[Found]:
        """The traces that are complete, each once."""
        for source in self._sources.values():
            self._done += source.take()
        taken, self._done = self._done, []
        return sorted(taken, key=lambda one: one.event)

    def close(self) -> list[Found]:
        """The traces that were not taken yet."""
        while self._sources:
            self._done += self._sources.popitem()[1].close()
        return self.take()

    def _read(self, piece: Piece) -> None:
        if piece.source is None:
            alone = _Source()
            alone.feed(piece.lines)
            self._done += alone.close()
            return
        if piece.source not in self._sources:
            if len(self._sources) >= MAX_SOURCES:
                self._done += self._sources.popitem(last=False)[1].close()
            self._sources[piece.source] = _Source()
        self._sources.move_to_end(piece.source)
        self._sources[piece.source].feed(piece.lines)


def extract(events: Iterable[LogText]) -> list[Found]:
    """Every trace in the events, by the event it begins in. Events of one source must be in time order."""
    extraction = Extraction()
    for event in events:
        extraction.feed(event)
    return extraction.close()

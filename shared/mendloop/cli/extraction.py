"""The exceptions of a log, grouped: what `mendloop extract` prints."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mendloop.cli.log_lines import Record
from mendloop.domain.redaction import redact
from mendloop.domain.stack_trace import Extraction, Found, LogText, Rank, Trace, TraceFrame

MAX_GROUPS = 5_000
MAX_REQUESTS = 100_000
TAKE_EVERY = 1_000
"""Events between two looks at what is complete."""
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Exceptions:
    """Equal traces as one: language, type, places and causes; messages may differ."""

    trace: Trace
    rank: Rank
    first: datetime
    last: datetime
    requests: set[str] = field(default_factory=set)
    others: int = 0

    @property
    def count(self) -> int:
        """Failures, not prints: a request that shows the same trace twice counts once."""
        return len(self.requests) + self.others

    def add(self, found: Found) -> None:
        """One more."""
        self.first, self.last = min(self.first, found.at), max(self.last, found.at)
        if found.rank < self.rank:
            self.trace, self.rank = found.trace, found.rank
        if found.request_id and len(self.requests) < MAX_REQUESTS:
            self.requests.add(found.request_id)
        else:
            self.others += 1

    def shown(self) -> dict[str, Any]:
        """As JSON prints it; a time that nothing tells is null. Redacted."""
        own = _trace(self.trace)
        times = {"first_seen": _time(self.first), "last_seen": _time(self.last)}
        return {**own, "count": self.count, **times, "causes": [_trace(cause) for cause in self.trace.causes]}


def exceptions(records: Iterable[Record]) -> tuple[list[Exceptions], list[str]]:
    """What the runtime reports first, then by count, then by time; and what was left out, in words."""
    groups: dict[tuple[object, ...], Exceptions] = {}
    left, extraction = 0, Extraction()
    for found in _found(records, extraction):
        key = _key(found.trace)
        if key not in groups and len(groups) >= MAX_GROUPS:
            left += 1
            continue
        groups.setdefault(key, Exceptions(found.trace, found.rank, found.at, found.at)).add(found)
    ordered = sorted(groups.values(), key=lambda one: (one.rank, -one.count, one.first))
    cut = [f"{left} traces beyond {MAX_GROUPS:,} different ones were left out"] if left else []
    empty = [] if extraction.events else ["the log is empty"]
    return ordered, [*extraction.cut, *cut, *empty]


def _found(records: Iterable[Record], extraction: Extraction) -> Iterator[Found]:
    at = UNKNOWN
    for number, record in enumerate(records, start=1):
        at = record.at or at
        extraction.feed(LogText(at, record.message, record.stream))
        if number % TAKE_EVERY == 0:
            yield from extraction.take()
    yield from extraction.close()


def _key(trace: Trace) -> tuple[object, ...]:
    places = tuple((frame.path, frame.function, frame.line) for frame in trace.frames)
    return (trace.language, trace.type, places, *(_key(cause) for cause in trace.causes))


def _trace(trace: Trace) -> dict[str, Any]:
    return {
        "language": trace.language,
        "type": redact(trace.type),
        "message": redact(trace.message),
        "frames": [_frame(frame) for frame in trace.frames],
    }


def _frame(frame: TraceFrame) -> dict[str, Any]:
    return {
        "path": redact(frame.path),
        "function": frame.function,
        "module": frame.module,
        "line": frame.line,
        "column": frame.column,
    }


def _time(at: datetime) -> str | None:
    return None if at == UNKNOWN else at.isoformat().replace("+00:00", "Z")

"""Plain text as log events: each line that begins with a time is one, and the lines without a time belong to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_TIME = re.compile(
    r"^.{0,40}?(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?)\d*(?P<zone>Z|[+-]\d\d:?\d\d)?(?!\d)"
)
_TAILED = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00 (?P<stream>\S*[/\[]\S*) (?P<message>.*)$", re.S)
"""A line as `aws logs tail` prints it; a stream's name holds a slash or a bracket."""


@dataclass(frozen=True)
class Record:
    """One event; `at` is None where nothing tells its time. Times without a zone are taken as UTC."""

    at: datetime | None
    stream: str
    message: str


def text_records(lines: Sequence[str]) -> Iterator[Record]:
    """One record per stamped line with what follows it; one per line where no line has a time."""
    times = [leading_time(line) for line in lines]
    if not any(times):
        yield from (Record(None, "log", line) for line in lines)
        return
    at, group = None, list[str]()
    for line, time in zip(lines, times, strict=True):
        if time is not None and group:
            yield printed(at, group)
            group = []
        at = time or at
        group.append(line)
    yield printed(at, group)


def printed(at: datetime | None, group: list[str]) -> Record:
    """One event from its lines; `aws logs tail` puts time and stream before them."""
    message = "\n".join(group)
    tailed = _TAILED.match(message)
    return Record(at, tailed["stream"], tailed["message"]) if tailed else Record(at, "log", message)


def leading_time(line: str) -> datetime | None:
    """The time near the beginning of a line, as UTC."""
    found = _TIME.match(line)
    if not found:
        return None
    try:
        read = datetime.fromisoformat(found["time"].replace(",", ".") + (found["zone"] or "+00:00"))
    except ValueError:
        return None
    return read.astimezone(UTC)

"""Reading a log group within bounds.

The service filters by one quoted phrase only, and by none where the phrase would need escapes; whatever comes back is
filtered again here. Richer patterns are read differently by the emulator.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mendloop.adapters.aws_errors import translated
from mendloop.ports import LogEvent, LogPage

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

MAX_PAGES = 60
"""A page scans up to 1 MB: enough for any window worth reading, and an end to any that is not."""
MAX_SECONDS = 40
"""For one read; a throttled group is slow, and the others want to be read as well."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_log_events(
    client: "CloudWatchLogsClient",
    log_group: str,
    start: datetime,
    end: datetime,
    *,
    term: str,
    max_bytes: int,
    max_seconds: float = MAX_SECONDS,
) -> LogPage:
    """Events of [start, end] that contain `term`, in time order, up to `max_bytes` of messages and `max_seconds`.

    FilterLogEvents costs nothing; Logs Insights would cost by what it scans, and waits for its answer besides.
    """
    request: dict[str, Any] = {"logGroupName": log_group, "startTime": _ms(start), "endTime": _ms(end)}
    if term and not set(term) & {'"', "\\"}:
        request["filterPattern"] = f'"{term}"'
    kept: list[LogEvent] = []
    size = 0
    pages = _Pages(client, request, time.monotonic() + max_seconds)
    with translated(f"log group {log_group}"):
        for event in pages.events():
            if not start <= event.at <= end or term not in event.message:
                continue
            size += len(event.message.encode())
            if size > max_bytes:
                return _page(kept, f"{log_group}: cut after {len(kept)} events, at {max_bytes} bytes")
            kept.append(event)
    return _page(kept, f"{log_group}: stopped after {pages.stopped}" if pages.stopped else "")


class _Pages:
    """Events page by page; `stopped` says after what, when there was more than anybody should read."""

    def __init__(self, client: "CloudWatchLogsClient", request: dict[str, Any], until: float) -> None:
        self._client = client
        self._request = request
        self._until = until
        self.stopped = ""

    def events(self) -> Iterator[LogEvent]:
        token = ""
        for number in range(MAX_PAGES):
            more = {"nextToken": token} if token else {}
            answer = self._client.filter_log_events(**{**self._request, **more})
            yield from (_event(self._request["logGroupName"], raw) for raw in answer.get("events", []))
            token = answer.get("nextToken", "")
            if not token:
                return
            if time.monotonic() > self._until:
                self.stopped = f"{number + 1} pages, for its time was over"
                return
        self.stopped = f"{MAX_PAGES} pages"


def _page(events: list[LogEvent], cut: str) -> LogPage:
    return LogPage(events=sorted(events, key=lambda event: event.at), cut=cut)


def _event(log_group: str, raw: Any) -> LogEvent:
    at = _EPOCH + timedelta(milliseconds=raw["timestamp"])
    return LogEvent(log_group=log_group, stream=raw.get("logStreamName", ""), at=at, message=raw.get("message", ""))


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)

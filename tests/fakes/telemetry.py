"""Production as a script tells it."""

from collections.abc import Sequence
from datetime import datetime

from mendloop.contracts.evidence import Deployment, MetricPoint
from mendloop.domain.errors import MendloopError, NotFound
from mendloop.ports import AlarmDescription, LogEvent, LogPage


class ScriptedTelemetry:
    """Fill the dictionaries; put an error under a method's name in `failing` for an outage of that source."""

    def __init__(self) -> None:
        self.alarms: dict[str, AlarmDescription] = {}
        self.logs: dict[str, list[LogEvent]] = {}
        self.points: dict[str, list[MetricPoint]] = {}
        self.deployed: dict[str, list[Deployment]] = {}
        self.revisions: dict[str, tuple[str, str]] = {}
        self.failing: dict[str, MendloopError] = {}

    def write_log(self, log_group: str, at: datetime, *messages: str, stream: str = "2026/11/20/[7]abc") -> None:
        """Append events; no message only makes the group."""
        events = self.logs.setdefault(log_group, [])
        events.extend(LogEvent(log_group=log_group, stream=stream, at=at, message=message) for message in messages)

    def alarm(self, name: str) -> AlarmDescription | None:
        self._answer("alarm")
        return self.alarms.get(name)

    def log_events(
        self, log_group: str, start: datetime, end: datetime, *, term: str = "", max_bytes: int = 2_000_000
    ) -> LogPage:
        self._answer("log_events")
        if log_group not in self.logs:
            raise NotFound(f"there is no log group {log_group}")
        events = [event for event in self.logs[log_group] if start <= event.at <= end and term in event.message]
        kept = _within(sorted(events, key=lambda event: event.at), max_bytes)
        cut = f"{log_group}: cut at {max_bytes} bytes" if len(kept) < len(events) else ""
        return LogPage(events=kept, cut=cut)

    def metric(self, alarm: AlarmDescription, start: datetime, end: datetime) -> list[MetricPoint]:
        self._answer("metric")
        return [point for point in self.points.get(alarm.name, []) if start <= point.at <= end]

    def deployments(self, function: str, start: datetime, end: datetime) -> list[Deployment]:
        self._answer("deployments")
        found = [deployment for deployment in self.deployed.get(function, []) if start <= deployment.at <= end]
        return sorted(found, key=lambda deployment: deployment.at)

    def running_revision(self, function: str) -> tuple[str, str]:
        self._answer("running_revision")
        return self.revisions.get(function, ("", ""))

    def _answer(self, method: str) -> None:
        if method in self.failing:
            raise self.failing[method]


def _within(events: Sequence[LogEvent], max_bytes: int) -> list[LogEvent]:
    kept, size = [], 0
    for event in events:
        size += len(event.message.encode())
        if size > max_bytes:
            break
        kept.append(event)
    return kept

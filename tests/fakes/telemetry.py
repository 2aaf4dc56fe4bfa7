"""Production as a script tells it."""

from collections.abc import Sequence
from datetime import datetime

from mendloop.contracts.evidence import Deployment, MetricPoint, Series, TracedRequest
from mendloop.domain.errors import MendloopError, NotFound
from mendloop.ports import AlarmDescription, Deployed, DeploymentSource, LogEvent, LogPage, TracePage

MAX_TRACES = 10


class ScriptedTelemetry:
    """Fill the dictionaries; put an error under a method's name in `failing` for an outage of that source."""

    def __init__(self) -> None:
        self.alarms: dict[str, AlarmDescription] = {}
        self.logs: dict[str, list[LogEvent]] = {}
        self.points: dict[str, list[MetricPoint]] = {}
        self.deployed: dict[str, list[Deployment]] = {}
        """Of a function, service, application or stack by its name."""
        self.changed: dict[str, list[Deployment]] = {}
        """What CloudTrail kept of a resource."""
        self.filters: dict[tuple[str, str], list[str]] = {}
        self.services: dict[tuple[str, str], list[str]] = {}
        """Log groups of an ECS service by cluster and name."""
        self.traced: dict[str, list[TracedRequest]] = {}
        """With a fault in the service of this name."""
        self.revisions: dict[str, tuple[str, str]] = {}
        """Of a function, ECS service, CodeDeploy application or pipeline by its name."""
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

    def metric(self, alarm: AlarmDescription, start: datetime, end: datetime) -> Series:
        self._answer("metric")
        points = [point for point in self.points.get(alarm.name, []) if start <= point.at <= end]
        return Series(alarm=alarm.name, points=points, threshold=alarm.threshold)

    def metric_log_groups(self, namespace: str, metric: str) -> list[str]:
        self._answer("metric_log_groups")
        return self.filters.get((namespace, metric), [])

    def service_log_groups(self, cluster: str, service: str) -> list[str]:
        self._answer("service_log_groups")
        if (cluster, service) not in self.services:
            raise NotFound(f"there is no ECS service {service} in the cluster {cluster or 'default'}")
        return self.services[cluster, service]

    def traces(self, services: Sequence[str], start: datetime, end: datetime) -> TracePage:
        self._answer("traces")
        found = {t.id: t for name in services for t in self.traced.get(name, []) if start <= t.at <= end}
        ordered = sorted(found.values(), key=lambda trace: (trace.at, trace.id))
        left = len(ordered) - MAX_TRACES
        return TracePage(traces=ordered[:MAX_TRACES], cut=f"{left} more traces" if left > 0 else "")

    def deployments(self, source: DeploymentSource, of: Deployed, start: datetime, end: datetime) -> list[Deployment]:
        """Each source may fail by its own name, `lambda`, …, or all by `deployments`."""
        self._answer("deployments")
        self._answer(source.name.lower())
        name, kept = {
            DeploymentSource.LAMBDA: (of.function, self.deployed),
            DeploymentSource.ECS: (of.ecs_service, self.deployed),
            DeploymentSource.CODEDEPLOY: (of.application, self.deployed),
            DeploymentSource.CLOUDFORMATION: (of.stack, self.deployed),
            DeploymentSource.CLOUDTRAIL: (of.function or of.ecs_service, self.changed),
        }[source]
        found = [deployment for deployment in kept.get(name, []) if start <= deployment.at <= end]
        return sorted(found, key=lambda deployment: deployment.at)

    def running_revision(self, of: Deployed) -> tuple[str, str]:
        self._answer("running_revision")
        name = of.function or of.ecs_service or of.application or of.pipeline
        known = self.revisions.get(name)
        if known is None and (of.application or of.pipeline):
            raise NotFound(f"there is no {name}")
        return known or ("", "")

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

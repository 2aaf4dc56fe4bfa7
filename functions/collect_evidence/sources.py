"""Reading production's records. A source that fails is a gap with a name; that all logs fail is an error."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

from functions.collect_evidence.places import Places
from mendloop.contracts.evidence import Deployment, Gap, MetricPoint
from mendloop.domain.errors import MendloopError, Retryable
from mendloop.domain.redaction import redact
from mendloop.ports import AlarmDescription, LogEvent, Telemetry

MAX_BYTES = 2_000_000
TERMS = ("Traceback", "[ERROR]", "errorType", "ERROR", "Exception")
DEPLOYMENTS_BACK = timedelta(days=7)
METRIC_BACK = timedelta(hours=1)

Answer = TypeVar("Answer")


@dataclass
class Sources:
    """The telemetry with what could not be read and what was cut on the way."""

    telemetry: Telemetry
    gaps: list[Gap] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def alarms(self, names: list[str]) -> list[AlarmDescription]:
        """Descriptions of these alarms."""
        described = [self._ask(f"alarm {name}", None, partial(self.telemetry.alarm, name)) for name in names]
        return [alarm for alarm in described if alarm is not None]

    def logs(self, places: Places) -> list[LogEvent]:
        """Events of all groups, in time order; Retryable when there are groups and none answered for now."""
        events: list[LogEvent] = []
        failures: list[Retryable] = []
        for group in places.log_groups:
            try:
                events += self._group(group, places)
            except Retryable as error:
                failures.append(error)
                self._gap(f"logs {group}", error)
            except MendloopError as error:
                self._gap(f"logs {group}", error)
        if failures and len(failures) == len(places.log_groups):
            raise failures[0]
        return sorted(events, key=lambda event: event.at)

    def metric(self, alarm: AlarmDescription | None, places: Places) -> list[MetricPoint]:
        """The alarm's series from an hour before the window."""
        if alarm is None:
            return []
        start = places.start - METRIC_BACK
        return self._ask("metric", [], lambda: self.telemetry.metric(alarm, start, places.end))

    def deployments(self, places: Places) -> list[Deployment]:
        """Deployments of the function of the last week, oldest first."""
        if not places.function:
            return []
        start = places.start - DEPLOYMENTS_BACK
        return self._ask("deployments", [], lambda: self.telemetry.deployments(places.function, start, places.end))

    def revision(self, places: Places) -> str:
        """The revision that runs; empty when nothing says so."""
        if not places.function:
            return ""
        return self._ask("running revision", ("", ""), lambda: self.telemetry.running_revision(places.function))[0]

    def _group(self, group: str, places: Places) -> list[LogEvent]:
        """Everything in the window; where that is too much, the lines around errors as well."""
        page = self.telemetry.log_events(group, places.start, places.end, max_bytes=MAX_BYTES)
        if not page.cut:
            return page.events
        self.cut.append(page.cut)
        found = {(event.stream, event.at, event.message): event for event in page.events}
        for term in TERMS:
            more = self.telemetry.log_events(group, places.start, places.end, term=term, max_bytes=MAX_BYTES // 4)
            found.update({(event.stream, event.at, event.message): event for event in more.events})
        return list(found.values())

    def _ask(self, source: str, otherwise: Answer, read: Callable[[], Answer]) -> Answer:
        try:
            return read()
        except MendloopError as error:
            self._gap(source, error)
            return otherwise

    def _gap(self, source: str, error: MendloopError) -> None:
        self.gaps.append(Gap(source=source, reason=redact(f"{type(error).__name__}: {error}")[:300]))

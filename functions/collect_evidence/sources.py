"""Reading production's records. A source that fails is a gap with a name; that all logs fail is an error."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from functions.collect_evidence.places import Places
from mendloop.contracts.evidence import Deployment, Gap, Series, TracedCall, TracedRequest
from mendloop.contracts.incident import Signal
from mendloop.domain.errors import MendloopError, Retryable
from mendloop.domain.redaction import redact
from mendloop.ports import AlarmDescription, Clock, Deployed, DeploymentSource, LogEvent, Telemetry, TracePage

MAX_BYTES = 2_000_000
LOG_TIME = timedelta(seconds=120)
"""For all log groups; what is left then is said to be unread."""
TERMS = ("Traceback", "[ERROR]", "errorType", "ERROR", "Exception")
DEPLOYMENTS_BACK = timedelta(days=7)
METRIC_BACK = timedelta(hours=1)
MAX_SERIES = 4
MAX_ALARMS = 12
LEVELS = 3
"""A composite alarm, composite ones under it, and theirs."""
MAX_DEPLOYMENTS = 50

Answer = TypeVar("Answer")


@dataclass
class Sources:
    """The telemetry with what could not be read and what was cut on the way."""

    telemetry: Telemetry
    clock: Clock
    gaps: list[Gap] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def alarms(self, signal: Signal) -> list[AlarmDescription]:
        """The signal's alarm, then its children as the signal or the alarm names them, two levels down."""
        found: dict[str, AlarmDescription] = {}
        names = [signal.resource, *signal.children]
        for _ in range(LEVELS):
            new = [name for name in dict.fromkeys(names) if name not in found][: MAX_ALARMS - len(found)]
            described = [self._ask(f"alarm {name}", None, partial(self.telemetry.alarm, name)) for name in new]
            found.update({alarm.name: alarm for alarm in described if alarm})
            names = [child for alarm in described if alarm for child in alarm.children]
        return list(found.values())

    def metric_log_groups(self, alarms: list[AlarmDescription]) -> list[str]:
        """Log groups whose metric filters make the alarms' metrics; AWS's own metrics come from no filter."""
        own = dict.fromkeys((a.namespace, a.metric) for a in alarms if a.metric and not a.namespace.startswith("AWS/"))
        found: list[str] = []
        for namespace, metric in own:
            ask = partial(self.telemetry.metric_log_groups, namespace, metric)
            found += self._ask(f"metric filters of {namespace}/{metric}", [], ask)
        return found

    def service_log_groups(self, cluster: str, service: str) -> list[str]:
        """Log groups of an ECS service; none where its cluster is not known."""
        ask = partial(self.telemetry.service_log_groups, cluster, service)
        return self._ask(f"log groups of the ECS service {service}", [], ask) if cluster else []

    def logs(self, places: Places) -> list[LogEvent]:
        """Events of all groups, in time order; Retryable when there are groups and none answered for now."""
        events: list[LogEvent] = []
        failures: list[Retryable] = []
        until = self.clock.now() + LOG_TIME
        for group in places.log_groups:
            if self.clock.now() > until:
                self.cut.append(f"{group}: not read, for the time for logs was over")
                continue
            try:
                events += self._group(group, places, until)
            except Retryable as error:
                failures.append(error)
                self._gap(f"logs {group}", error)
            except MendloopError as error:
                self._gap(f"logs {group}", error)
        if failures and len(failures) == len(places.log_groups):
            raise failures[0]
        return sorted(events, key=lambda event: event.at)

    def series(self, alarms: list[AlarmDescription], places: Places) -> list[Series]:
        """What each alarm watches, from an hour before the window; first of those that are in ALARM."""
        start = places.start - METRIC_BACK
        watching = sorted(
            (alarm for alarm in alarms if alarm.metric or alarm.queries), key=lambda a: a.state != "ALARM"
        )
        self.cut += [f"the series of {len(watching) - MAX_SERIES} more alarms"] if len(watching) > MAX_SERIES else []
        return [
            self._ask(
                f"metric of {alarm.name}",
                Series(alarm=alarm.name, threshold=alarm.threshold),
                partial(self.telemetry.metric, alarm, start, places.end),
            )
            for alarm in watching[:MAX_SERIES]
        ]

    def traces(self, places: Places) -> list[TracedRequest]:
        """Traced requests with faults, redacted."""
        if not places.traced:
            return []
        ask = partial(self.telemetry.traces, places.traced, places.start, places.end)
        page = self._ask("traces", TracePage(), ask)
        self.cut += [page.cut] if page.cut else []
        return [trace.model_copy(update={"calls": [_safe(call) for call in trace.calls]}) for trace in page.traces]

    def deployments(self, places: Places) -> list[Deployment]:
        """Of the last week, of every source that knows, oldest first."""
        start = places.start - DEPLOYMENTS_BACK
        found: list[Deployment] = []
        for source in DeploymentSource:
            ask = partial(self.telemetry.deployments, source, places.deployed, start, places.end)
            found += self._ask(source.value, [], ask)
        ordered = sorted(found, key=lambda each: each.at)
        left = len(ordered) - MAX_DEPLOYMENTS
        self.cut += [f"{left} earlier deployments of the week"] if left > 0 else []
        return [each.model_copy(update={"what": redact(each.what)[:300]}) for each in ordered[-MAX_DEPLOYMENTS:]]

    def revision(self, places: Places) -> str:
        """The revision that runs; empty when nothing says so."""
        if not places.function:
            return ""
        of = Deployed(function=places.function)
        return self._ask("running revision", ("", ""), lambda: self.telemetry.running_revision(of))[0]

    def _group(self, group: str, places: Places, until: datetime) -> list[LogEvent]:
        """Everything in the window; where that is too much, the lines around errors as well."""
        page = self.telemetry.log_events(group, places.start, places.end, max_bytes=MAX_BYTES)
        if not page.cut:
            return page.events
        self.cut.append(page.cut)
        found = {(event.stream, event.at, event.message): event for event in page.events}
        for term in TERMS:
            if self.clock.now() > until:
                self.cut.append(f"{group}: not searched for {term!r}, for the time for logs was over")
                break
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


def _safe(call: TracedCall) -> TracedCall:
    texts = {name: redact(getattr(call, name)) for name in ("name", "exception", "message", "route")}
    return call.model_copy(update=texts)

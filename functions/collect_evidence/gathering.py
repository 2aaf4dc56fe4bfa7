"""Ask every source for its part of the evidence of one incident."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.collect_evidence.deployed import failed_deployment, last_good, newest
from functions.collect_evidence.faults import Group, group
from functions.collect_evidence.history import dated, earlier_of, errors_without_trace
from functions.collect_evidence.kept import Log, choose, failing_requests, looks_failed, request_events
from functions.collect_evidence.places import Places, ecs_service, find_places
from functions.collect_evidence.sources import Sources
from mendloop.contracts.evidence import Evidence
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import Incident, SignalKind
from mendloop.domain.catalog import Service
from mendloop.domain.redaction import without_addresses
from mendloop.domain.stack_trace import LogText, extract
from mendloop.domain.stack_trace.request_ids import request_ids
from mendloop.ports import AlarmDescription, Clock, LogEvent, Telemetry


@dataclass(frozen=True)
class Collected:
    """The evidence with the groups behind its faults."""

    evidence: Evidence
    groups: list[Group]
    failed_lines: bool


def gather(
    incident: Incident,
    execution: Execution,
    service: Service,
    telemetry: Telemetry,
    clock: Clock,
    known: Sequence[Incident] = (),
    seen: Collection[str] = (),
) -> Collected:
    """What the telemetry tells, redacted; Retryable when no log answers.

    `known`: the service's incidents. `seen`: fingerprints of faults that are left out.
    """
    signal, sources = incident.signal, Sources(telemetry, clock)
    alarms = sources.alarms(signal) if signal.kind is SignalKind.ALARM else []
    led_to = sources.metric_log_groups(alarms) + sources.service_log_groups(*ecs_service(signal, alarms, service))
    places = find_places(signal, alarms, service, clock.now(), led_to)
    events = [] if signal.kind is SignalKind.REHEARSAL else sources.logs(places)
    texts = _texts(events)
    every = group(extract(texts), service, execution.focus_fault)
    groups = [each for each in every if each.fingerprint not in seen]
    log = Log(events, request_ids(texts))
    main = groups[0] if groups else None
    lines, ids, cut = choose(log, groups, request_events(log, main, service.request_field))
    deployments = sources.deployments(places)
    failed = failed_deployment(signal, deployments)
    running = failed.revision if failed else sources.revision(places) or newest(deployments)
    evidence = Evidence(
        incident_id=incident.id,
        service=service.name,
        window_start=places.start,
        window_end=places.end,
        log_groups=list(places.log_groups),
        lines=lines,
        faults=[dated(each.fault(), deployments, known) for each in groups],
        errors=[] if every else errors_without_trace(events),
        earlier=earlier_of(main, incident, known),
        requests=failing_requests(log, main, service.request_field, ids),
        series=sources.series(alarms, places),
        traces=sources.traces(places),
        deployments=deployments,
        last_good_revision=last_good(deployments, running, _seen_first(main, places)),
        failing_revision=running,
        deployment_failed=failed is not None,
        recovered_at=_recovered(alarms, incident),
        gaps=sources.gaps,
        cut=[*places.cut, *sources.cut, *cut],
    )
    if service.redact_ip_addresses:
        evidence = Evidence.model_validate(without_addresses(evidence.model_dump(mode="json")))
    return Collected(evidence, groups, bool(every) or any(looks_failed(event.message) for event in events))


def _texts(events: list[LogEvent]) -> list[LogText]:
    return [LogText(event.at, event.message, f"{event.log_group} {event.stream}") for event in events]


def _seen_first(main: Group | None, places: Places) -> datetime:
    return min((one.at for one in main.found), default=places.end) if main else places.end


def _recovered(alarms: list[AlarmDescription], incident: Incident) -> datetime | None:
    own = next((alarm for alarm in alarms if alarm.name == incident.signal.resource), None)
    since = own.state_since if own and own.state == "OK" else None
    return since if since and since >= incident.signal.time else None

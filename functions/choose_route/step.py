"""Choose route: what kind of answer the incident deserves, by rules alone and before any money is spent."""

from collections.abc import Iterator

from functions.choose_route.deciding import Mapped, decide
from functions.choose_route.published import left_to_the_open_one
from functions.choose_route.rules import citing
from mendloop import documents
from mendloop.contracts.evidence import Evidence, EvidenceSlot, EvidenceStatus, Fault
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import SignalKind, TimelineEntry
from mendloop.contracts.mapping import CodeMap, MappingSlot
from mendloop.contracts.route import Answer, Route, RouteSlot
from mendloop.domain.catalog import Autonomy, Service
from mendloop.domain.errors import Misconfigured
from mendloop.domain.outgoing_autonomy import EXPLAIN_ONLY, would_have
from mendloop.domain.outgoing_reasons import BELOW_MINIMUM
from mendloop.ports import ArtifactStore, CatalogStore, Clock, IncidentStore, Switch


def choose_route(
    execution: Execution,
    *,
    artifacts: ArtifactStore,
    incidents: IncidentStore,
    catalogs: CatalogStore,
    switch: Switch,
    clock: Clock,
) -> RouteSlot:
    """Exactly one route, with a reason and the evidence lines it rests on."""
    if execution.evidence is None:
        raise Misconfigured("a route needs evidence; the slot is empty")
    catalog, _ = catalogs.load()
    service = catalog.services[execution.service]
    evidence = documents.load(artifacts, execution.evidence.ref, Evidence)
    fault = _fault(evidence, execution.focus_fault or execution.evidence.fault)
    mapped = _mapped(execution.mapping, artifacts)
    slot = (
        _without_code(execution, execution.evidence)
        or _too_rare(execution.evidence, service)
        or _fixed(execution.mapping, artifacts)
        or _published(execution, execution.evidence, incidents, clock)
        or _paused(service, paused=switch.paused(service.name))
        or _as_far_as_allowed(decide(evidence, fault, mapped, service.routing), service, execution.mapping)
    )
    if not slot.citations and fault:
        slot = slot.model_copy(update={"citations": citing(evidence, fault)})
    if slot.reason_code == EXPLAIN_ONLY:
        _keep_what_would_be(execution, incidents)
    for what in _story(slot):
        incidents.note(execution.incident_id, TimelineEntry(at=clock.now(), step="choose_route", what=what))
    return slot


def _story(slot: RouteSlot) -> Iterator[str]:
    """For page and command: what failed and where it goes, then what was looked at and set aside."""
    yield f"{slot.summary} Chose {slot.route.value}: {slot.reason_code}".strip()
    if slot.discarded:
        yield f"Set aside: {' '.join(slot.discarded)}"


def _keep_what_would_be(execution: Execution, incidents: IncidentStore) -> None:
    """At once: the digest tells it even where no ticket can be filed afterwards."""
    incident, mapped = incidents.load(execution.incident_id), execution.mapping
    if incident and mapped:
        done = would_have(EXPLAIN_ONLY, target=mapped.target, suspect=mapped.suspect)
        incidents.save(incident.model_copy(update={"would_have": done}), expected=incident.state)


def _fault(evidence: Evidence, fingerprint: str) -> Fault | None:
    named = (fault for fault in evidence.faults if fault.fingerprint == fingerprint)
    return next(named, next(iter(evidence.faults), None))


def _without_code(execution: Execution, evidence: EvidenceSlot) -> RouteSlot | None:
    if evidence.status is EvidenceStatus.MERGED:
        same = "Another open incident handles the same fault" if evidence.fault else "The alarm shows nothing new since"
        reason = f"{same}: {evidence.merged_into}."
        return RouteSlot(route=Route.MERGED, reason_code="merged", reason=reason)
    if execution.trigger.kind is SignalKind.REHEARSAL:
        return RouteSlot(route=Route.CLOSE, reason_code="rehearsal", reason="This was a rehearsal; nothing had failed.")
    return None


def _too_rare(evidence: EvidenceSlot, service: Service) -> RouteSlot | None:
    least = service.limits.minimum_occurrences
    if least == 1 or evidence.status is not EvidenceStatus.FAULT or evidence.count >= least:
        return None
    reason = f"Seen {evidence.count} times, and {service.name} asks for {least} (limits.minimum_occurrences)."
    return RouteSlot(route=Route.CLOSE, reason_code=BELOW_MINIMUM, reason=reason)


def _fixed(mapping: MappingSlot | None, artifacts: ArtifactStore) -> RouteSlot | None:
    if mapping is None or not mapping.fixed_in:
        return None
    code_map = documents.load(artifacts, mapping.ref, CodeMap)
    fixed = code_map.fixed_in
    if fixed is None or not fixed.fixed:
        return None
    reason = (
        f"{code_map.default_branch} has this fixed since {fixed.commit.sha[:12]}: deploy that commit or a later one."
    )
    return RouteSlot(
        route=Route.FIXED_ALREADY, reason_code="fixed_already", reason=reason, answer=Answer.ACTION_RECOMMENDED
    )


def _published(
    execution: Execution, evidence: EvidenceSlot, incidents: IncidentStore, clock: Clock
) -> RouteSlot | None:
    found = execution.mapping.open_request if execution.mapping else None
    return left_to_the_open_one(execution.incident_id, evidence, found, incidents, clock) if found else None


def _paused(service: Service, *, paused: bool) -> RouteSlot | None:
    if not paused:
        return None
    reason = f"mendloop is paused for {service.name}: nothing is drafted."
    return RouteSlot(route=Route.TICKET, reason_code="paused", reason=reason)


def _as_far_as_allowed(slot: RouteSlot, service: Service, mapping: MappingSlot | None) -> RouteSlot:
    """Where a service is only explained, a change becomes a ticket that says what would have been done."""
    if slot.route is not Route.CHANGE or mapping is None or service.autonomy is not Autonomy.EXPLAIN:
        return slot
    done = would_have(EXPLAIN_ONLY, target=mapping.target, suspect=mapping.suspect)
    reason = f"{slot.reason} {done} {service.name} is set to be explained, not changed (autonomy: explain)."
    update = {"route": Route.TICKET, "answer": Answer.EXPLAIN_ONLY, "reason_code": EXPLAIN_ONLY, "reason": reason}
    return slot.model_copy(update=update)


def _mapped(mapping: MappingSlot | None, artifacts: ArtifactStore) -> Mapped:
    if mapping is None:
        return Mapped(revision="none")
    code_map = documents.load(artifacts, mapping.ref, CodeMap)
    at = next((one.commit.at for one in code_map.suspects if one.commit.sha == mapping.suspect), None)
    return Mapped(mapping.target, mapping.suspect, mapping.revision, at)

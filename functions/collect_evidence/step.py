"""Collect evidence: what production said around the failure, redacted, grouped, with its gaps named."""

from datetime import timedelta

from functions.collect_evidence import recheck
from functions.collect_evidence.gathering import Collected, gather
from functions.collect_evidence.split import split_off
from mendloop import documents
from mendloop.contracts.evidence import Evidence, EvidenceSlot, EvidenceStatus
from mendloop.contracts.execution import Execution
from mendloop.contracts.follow_up import Sighting
from mendloop.contracts.incident import Incident, IncidentState, Occurrence
from mendloop.domain.errors import Misconfigured, NotFound
from mendloop.domain.identity import occurrence_id
from mendloop.ports import ArtifactStore, CatalogStore, Clock, IncidentStore, Telemetry, Workflow
from mendloop.timeline import note_once

STEP = "collect_evidence"
RECOLLECTIONS = 3
LONGEST_WAIT = 600
LATE_LOGS = timedelta(minutes=30)
"""What has not arrived by then does not arrive."""


def collect_evidence(
    execution: Execution,
    *,
    artifacts: ArtifactStore,
    incidents: IncidentStore,
    telemetry: Telemetry,
    catalogs: CatalogStore,
    workflow: Workflow,
    clock: Clock,
) -> EvidenceSlot:
    """`$.evidence`. Retryable when no log can be read at all; any other source that fails is a gap."""
    incident = incidents.load(execution.incident_id)
    if incident is None:
        raise NotFound(f"there is no incident {execution.incident_id}")
    service = catalogs.load()[0].services.get(execution.service)
    if service is None:
        raise Misconfigured(f"the catalog has no service {execution.service!r} any more")
    known = incidents.incidents(service=service.name)
    collected = gather(incident, execution, service, telemetry, clock, known, recheck.seen_before(incident, known))
    ref = documents.store_beside(artifacts, documents.key(incident.id, STEP, "evidence.json"), collected.evidence)
    attempt = execution.evidence.attempt + 1 if execution.evidence else 1
    slot = EvidenceSlot(status=_status(collected), ref=ref, gaps=len(collected.evidence.gaps), attempt=attempt)
    slot = slot.model_copy(update={"again_in": _again_in(slot, collected, execution, clock)})
    if collected.groups:
        slot = _own(slot, incident, collected, incidents)
    elif not slot.again_in and (earlier := recheck.earlier(incident, known)):
        slot = slot.model_copy(update={"status": EvidenceStatus.MERGED, "merged_into": earlier.id})
    linked = (
        split_off(incident, execution, collected.groups[1:], incidents=incidents, workflow=workflow, clock=clock)
        if collected.groups
        else []
    )
    _save(incident, slot, linked, incidents)
    note_once(incidents, clock, incident.id, STEP, _told(slot, collected.evidence, linked))
    return slot


def _status(collected: Collected) -> EvidenceStatus:
    if collected.groups:
        return EvidenceStatus.FAULT
    return EvidenceStatus.NO_TRACE if collected.failed_lines else EvidenceStatus.NOTHING


def _again_in(slot: EvidenceSlot, collected: Collected, execution: Execution, clock: Clock) -> int:
    """Logs arrive late: while they hold no error and the failure is recent, each wait is twice the one before."""
    evidence, now = collected.evidence, clock.now()
    hopeless = slot.status is not EvidenceStatus.NOTHING or not evidence.log_groups
    if hopeless or slot.attempt > RECOLLECTIONS or now - execution.trigger.time > LATE_LOGS:
        return 0
    return min(execution.settle_seconds << slot.attempt, LONGEST_WAIT)


def _own(slot: EvidenceSlot, incident: Incident, collected: Collected, incidents: IncidentStore) -> EvidenceSlot:
    """Claim the main fault; where another open incident owns it, this one merges into that."""
    fault = collected.evidence.faults[0]
    owner = incidents.claim_fault(incident.service, fault.fingerprint, incident.id)
    incidents.sight(_sighting(incident, owner.generation, collected.evidence))
    if not owner.mine:
        again = Occurrence(id=occurrence_id(incident.id), at=incident.signal.time, signal=incident.signal)
        incidents.record(owner.incident_id, again)
    return slot.model_copy(
        update={
            "status": EvidenceStatus.FAULT if owner.mine else EvidenceStatus.MERGED,
            "merged_into": "" if owner.mine else owner.incident_id,
            "fault": fault.fingerprint,
            "generation": owner.generation,
            "exception": fault.trace.type,
            "count": fault.count,
        }
    )


def _sighting(incident: Incident, generation: int, evidence: Evidence) -> Sighting:
    """When the fault was seen last, on what: by it a change that was published for it is followed up."""
    fault, running = evidence.faults[0], evidence.failing_revision
    brought = [each.at for each in evidence.deployments if each.succeeded and running and each.revision == running]
    return Sighting(
        service=incident.service,
        fault=fault.fingerprint,
        at=fault.last_seen,
        incident_id=incident.id,
        generation=generation,
        revision=running,
        running_since=max(brought, default=None),
    )


def _save(incident: Incident, slot: EvidenceSlot, linked: list[str], incidents: IncidentStore) -> None:
    """Read again first: intake may have noted the execution's name meanwhile."""
    standing = incidents.load(incident.id) or incident
    running = IncidentState.STARTED if standing.state is IncidentState.CLAIMED else standing.state
    changed = {
        "state": running,
        "fault": slot.fault,
        "evidence": slot.ref,
        "generation": slot.generation,
        "merged_into": slot.merged_into,
        "linked": list(dict.fromkeys([*standing.linked, *linked])),
    }
    incidents.save(standing.model_copy(update=changed), expected=standing.state)


def _told(slot: EvidenceSlot, evidence: Evidence, linked: list[str]) -> str:
    gaps = f"; {slot.gaps} sources could not be read" if slot.gaps else ""
    others = f"; other faults went to {', '.join(linked)}" if linked else ""
    if slot.status is EvidenceStatus.MERGED:
        same = "the same fault" if slot.fault else "nothing new behind the alarm"
        return f"Merged into {slot.merged_into}: {same}{gaps}"
    if slot.status is EvidenceStatus.FAULT:
        return f"Found {slot.exception}, {slot.count} times, fault {slot.fault}{others}{gaps}"
    what = "error lines but no stack trace" if slot.status is EvidenceStatus.NO_TRACE else "no sign of a failure"
    again = f"; looking again in {slot.again_in} s" if slot.again_in else ""
    return f"Found {what} in {len(evidence.log_groups)} log groups{gaps}{again}"

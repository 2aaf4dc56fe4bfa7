"""Collect evidence: what production said around the failure, redacted, grouped, with its gaps named."""

from functions.collect_evidence.gathering import Collected, gather
from functions.collect_evidence.split import split_off
from mendloop import documents
from mendloop.contracts.evidence import Evidence, EvidenceSlot, EvidenceStatus
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import Incident, IncidentState, Occurrence
from mendloop.domain.errors import Misconfigured, NotFound
from mendloop.domain.identity import occurrence_id
from mendloop.ports import ArtifactStore, CatalogStore, Clock, IncidentStore, Telemetry, Workflow
from mendloop.timeline import note_once

STEP = "collect_evidence"


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
    collected = gather(incident, execution, service, telemetry, clock, known)
    ref = documents.store_beside(artifacts, documents.key(incident.id, STEP, "evidence.json"), collected.evidence)
    slot = EvidenceSlot(status=_status(collected), ref=ref, gaps=len(collected.evidence.gaps))
    if collected.groups:
        slot = _own(slot, incident, collected, incidents)
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


def _own(slot: EvidenceSlot, incident: Incident, collected: Collected, incidents: IncidentStore) -> EvidenceSlot:
    """Claim the main fault; where another open incident owns it, this one merges into that."""
    fault = collected.evidence.faults[0]
    owner = incidents.claim_fault(incident.service, fault.fingerprint, incident.id)
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
        return f"Merged into {slot.merged_into}: the same fault{gaps}"
    if slot.status is EvidenceStatus.FAULT:
        return f"Found {slot.exception}, {slot.count} times, fault {slot.fault}{others}{gaps}"
    what = "error lines but no stack trace" if slot.status is EvidenceStatus.NO_TRACE else "no sign of a failure"
    return f"Found {what} in {len(evidence.log_groups)} log groups{gaps}"

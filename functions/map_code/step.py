"""Map code: from the evidence to the function that must change, at the revision that runs."""

from collections.abc import Callable

from functions.map_code.kept import Kept
from functions.map_code.mapping import make_map, name_of
from functions.map_code.outcomes import WORDS
from functions.map_code.published import open_request
from functions.map_code.roots import with_learnt
from mendloop import documents
from mendloop.contracts.evidence import Evidence, Fault
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import TimelineEntry
from mendloop.contracts.mapping import CodeMap, MappingSlot, Outcome
from mendloop.domain.catalog import Repository, Service
from mendloop.domain.errors import Misconfigured, Permanent
from mendloop.ports import ArtifactStore, CatalogStore, Clock, CodeHost, IncidentStore, Telemetry
from mendloop.running import running_revision


def map_code(
    execution: Execution,
    *,
    artifacts: ArtifactStore,
    incidents: IncidentStore,
    telemetry: Telemetry,
    catalogs: CatalogStore,
    code_host: Callable[[Repository], CodeHost],
    clock: Clock,
    kept: Kept | None = None,
) -> MappingSlot:
    """Always a mapping: one without targets says why, and the loop goes on to a ticket. An outage raises Retryable.

    `kept`: what earlier mappings of this process read of the repositories.
    """
    if execution.evidence is None:
        raise Misconfigured("nothing was collected: the evidence slot is empty")
    evidence = documents.load(artifacts, execution.evidence.ref, Evidence)
    catalog, _ = catalogs.load()
    service = catalog.services[execution.service]
    try:
        code = code_host(service.repository)
        incident = incidents.load(execution.incident_id)
        running = running_revision(code, service.repository, service, evidence, incident, telemetry)
        fault = _fault(execution, evidence)
        correction = incidents.correction(service.name, fault.fingerprint) if fault else None
        known = incidents.roots(service.name)
        mapping = make_map(evidence, fault, service, catalog, running, code, correction, kept, known)
        taught = with_learnt(known, service.name, mapping.roots, correction)
        if taught and taught != known:
            incidents.save_roots(taught)
        published = open_request(execution.evidence, service.repository, incidents, code)
    except Permanent as error:
        mapping, published = _unreadable(execution, service, error), None
    slot = _slot(mapping, execution, artifacts).model_copy(update={"open_request": published})
    what = f"Found {slot.target} at {slot.revision[:12]}" if slot.target else f"Found no target: {_why(mapping)}"
    incidents.note(execution.incident_id, TimelineEntry(at=clock.now(), step="map_code", what=what))
    return slot


def _fault(execution: Execution, evidence: Evidence) -> Fault | None:
    wanted = execution.focus_fault or (execution.evidence.fault if execution.evidence else "")
    return next((fault for fault in evidence.faults if fault.fingerprint == wanted), next(iter(evidence.faults), None))


def _unreadable(execution: Execution, service: Service, error: Permanent) -> CodeMap:
    return CodeMap(
        incident_id=execution.incident_id,
        repository=service.repository.location,
        revision="",
        default_branch="",
        head="",
        unmapped=[f"the repository could not be read: {error}. {error.next_action}"],
        outcomes=[Outcome.UNREADABLE],
    )


def _why(mapping: CodeMap) -> str:
    """Without the frames' own text: the timeline holds no production text."""
    return "; ".join(WORDS[one] for one in mapping.outcomes or [Outcome.NO_FRAMES])


def _slot(mapping: CodeMap, execution: Execution, artifacts: ArtifactStore) -> MappingSlot:
    ref = documents.store_beside(artifacts, documents.key(execution.incident_id, "map_code", "mapping.json"), mapping)
    first = mapping.targets[0] if mapping.targets else None
    fixed = mapping.fixed_in if mapping.fixed_in and mapping.fixed_in.fixed else None
    return MappingSlot(
        ref=ref,
        repository=mapping.repository,
        revision=mapping.revision,
        head=mapping.head,
        target=name_of(first.path, first.function) if first else "",
        targets=len(mapping.targets),
        suspect=mapping.suspects[0].commit.sha if mapping.suspects else "",
        owner=mapping.owner.catalog_name or mapping.owner.name if mapping.owner else "",
        fixed_in=fixed.commit.sha if fixed else "",
    )

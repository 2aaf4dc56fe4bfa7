"""Map code: from the evidence to the function that must change, at the revision that runs."""

from collections.abc import Callable

from functions.map_code.changes import recent_changes
from functions.map_code.frames import Located, locate
from functions.map_code.owner import find_owner
from functions.map_code.ranking import candidates, rank
from functions.map_code.revision import Running, running_revision
from functions.map_code.since import changed_since
from functions.map_code.snapshot import Snapshot
from functions.map_code.suspects import rank_suspects
from mendloop import documents
from mendloop.contracts.evidence import Evidence, Fault
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import TimelineEntry
from mendloop.contracts.mapping import CodeMap, MappingSlot, Target
from mendloop.domain.catalog import Catalog, Repository, Service
from mendloop.domain.errors import Misconfigured, Permanent
from mendloop.ports import ArtifactStore, CatalogStore, Clock, CodeHost, IncidentStore, Telemetry


def map_code(
    execution: Execution,
    *,
    artifacts: ArtifactStore,
    incidents: IncidentStore,
    telemetry: Telemetry,
    catalogs: CatalogStore,
    code_host: Callable[[Repository], CodeHost],
    clock: Clock,
) -> MappingSlot:
    """Always a mapping: one without targets says why, and the loop goes on to a ticket. An outage raises Retryable."""
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
        mapping = _mapped(execution, evidence, fault, service, catalog, running, code)
    except Permanent as error:
        mapping = _unreadable(execution, service, error)
    slot = _slot(mapping, execution, artifacts)
    what = f"Found {slot.target} at {slot.revision[:12]}" if slot.target else f"Found no target: {_why(mapping)}"
    incidents.note(execution.incident_id, TimelineEntry(at=clock.now(), step="map_code", what=what))
    return slot


def _mapped(
    execution: Execution,
    evidence: Evidence,
    fault: Fault | None,
    service: Service,
    catalog: Catalog,
    running: Running,
    code: CodeHost,
) -> CodeMap:
    snapshot = Snapshot(code, service.repository, running.revision)
    located = _located(fault, service, snapshot)
    changes = recent_changes(snapshot, evidence.last_good_revision, evidence.window_end) if located.places else []
    targets = rank(candidates(located, changes, snapshot))
    suspects = rank_suspects(targets, changes, snapshot)
    return CodeMap(
        incident_id=execution.incident_id,
        repository=service.repository.location,
        revision=running.revision,
        revision_assumed=running.assumed,
        revision_source=running.source,
        default_branch=running.branch,
        head=running.head,
        targets=targets,
        code_path=_code_path(located, targets),
        suspects=suspects,
        owner=find_owner(targets, suspects, snapshot, catalog),
        fixed_in=changed_since(targets, suspects, snapshot, running.head),
        unmapped=located.unmapped,
    )


def _fault(execution: Execution, evidence: Evidence) -> Fault | None:
    wanted = execution.focus_fault or (execution.evidence.fault if execution.evidence else "")
    return next((fault for fault in evidence.faults if fault.fingerprint == wanted), next(iter(evidence.faults), None))


def _located(fault: Fault | None, service: Service, snapshot: Snapshot) -> Located:
    if fault is None:
        return Located([], ["the evidence holds no stack trace"], False)
    return locate(fault.trace, service, snapshot)


def _code_path(located: Located, targets: list[Target]) -> list[str]:
    """Entry → … → target. A target that no frame names follows the frame that calls it."""
    names = [_name(places[0].path, places[0].function.name if places[0].function else "") for places in located.places]
    path = list(dict.fromkeys(names))
    if not targets:
        return path
    target = _name(targets[0].path, targets[0].function)
    return path[: path.index(target) + 1] if target in path else [*path, target]


def _name(path: str, function: str) -> str:
    return f"{path}::{function}" if function else path


def _unreadable(execution: Execution, service: Service, error: Permanent) -> CodeMap:
    return CodeMap(
        incident_id=execution.incident_id,
        repository=service.repository.location,
        revision="",
        default_branch="",
        head="",
        unmapped=[f"the repository could not be read: {error}. {error.next_action}"],
    )


def _why(mapping: CodeMap) -> str:
    """Without the frames' own text: the timeline holds no production text."""
    if not mapping.revision:
        return "the repository could not be read"
    return f"{len(mapping.unmapped)} frames lie outside the repository" if mapping.unmapped else "no frames"


def _slot(mapping: CodeMap, execution: Execution, artifacts: ArtifactStore) -> MappingSlot:
    ref = documents.store_beside(artifacts, documents.key(execution.incident_id, "map_code", "mapping.json"), mapping)
    first = mapping.targets[0] if mapping.targets else None
    fixed = mapping.fixed_in if mapping.fixed_in and mapping.fixed_in.fixed else None
    return MappingSlot(
        ref=ref,
        repository=mapping.repository,
        revision=mapping.revision,
        head=mapping.head,
        target=_name(first.path, first.function) if first else "",
        targets=len(mapping.targets),
        suspect=mapping.suspects[0].commit.sha if mapping.suspects else "",
        owner=mapping.owner.catalog_name or mapping.owner.name if mapping.owner else "",
        fixed_in=fixed.commit.sha if fixed else "",
    )

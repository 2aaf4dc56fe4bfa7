"""Several faults behind one signal: the main one goes on, each other one becomes a linked incident of its own."""

from collections.abc import Sequence

from functions.collect_evidence.faults import Group
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import Incident, IncidentState, Occurrence
from mendloop.domain.errors import Conflict
from mendloop.domain.identity import canonical_json, incident_id, occurrence_id
from mendloop.domain.stack_trace import Rank
from mendloop.ports import Clock, IncidentStore, Workflow

MAX_SPLITS = 3


def split_off(
    parent: Incident,
    execution: Execution,
    others: Sequence[Group],
    *,
    incidents: IncidentStore,
    workflow: Workflow,
    clock: Clock,
) -> list[str]:
    """Ids of the incidents that were started for the other faults; running it again starts nothing twice.

    A fault that an open incident owns already gets the occurrence there.
    """
    if execution.focus_fault:
        return []
    started = []
    for other in [each for each in others if each.rank < Rank.EMBEDDED][:MAX_SPLITS]:
        child = _child(parent, execution, other.fingerprint, clock)
        owner = incidents.claim_fault(parent.service, other.fingerprint, child.id)
        if owner.mine:
            _start(incidents.claim(child).incident, incidents, workflow)
            started.append(child.id)
        else:
            again = Occurrence(id=occurrence_id(parent.id), at=parent.signal.time, signal=parent.signal)
            incidents.record(owner.incident_id, again)
    return started


def _child(parent: Incident, execution: Execution, fault: str, clock: Clock) -> Incident:
    own_id, now = incident_id(parent.id, fault), clock.now()
    document = Execution(
        incident_id=own_id,
        service=parent.service,
        trigger=execution.trigger,
        started_at=now,
        settle_seconds=0,
        focus_fault=fault,
    )
    return Incident(
        id=own_id,
        service=parent.service,
        state=IncidentState.CLAIMED,
        signal=parent.signal,
        opened_at=now,
        updated_at=now,
        fault=fault,
        linked=[parent.id],
        execution_input=canonical_json(document),
        summary=f"Another fault behind {parent.signal.title}",
    )


def _start(child: Incident, incidents: IncidentStore, workflow: Workflow) -> None:
    if child.state is not IncidentState.CLAIMED:
        return
    arn = workflow.start(child.id, child.execution_input)
    try:
        incidents.save(
            child.model_copy(update={"state": IncidentState.STARTED, "execution_arn": arn}),
            expected=IncidentState.CLAIMED,
        )
    except Conflict:
        standing = incidents.load(child.id)
        if standing is None or standing.state is IncidentState.CLAIMED:
            raise

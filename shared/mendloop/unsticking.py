"""What frees one incident that got stuck: the sweep does it by the clock, an operator by `mendloop unstick`.

Each is a conditional write or a wake-up, so that doing it twice changes nothing more.
"""

from mendloop.contracts.incident import Incident, IncidentState
from mendloop.domain.errors import Conflict
from mendloop.ports import Clock, DecisionStore, IncidentStore, Workflow
from mendloop.timeline import note_once

ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
"""Statuses of an execution that does nothing any more."""


def start_claimed(incident: Incident, incidents: IncidentStore, workflow: Workflow, clock: Clock, step: str) -> bool:
    """Start a claim that has no execution, with the stored input byte for byte; False when another was quicker."""
    arn = workflow.start(incident.id, incident.execution_input)
    changed = {"state": IncidentState.STARTED, "execution_arn": arn, "updated_at": clock.now()}
    try:
        incidents.save(incident.model_copy(update=changed), expected=IncidentState.CLAIMED)
    except Conflict:
        return False
    note_once(incidents, clock, incident.id, step, "Started again: its claim had no execution")
    return True


def free_ended(incident: Incident, status: str, incidents: IncidentStore, clock: Clock, step: str) -> None:
    """An execution that ended without ending its incident: the claim is released, and a person is told where."""
    reason = f"its execution ended as {status} without ending the incident"
    changed = {"state": IncidentState.LEFT_TO_HUMAN, "reason": reason, "updated_at": clock.now()}
    incidents.save(incident.model_copy(update=changed), expected=incident.state)
    if incident.fault:
        incidents.release_fault(incident.service, incident.fault, incident.id)
    note_once(incidents, clock, incident.id, step, f"Left to a human: {reason}")


def wake_decided(incident: Incident, decisions: DecisionStore, workflow: Workflow) -> bool:
    """Send the wake-up of a decision that stands once more; False when there is none, or nothing waits for it."""
    asked = decisions.latest(incident.id) if incident.state is IncidentState.WAITING else None
    token = decisions.token(asked.id) if asked and decisions.decision(asked.id) else None
    return bool(token and workflow.wake(token))

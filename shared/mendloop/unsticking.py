"""What frees one incident that got stuck: the sweep does it by the clock, an operator by `mendloop unstick`.

Each is a conditional write or a wake-up, so that doing it twice changes nothing more.
"""

from datetime import datetime

from mendloop.asking import worth_waking
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.domain import outgoing_mails
from mendloop.domain.catalog import Service
from mendloop.domain.errors import Conflict
from mendloop.domain.outgoing import Facts
from mendloop.domain.outgoing_reasons import next_action
from mendloop.incident_facts import address
from mendloop.ports import Clock, DecisionStore, IncidentStore, Mailer, Workflow
from mendloop.timeline import note_once, told

ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
"""Statuses of an execution that does nothing any more."""
CAUSES = {"FAILED": "ExecutionFailed", "TIMED_OUT": "ExecutionTimedOut", "ABORTED": "ExecutionAborted"}
"""What an execution's status is called as a cause."""
LEAVING = "leave_to_human"
ALERTED = "Told the operators that this incident is theirs"
"""Stands in the timeline under `LEAVING`, whoever told them: they hear of it once."""


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
    """An execution that ended without ending its incident. The state comes last: a run that dies is repeated."""
    cause = CAUSES.get(status, "UnknownError")
    ended = f"its execution ended as {status} without ending the incident"
    if incident.fault:
        incidents.release_fault(incident.service, incident.fault, incident.id)
    note_once(incidents, clock, incident.id, step, f"Left to a human: {ended}")
    reason = f"{cause}: {ended}. {next_action(cause)}"
    changed = {"state": IncidentState.LEFT_TO_HUMAN, "reason": reason, "updated_at": clock.now()}
    incidents.save(incident.model_copy(update=changed), expected=incident.state)


def alert_once(
    incident: Incident, status: str, incidents: IncidentStore, mailer: Mailer, clock: Clock, site_url: str
) -> None:
    """Tell the operators of an execution whose end reached nobody; not where the safety net has told them before."""
    if told(incidents, incident.id, LEAVING, ALERTED):
        return
    facts = Facts(incident_id=incident.id, service=incident.service, address=address(site_url, incident.id))
    ticket = "none: the news of the execution's end was lost, and the sweep has found it"
    body = outgoing_mails.alert(facts, CAUSES.get(status, "UnknownError"), ticket)
    mailer.alert(outgoing_mails.subject(facts, "left to a human"), body)
    note_once(incidents, clock, incident.id, LEAVING, ALERTED)


def wake_due(
    incident: Incident,
    service: Service | None,
    incidents: IncidentStore,
    decisions: DecisionStore,
    workflow: Workflow,
    now: datetime,
) -> str:
    """Wake a wait with something to do: what it is, in words; "" when there is nothing, or nobody waits.

    The rows are the truth, so waking again is safe. `service` is None where the catalog does not know it.
    """
    asked = decisions.latest(incident.id) if incident.state is IncidentState.WAITING else None
    if asked is None:
        return ""
    if decisions.decision(asked.id):
        why = "the decision stands, its wake-up had been lost"
    elif now >= asked.expires_at:
        why = "the question has expired, and nobody had decided"
    elif service and worth_waking(asked, service, incidents.timeline(incident.id), now):
        why = "a mail is due"
    else:
        return ""
    token = decisions.token(asked.id)
    return why if token and workflow.wake(token) else ""

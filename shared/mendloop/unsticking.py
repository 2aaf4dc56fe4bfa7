"""What frees one incident that got stuck: the sweep does it by the clock, an operator by `mendloop unstick`.

Each is a conditional write or a wake-up, so that doing it twice changes nothing more.
"""

from datetime import datetime

from mendloop.alerting import alert_once
from mendloop.asking import worth_waking
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.domain import outgoing_mails
from mendloop.domain.catalog import Service
from mendloop.domain.errors import Conflict, MendloopError
from mendloop.domain.outgoing import Facts
from mendloop.domain.outgoing_reasons import next_action
from mendloop.incident_facts import address
from mendloop.ports import Clock, DecisionStore, IncidentStore, Mailer, Workflow
from mendloop.timeline import note_once, told

ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
"""Statuses of an execution that does nothing any more."""
CAUSES = {"FAILED": "ExecutionFailed", "TIMED_OUT": "ExecutionTimedOut", "ABORTED": "ExecutionAborted"}
"""What an execution's status is called as a cause."""
REPORTED = "Handed to leave_to_human: the news of its execution's end had been lost"


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


def report_ended(
    incident: Incident, status: str, incidents: IncidentStore, workflow: Workflow, clock: Clock, step: str
) -> bool:
    """Hand an execution whose end reached nobody to the safety net: a ticket, an alert. False when that was of no use.

    Told first: whoever dies in between is followed by who frees it without.
    """
    if told(incidents, incident.id, step, REPORTED):
        return False
    note_once(incidents, clock, incident.id, step, REPORTED)
    try:
        workflow.report_end(incident.id, status, incident.execution_input)
    except MendloopError as error:
        note_once(incidents, clock, incident.id, step, f"leave_to_human could not be told: {type(error).__name__}")
        return False
    return True


def alert_ended(
    incident: Incident, status: str, incidents: IncidentStore, mailer: Mailer, clock: Clock, site_url: str
) -> None:
    """Tell the operators of an execution whose end reached nobody; not where the safety net has told them before."""
    facts = Facts(incident_id=incident.id, service=incident.service, address=address(site_url, incident.id))
    ticket = "none: the safety net could not be told of the execution's end, and the sweep has found it"
    body = outgoing_mails.alert(facts, CAUSES.get(status, "UnknownError"), ticket)
    subject = outgoing_mails.subject(facts, "left to a human")
    alert_once(incident.id, subject, body, incidents=incidents, mailer=mailer, clock=clock)


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
    elif service and worth_waking(
        asked, service, incidents.timeline(incident.id), now, decisions.handed_over(asked.id)
    ):
        why = "a mail is due"
    else:
        return ""
    token = decisions.token(asked.id)
    return why if token and workflow.wake(token) else ""

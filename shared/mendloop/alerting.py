"""The operators are told of an incident that is theirs once, whoever finds it first, and however often it is tried."""

from mendloop.domain.errors import MendloopError
from mendloop.ports import Clock, IncidentStore, Mailer
from mendloop.timeline import note_once, told

LEAVING = "leave_to_human"
ALERTED = "Told the operators that this incident is theirs"
"""Stands in the timeline under `LEAVING`, whoever told them."""
_FAILED = "The operators could not be told: "


def alert_once(
    incident_id: str, subject: str, body: str, *, incidents: IncidentStore, mailer: Mailer, clock: Clock
) -> None:
    """Claimed before it is sent: mail knows no transaction, and a second one would be for another incident.

    A mail that was refused is an error, and the next who comes sends it. Whoever dies while it is sent has sent it, or
    not; the ticket, the incident's state and the alarms of failed functions and executions are there in either case.
    """
    if told(incidents, incident_id, LEAVING, ALERTED):
        return
    refused = sum(entry.what.startswith(_FAILED) for entry in incidents.timeline(incident_id))
    if not incidents.first(incident_id, f"alert-{refused}"):
        return
    try:
        mailer.alert(subject, body)
    except MendloopError as error:
        note_once(incidents, clock, incident_id, LEAVING, f"{_FAILED}{type(error).__name__}, attempt {refused + 1}")
        raise
    note_once(incidents, clock, incident_id, LEAVING, ALERTED)

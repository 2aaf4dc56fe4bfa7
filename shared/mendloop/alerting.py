"""The operators are told of an incident that is theirs, whoever finds it first, and however often it is tried."""

from mendloop.ports import Clock, IncidentStore, Mailer
from mendloop.timeline import note_once, told

LEAVING = "leave_to_human"
ALERTED = "Told the operators that this incident is theirs"
"""Stands in the timeline under `LEAVING`, whoever told them."""


def alert_once(
    incident_id: str, subject: str, body: str, *, incidents: IncidentStore, mailer: Mailer, clock: Clock
) -> None:
    """Noted after it is sent: mail knows no transaction, and a second mail is better than none.

    Only a death between the mail and its note repeats it. A mail that was refused is an error, and the next who comes
    sends it.
    """
    if told(incidents, incident_id, LEAVING, ALERTED):
        return
    mailer.alert(subject, body)
    note_once(incidents, clock, incident_id, LEAVING, ALERTED)

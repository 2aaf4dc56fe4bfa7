"""An incident's timeline, written so that a step that runs twice tells it once."""

from mendloop.contracts.incident import TimelineEntry
from mendloop.ports import Clock, IncidentStore


def told(incidents: IncidentStore, incident_id: str, step: str, what: str) -> bool:
    """Whether the timeline says this already, whatever the time."""
    return any(entry.step == step and entry.what == what for entry in incidents.timeline(incident_id))


def note_once(
    incidents: IncidentStore, clock: Clock, incident_id: str, step: str, what: str, *, by: str = "mendloop"
) -> None:
    """Append unless it stands there already."""
    if not told(incidents, incident_id, step, what):
        incidents.note(incident_id, TimelineEntry(at=clock.now(), step=step, what=what, by=by))

"""The fault's pull request is open already: its incident gets the occurrence, and this one gets no second one."""

from mendloop.contracts.evidence import EvidenceSlot
from mendloop.contracts.incident import Occurrence, TimelineEntry
from mendloop.contracts.mapping import OpenRequest
from mendloop.contracts.route import Route, RouteSlot
from mendloop.domain.errors import NotFound
from mendloop.domain.identity import occurrence_id
from mendloop.ports import Clock, IncidentStore


def left_to_the_open_one(
    incident_id: str, evidence: EvidenceSlot, found: OpenRequest, incidents: IncidentStore, clock: Clock
) -> RouteSlot:
    """Route close. Doing it twice records it once."""
    incident = incidents.load(incident_id)
    if incident is None:
        raise NotFound(f"there is no incident {incident_id}")
    again = Occurrence(id=occurrence_id(incident.id), at=incident.signal.time, signal=incident.signal)
    if incidents.record(found.incident_id, again):
        what = f"Seen again as {incident.id} while pull request {found.number} is open"
        incidents.note(found.incident_id, TimelineEntry(at=clock.now(), step="choose_route", what=what))
    made = incidents.publication(evidence.fault, found.generation)
    if made:
        incidents.save_publication(made.model_copy(update={"generation": evidence.generation}))
    reason = f"Pull request {found.number} of {found.incident_id} is open for this fault already."
    return RouteSlot(route=Route.CLOSE, reason_code="pull_request_open", reason=reason)

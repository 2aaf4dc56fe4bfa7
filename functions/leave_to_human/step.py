"""Leave to human: the loop ends well when somebody who can act knows what happened and has the evidence."""

from collections.abc import Callable
from contextlib import suppress

from functions.leave_to_human.cause import Cause
from mendloop import incident_facts
from mendloop.alerting import LEAVING, alert_once
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.contracts.publication import OutcomeKind, OutcomeSlot
from mendloop.domain import outgoing_mails
from mendloop.domain.catalog import Service
from mendloop.domain.errors import MendloopError
from mendloop.domain.outgoing import Facts
from mendloop.domain.outgoing_reasons import next_action, reason_code
from mendloop.ports import ArtifactStore, CatalogStore, Clock, IncidentStore, Mailer, TicketTracker
from mendloop.ticketing import Desk, Why
from mendloop.timeline import note_once


def leave_to_human(
    cause: Cause,
    *,
    incidents: IncidentStore,
    artifacts: ArtifactStore,
    catalogs: CatalogStore,
    tracker_for: Callable[[Service], TicketTracker],
    fallback: Callable[[], TicketTracker],
    mailer: Mailer,
    clock: Clock,
    site_url: str = "",
) -> OutcomeSlot:
    """Ticket, alert, state, in this order; an incident that has ended already is left as it is.

    A tracker that fails does not silence the alert: mendloop keeps the ticket itself, and the alert says why.
    """
    incident = incident_facts.known_incident(incidents, cause.incident_id)
    reason = reason_code(cause.error)
    sentence = f"{cause.error}: {_advice(cause)}"
    slot = OutcomeSlot(kind=OutcomeKind.LEFT_TO_HUMAN, reason_code=reason, reason=sentence)
    if incident.state.terminal:
        return slot
    service = _service(catalogs, incident.service)
    facts = _facts(incident, service, cause, artifacts, incidents, site_url)
    why = Why(reason, error=cause.error)
    url, told = _ticket(incident, service, facts, why, incidents, clock, (tracker_for, fallback))
    subject = outgoing_mails.subject(facts, "left to a human")
    body = outgoing_mails.alert(facts, cause.error, told, cause.denial)
    alert_once(incident.id, subject, body, incidents=incidents, mailer=mailer, clock=clock)
    changes = {"state": IncidentState.LEFT_TO_HUMAN, "reason": sentence, "updated_at": clock.now()}
    note_once(incidents, clock, incident.id, LEAVING, f"Left to a human, with the evidence: {sentence}")
    if incident.fault:
        incidents.release_fault(incident.service, incident.fault, incident.id)
    incidents.save(incident.model_copy(update=changes), expected=incident.state)
    return slot.model_copy(update={"url": url})


def _advice(cause: Cause) -> str:
    """A missing permission is named whole: nobody can mend "access denied"."""
    return f"{cause.denial.sentence()}. {cause.denial.advice()}" if cause.denial else next_action(cause.error)


def _service(catalogs: CatalogStore, name: str) -> Service | None:
    """None when the catalog is what broke; people are told all the same."""
    try:
        return catalogs.load()[0].services.get(name)
    except MendloopError:
        return None


def _facts(
    incident: Incident,
    service: Service | None,
    cause: Cause,
    artifacts: ArtifactStore,
    incidents: IncidentStore,
    site_url: str,
) -> Facts:
    """What can be read; evidence that is gone must not keep the news from people."""
    if service is None:
        address = incident_facts.address(site_url, incident.id)
        return Facts(incident_id=incident.id, service=incident.service, address=address)
    try:
        return incident_facts.gather(
            incident,
            service,
            artifacts=artifacts,
            evidence=cause.evidence,
            mapping=cause.mapping,
            incidents=incidents,
            site_url=site_url,
        )
    except MendloopError:
        return incident_facts.gather(
            incident, service, artifacts=artifacts, evidence=None, mapping=None, incidents=incidents, site_url=site_url
        )


def _ticket(
    incident: Incident,
    service: Service | None,
    facts: Facts,
    why: Why,
    incidents: IncidentStore,
    clock: Clock,
    trackers: tuple[Callable[[Service], TicketTracker], Callable[[], TicketTracker]],
) -> tuple[str, str]:
    """The ticket's address, and what the alert says of it."""
    if service is None:
        return "", "none: the catalog could not be read"
    if service.tickets.needs_approval:
        return "", "none: tickets of this service need approval"
    tracker_for, fallback = trackers
    try:
        url = Desk(tracker_for(service), service, incidents, clock).file(incident, facts, why).url
        return url, url
    except MendloopError as failure:
        told = f"the tracker {service.tickets.tracker} failed with {type(failure).__name__}. {failure.next_action}"
    if service.tickets.tracker != "local":
        with suppress(MendloopError):
            stand_in = Desk(fallback(), service, incidents, clock, remembers=False)
            url = stand_in.file(incident, facts, why).url
            return url, f"{url}, kept here: {told}"
    return "", f"none: {told}"

"""File ticket: what belongs in the backlog, told in allowed fields, once per fault and generation."""

from functions.file_ticket.reason import reason_of
from mendloop import incident_facts
from mendloop.contracts.approval import Action
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import Incident
from mendloop.contracts.publication import Ticket, TicketSlot
from mendloop.domain import outgoing_tickets
from mendloop.domain.errors import Unsupported
from mendloop.ports import ArtifactStore, CatalogStore, Clock, IncidentStore, TicketTracker
from mendloop.ticketing import Desk, Why
from mendloop.timeline import note_once

STEP = "file_ticket"


def file_ticket(
    execution: Execution,
    *,
    incidents: IncidentStore,
    artifacts: ArtifactStore,
    catalogs: CatalogStore,
    tracker: TicketTracker,
    clock: Clock,
    site_url: str = "",
) -> TicketSlot:
    """The ticket of this fault: a new one, or a comment on the one that another incident filed.

    Unsupported when tickets need approval and nobody asked for this one; SecretFound when the text would leak.
    """
    catalog, _ = catalogs.load()
    incident = incident_facts.known_incident(incidents, execution.incident_id)
    service = incident_facts.known_service(catalog, incident.service)
    reason = reason_of(execution)
    decision = execution.decision
    by_person = decision is not None and Action.TICKET in {decision.action, decision.next}
    if service.tickets.needs_approval and not by_person:
        raise Unsupported(f"tickets of {service.name} need approval, and nobody asked for this one ({reason})")
    facts = incident_facts.gather(
        incident,
        service,
        artifacts=artifacts,
        evidence=execution.evidence.ref if execution.evidence else None,
        mapping=execution.mapping.ref if execution.mapping else None,
        incidents=incidents,
        site_url=site_url,
    )
    desk = Desk(tracker, service, incidents, clock)
    ticket = desk.file(incident, facts, Why(reason, by=decision.by if decision else ""))
    note_once(incidents, clock, incident.id, STEP, f"{_did(ticket, incident)} ticket {ticket.number}: {reason}")
    return TicketSlot(tracker=ticket.tracker, number=ticket.number, url=ticket.url, reason_code=reason)


def _did(ticket: Ticket, incident: Incident) -> str:
    own = outgoing_tickets.key(incident.id, incident.fault, incident.generation)
    return "Filed" if ticket.key == own else "Added to"

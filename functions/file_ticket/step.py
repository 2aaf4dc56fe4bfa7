"""File ticket: what belongs in the backlog, told in allowed fields, once per fault and generation."""

from functions.file_ticket.reason import reason_of
from mendloop import incident_facts
from mendloop.contracts.approval import Action
from mendloop.contracts.execution import Execution
from mendloop.contracts.publication import Ticket, TicketSlot
from mendloop.domain import outgoing_tickets
from mendloop.domain.errors import Unsupported
from mendloop.ports import ArtifactStore, CatalogStore, Clock, IncidentStore, TicketTracker
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
    wanted = Ticket(
        key=outgoing_tickets.key(incident.id, incident.fault, incident.generation),
        tracker=service.tickets.tracker,
        title=outgoing_tickets.title(facts),
        body=outgoing_tickets.body(facts, reason, by=decision.by if decision else ""),
        incident_id=incident.id,
    )
    known = tracker.find(wanted.key)
    ticket = known or tracker.file(wanted)
    if ticket.incident_id != incident.id:
        tracker.comment(ticket, outgoing_tickets.comment(facts, reason))
    what = f"{'Added to' if ticket.incident_id != incident.id else 'Filed'} ticket {ticket.number}: {reason}"
    note_once(incidents, clock, incident.id, STEP, what)
    return TicketSlot(tracker=ticket.tracker, number=ticket.number, url=ticket.url, reason_code=reason)

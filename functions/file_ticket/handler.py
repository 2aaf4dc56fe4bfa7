"""File ticket: wiring only."""

from functions.file_ticket.step import file_ticket
from mendloop.contracts.execution import Execution
from mendloop.contracts.publication import TicketSlot
from mendloop.incident_facts import known_incident, known_service
from mendloop.runtime.entry import step
from mendloop.runtime.wiring import Wiring


@step("file_ticket")
def handler(execution: Execution, wiring: Wiring) -> TicketSlot:
    incident = known_incident(wiring.incidents, execution.incident_id)
    service = known_service(wiring.catalogs.load()[0], incident.service)
    return file_ticket(
        execution,
        incidents=wiring.incidents,
        artifacts=wiring.artifacts,
        catalogs=wiring.catalogs,
        tracker=wiring.tracker(service),
        clock=wiring.clock,
        site_url=wiring.settings.site_url,
    )

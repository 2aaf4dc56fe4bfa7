"""Publish pull request: wiring only."""

from functions.publish_pull_request.step import publish_pull_request
from mendloop.contracts.execution import Execution
from mendloop.contracts.publication import PublicationSlot
from mendloop.incident_facts import known_incident, known_service
from mendloop.runtime.entry import step
from mendloop.runtime.wiring import Wiring


@step("publish_pull_request")
def handler(execution: Execution, wiring: Wiring) -> PublicationSlot:
    incident = known_incident(wiring.incidents, execution.incident_id)
    service = known_service(wiring.catalogs.load()[0], incident.service)
    return publish_pull_request(
        execution,
        incidents=wiring.incidents,
        decisions=wiring.decisions,
        artifacts=wiring.artifacts,
        catalogs=wiring.catalogs,
        code=wiring.publishing_host(service.repository, incident.id),
        switch=wiring.switch,
        clock=wiring.clock,
        site_url=wiring.settings.site_url,
    )

"""Whether a pull request for this very fault is open already."""

from mendloop.contracts.evidence import EvidenceSlot, EvidenceStatus
from mendloop.contracts.mapping import OpenRequest
from mendloop.domain.catalog import Repository
from mendloop.ports import CodeHost, IncidentStore

LOOK_BACK = 5
"""Generations. A publication is carried on to the generation that finds it open, so that few are enough."""


def open_request(
    evidence: EvidenceSlot, repository: Repository, incidents: IncidentStore, code: CodeHost
) -> OpenRequest | None:
    """The newest publication of an earlier generation of the fault, when the code host says that it is still open."""
    if evidence.status is not EvidenceStatus.FAULT:
        return None
    earlier = range(evidence.generation - 1, max(0, evidence.generation - 1 - LOOK_BACK), -1)
    made = next((found for number in earlier if (found := incidents.publication(evidence.fault, number))), None)
    if made is None or not made.number:
        return None
    standing = code.pull_request(repository, made.branch)
    if standing is None or standing.state != "open" or standing.number != made.number:
        return None
    return OpenRequest(number=made.number, url=made.url, incident_id=made.incident_id, generation=made.generation)

"""From stored contracts to the fields that may leave the house; the only bridge between the two."""

from datetime import datetime

from mendloop import documents
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.evidence import Evidence
from mendloop.contracts.incident import Incident
from mendloop.contracts.mapping import CodeMap
from mendloop.domain.catalog import Catalog, Service
from mendloop.domain.errors import Misconfigured, NotFound
from mendloop.domain.outgoing import Facts
from mendloop.ports import ArtifactStore, IncidentStore


def known_incident(incidents: IncidentStore, incident_id: str) -> Incident:
    """The stored incident; NotFound when there is none."""
    incident = incidents.load(incident_id)
    if incident is None:
        raise NotFound(f"there is no incident {incident_id}")
    return incident


def known_service(catalog: Catalog, name: str) -> Service:
    """The catalog's service; Misconfigured when it was taken out while the incident was open."""
    service = catalog.services.get(name)
    if service is None:
        raise Misconfigured(f"the catalog has no service {name} any more")
    return service


def address(site_url: str, incident_id: str) -> str:
    """The bare address of an incident's page: it opens nothing by itself."""
    return f"{site_url.rstrip('/')}/incidents/{incident_id}" if site_url else ""


def recovered_at(incidents: IncidentStore, incident_id: str) -> datetime | None:
    """When the last signal of the incident said that all is well again; None where a failure came after it."""
    last = max(incidents.occurrences(incident_id), key=lambda one: one.at, default=None)
    return last.at if last and last.signal.recovered else None


def gather(
    incident: Incident,
    service: Service,
    *,
    artifacts: ArtifactStore,
    evidence: ArtifactRef | None,
    mapping: ArtifactRef | None,
    incidents: IncidentStore,
    site_url: str,
) -> Facts:
    """Facts of an incident as far as it got; what was not collected is left empty."""
    seen = documents.load(artifacts, evidence, Evidence) if evidence else None
    mapped = documents.load(artifacts, mapping, CodeMap) if mapping else None
    return Facts(
        incident_id=incident.id,
        service=incident.service,
        address=address(site_url, incident.id),
        public=service.repository.public,
        signal=incident.signal.kind.value,
        resource=incident.signal.resource,
        at=incident.signal.time,
        recovered_at=recovered_at(incidents, incident.id) or (seen.recovered_at if seen else None),
        linked=incident.linked,
        **(_of_evidence(seen) if seen else {}),
        **(_of_mapping(mapped) if mapped else {}),
    )


def _of_evidence(evidence: Evidence) -> dict[str, object]:
    fault = evidence.faults[0] if evidence.faults else None
    return {
        "exception": fault.trace.type if fault else "",
        "count": fault.count if fault else 0,
        "requests": len(evidence.requests),
        "gaps": len(evidence.gaps),
        "last_good": evidence.last_good_revision if evidence.deployment_failed else "",
    }


def _of_mapping(mapping: CodeMap) -> dict[str, object]:
    first = mapping.targets[0] if mapping.targets else None
    return {
        "target": f"{first.path}::{first.function}" if first else "",
        "code_path": mapping.code_path,
        "revision": mapping.revision,
        "revision_assumed": mapping.revision_assumed,
        "suspect": mapping.suspects[0].commit.sha if mapping.suspects else "",
        "owner": mapping.owner.catalog_name if mapping.owner else "",
    }

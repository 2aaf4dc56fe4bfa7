"""Mint token: one repository, an hour at most, no more than the purpose asks for. No token, no push.

Whoever asks is believed nothing: the repository must be the catalog's, and a token that may write is given only against
a decision row that approves, below the cap, while nothing is paused.
"""

from collections.abc import Callable

from mendloop.approved_question import approved_question
from mendloop.contracts.tokens import MintedToken, Purpose, TokenRequest
from mendloop.domain.catalog import Autonomy, Catalog, Repository, Service
from mendloop.domain.errors import BadDecision, ContentChanged, Misconfigured, Paused
from mendloop.domain.github_permissions import FOLLOW, PUBLISH, READ
from mendloop.incident_facts import known_incident, known_service
from mendloop.open_requests import take_place
from mendloop.ports import CatalogStore, Clock, CodeHost, DecisionStore, IncidentStore, Switch, TokenIssuer

_PERMISSIONS = {Purpose.READ: READ, Purpose.PUBLISH: PUBLISH, Purpose.FOLLOW: FOLLOW}


def mint_token(
    request: TokenRequest,
    *,
    catalogs: CatalogStore,
    incidents: IncidentStore,
    decisions: DecisionStore,
    issuer: Callable[[Repository], TokenIssuer],
    reading: Callable[[Repository, str], CodeHost],
    switch: Switch,
    clock: Clock,
) -> MintedToken:
    """The token; `reading` makes a code host that reads by one.

    BadDecision or ContentChanged without an approval, TooManyOpen at the cap, Paused, Misconfigured.
    """
    catalog, sha256 = catalogs.load()
    repository = _known(catalog, request)
    app = issuer(repository)
    if request.purpose is Purpose.PUBLISH:
        service = _service(catalog, incidents, request)
        _approved(request.incident_id, decisions, sha256)
        _allowed(service, switch)
        code = reading(repository, app.issue(repository, READ).token)
        take_place(request.incident_id, service, code=code, incidents=incidents, clock=clock)
    if request.purpose is Purpose.FOLLOW:
        _published(request, catalog, incidents)
    return app.issue(repository, _PERMISSIONS[request.purpose])


def _known(catalog: Catalog, request: TokenRequest) -> Repository:
    for service in catalog.services.values():
        found = service.repository
        if (found.host, found.location, found.base_url) == ("github", request.repository, request.base_url):
            return found
    raise Misconfigured(f"no service of the catalog has the repository {request.repository[:100]}")


def _service(catalog: Catalog, incidents: IncidentStore, request: TokenRequest) -> Service:
    incident = known_incident(incidents, request.incident_id)
    service = known_service(catalog, incident.service)
    if service.repository.location != request.repository:
        raise BadDecision(f"{request.incident_id} is of another repository")
    return service


def _approved(incident_id: str, decisions: DecisionStore, catalog_sha256: str) -> None:
    request, _ = approved_question(incident_id, decisions)
    if request.content.catalog_sha256 != catalog_sha256:
        raise ContentChanged("changed since it was approved: the catalog")


def _allowed(service: Service, switch: Switch) -> None:
    if switch.paused(service.name):
        raise Paused(f"{service.name} is paused: no token is made that may write")
    if service.autonomy is not Autonomy.PULL_REQUEST:
        raise Misconfigured(f"services.{service.name}.autonomy is {service.autonomy}: nothing may be published")


def _published(request: TokenRequest, catalog: Catalog, incidents: IncidentStore) -> None:
    """Only what mendloop itself has opened is followed."""
    _service(catalog, incidents, request)
    incident = known_incident(incidents, request.incident_id)
    known = incidents.publication(incident.published_as, incident.generation)
    if known is None or not known.number or known.incident_id != incident.id:
        raise BadDecision(f"nothing was published for {request.incident_id}")

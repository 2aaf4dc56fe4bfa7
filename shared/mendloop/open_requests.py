"""The cap on open pull requests, held even where many publish at once: each takes a place before it opens one."""

from datetime import timedelta

from mendloop.domain.catalog import Service
from mendloop.domain.errors import TooManyOpen
from mendloop.ports import Clock, CodeHost, IncidentStore, PullRequest

BRANCH = "mendloop/"
IN_FLIGHT = timedelta(minutes=15)
"""How long a place is kept for who took it and has opened nothing yet; longer than a publication may take."""


def incident_of(branch: str) -> str:
    """`inc-…` of a branch `mendloop/inc-…` or `mendloop/inc-…-2`."""
    return "-".join(branch.removeprefix(BRANCH).split("-")[:2])


def take_place(
    incident_id: str, service: Service, *, code: CodeHost, incidents: IncidentStore, clock: Clock
) -> list[PullRequest]:
    """One of the service's places for an open pull request, once per incident. TooManyOpen when all are taken.

    What is open at the code host holds its place, whoever opened it. Returns what is open.
    """
    still_open = code.open_pull_requests(service.repository)
    limit, standing = service.limits.open_pull_requests, {incident_of(found.branch) for found in still_open}
    others = [found for found in still_open if incident_of(found.branch) != incident_id]
    queue = f"{service.repository.host}:{service.repository.location}"
    now = clock.now()
    if len(others) >= limit or not incidents.take_place(
        queue, limit, incident_id, at=now, since=now - IN_FLIGHT, standing=standing
    ):
        raise TooManyOpen(
            f"{len(others)} pull requests of {service.name} are open or being opened, its limit is {limit}"
            if len(others) >= limit
            else f"{limit} pull requests of {service.name} are open or being opened, which is its limit"
        )
    return still_open

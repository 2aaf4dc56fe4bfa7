"""Follow up: what became of published changes, at the code host and in production.

By schedule: a bounded number of changes per run, each at growing intervals. What was seen is joined to what was known,
the state follows from it alone, the news is told, and last the follow-up is written if nobody else has done so
meanwhile. A run that died anywhere is repeated by the next one.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from functions.follow_up.change import Change, Reach
from mendloop.contracts.base import Contract
from mendloop.contracts.follow_up import FollowUp
from mendloop.domain.catalog import Repository, Service
from mendloop.domain.errors import Conflict, MendloopError
from mendloop.ports import CatalogStore, Clock, CodeHost, IncidentStore, Mailer, Switch, Telemetry, TicketTracker

MOST = 20
"""Changes looked at in one run."""
LONGEST_RUN = timedelta(seconds=200)


class Followed(Contract):
    """Ids of incidents whose change was looked at, how many came to which state, and what could not be looked at."""

    looked: list[str] = []
    reached: dict[str, int] = {}
    failed: list[str] = []

    def figures(self) -> dict[str, float]:
        """As metrics: `Fixed`, `Recurred`, …, and `Troubled`."""
        return {**{state.capitalize(): float(n) for state, n in self.reached.items()}, "Troubled": len(self.failed)}


def follow_up(
    *,
    incidents: IncidentStore,
    catalogs: CatalogStore,
    code_host: Callable[[Repository, str], CodeHost],
    tracker: Callable[[Service], TicketTracker],
    telemetry_at: Callable[[str, str], Telemetry],
    switch: Switch,
    mailer: Mailer,
    clock: Clock,
    site_url: str = "",
) -> Followed:
    """One pass over what is due. A change that cannot be looked at is named and does not stop the others."""
    catalog, _ = catalogs.load()
    reach = Reach(incidents, catalog, code_host, tracker, telemetry_at, switch, mailer, clock, site_url)
    start = clock.now()
    looked: list[str] = []
    failed: list[str] = []
    reached: Counter[str] = Counter()
    for listed in incidents.due_follow_ups(start, MOST):
        if clock.now() - start > LONGEST_RUN:
            break
        followed = _standing(listed, incidents, clock)
        if followed is None:
            continue
        try:
            new = _looked_at(Change(followed, reach), failed)
            incidents.save_follow_up(new)
        except Conflict:
            continue  # Another run was quicker, and has told the same.
        except MendloopError as error:
            failed.append(_words(followed, error))
            continue
        looked.append(new.incident_id)
        reached[new.state.value] += new.state is not followed.state
    return Followed(looked=looked, reached={state: n for state, n in reached.items() if n}, failed=failed)


def _standing(listed: FollowUp, incidents: IncidentStore, clock: Clock) -> FollowUp | None:
    """What was listed may be older than what stands."""
    followed = incidents.follow_up(listed.incident_id)
    due = followed is not None and followed.next_at is not None and followed.next_at <= clock.now()
    return followed if due else None


def _looked_at(change: Change, failed: list[str]) -> FollowUp:
    try:
        return change.look()
    except MendloopError as error:
        failed.append(_words(change.followed, error))
        try:
            return change.troubled(error)
        except MendloopError:
            return change.later()  # Nobody could be told, either: it must not stand in the way of the others.


def _words(followed: FollowUp, error: MendloopError) -> str:
    return f"{followed.incident_id}: {type(error).__name__}: {error}"[:300]

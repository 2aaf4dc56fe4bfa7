"""Sweep: what got stuck is started again, closed, or named; running it twice changes nothing more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from functions.sweep.held import Post
from functions.sweep.mailboxes import watch
from functions.sweep.stuck import look_again
from mendloop.contracts.base import Contract
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.domain.catalog import Catalog
from mendloop.domain.errors import MendloopError
from mendloop.ports import (
    AuditTrail,
    CatalogStore,
    Clock,
    DecisionStore,
    IncidentStore,
    LinkSigner,
    Mailer,
    SignalQueue,
    Telemetry,
    Workflow,
)
from mendloop.unsticking import ENDED, alert_ended, free_ended, report_ended, start_claimed, wake_due

STEP = "sweep"
CLAIM_GRACE = timedelta(minutes=2)
"""Longer than intake takes between its claim and its start."""
CLOSED_GRACE = timedelta(minutes=10)
"""Longer than the safety net outside the state machine takes."""


class Swept(Contract):
    """Ids of the incidents that were touched, and what could not be looked at."""

    started: list[str] = []
    freed: list[str] = []
    woken: list[str] = []
    stuck: list[str] = []
    digests: list[str] = []
    unreachable: list[str] = []
    failed: list[str] = []


def sweep(
    *,
    incidents: IncidentStore,
    decisions: DecisionStore,
    catalogs: CatalogStore,
    workflow: Workflow,
    telemetry_at: Callable[[str, str], Telemetry],
    signals: SignalQueue,
    signer: LinkSigner,
    audit: AuditTrail,
    mailer: Mailer,
    clock: Clock,
    site_url: str = "",
) -> Swept:
    """One pass. An incident that fails to be swept is named and does not stop the others."""
    now = clock.now()
    catalog = _catalog(catalogs)
    services = catalog.services if catalog else {}
    woken: list[str] = []
    started: list[str] = []
    freed: list[str] = []
    stuck: list[str] = []
    failed: list[str] = []
    candidates = _candidates(incidents)
    for incident in candidates:
        try:
            if incident.state is IncidentState.CLAIMED:
                started += _start(incident, incidents, workflow, clock, now)
            elif not incident.state.terminal:
                ended = _free(incident, incidents, workflow, mailer, clock, site_url)
                freed += ended
                service = services.get(incident.service)
                due = not ended and wake_due(incident, service, incidents, decisions, workflow, now)
                woken += [incident.id] if due else []
            else:
                stuck += [incident.id] if look_again(incident, incidents, telemetry_at, signals, clock) else []
        except MendloopError as error:
            failed.append(f"{incident.id}: {type(error).__name__}: {error}"[:300])
    digests: list[str] = []
    unreachable: list[str] = []
    if catalog:
        post = Post(incidents, decisions, signer, audit, mailer, clock, site_url)
        digests = _digests(catalog, candidates, post, failed)
        with _kept(failed, "mailboxes"):
            unreachable = watch(catalog, incidents, mailer, clock)
    return Swept(
        started=started,
        freed=freed,
        woken=woken,
        stuck=stuck,
        digests=digests,
        unreachable=unreachable,
        failed=failed,
    )


def _digests(catalog: Catalog, candidates: list[Incident], post: Post, failed: list[str]) -> list[str]:
    """Who got one. One that fails keeps no other from being sent."""
    sent = []
    with _kept(failed, "digests"):
        for name, questions in post.held_for(catalog, candidates).items():
            with _kept(failed, f"digest to {name}"):
                sent += [name] if post.send(catalog.approvers[name], questions) else []
    return sent


@contextmanager
def _kept(failed: list[str], what: str) -> Iterator[None]:
    """A failure is named, and the pass goes on."""
    try:
        yield
    except MendloopError as error:
        failed.append(f"{what}: {type(error).__name__}: {error}"[:300])


def _candidates(incidents: IncidentStore) -> list[Incident]:
    open_states = [state for state in IncidentState if not state.terminal]
    unfinished = [each for state in open_states for each in incidents.incidents(state=state, limit=500)]
    known = {each.id for each in unfinished}
    return unfinished + [
        each for each in incidents.incidents(limit=100) if each.state.terminal and each.id not in known
    ]


def _start(incident: Incident, incidents: IncidentStore, workflow: Workflow, clock: Clock, now: datetime) -> list[str]:
    if now - incident.updated_at < CLAIM_GRACE:
        return []
    return [incident.id] if start_claimed(incident, incidents, workflow, clock, STEP) else []


def _free(
    incident: Incident, incidents: IncidentStore, workflow: Workflow, mailer: Mailer, clock: Clock, site_url: str
) -> list[str]:
    """The safety net had its time, and the incident is still open: the news was lost, so it is told again, once."""
    now = clock.now()
    if not incident.execution_arn or now - incident.updated_at < CLOSED_GRACE:
        return []
    status = workflow.status(incident.execution_arn)
    if status not in ENDED:
        return []
    ended_at = workflow.ended_at(incident.execution_arn)
    if ended_at and now - ended_at < CLOSED_GRACE:
        return []
    # What was listed may be older than what the execution's last step has written.
    standing = incidents.load(incident.id)
    if standing is None or standing.state.terminal:
        return []
    if not report_ended(standing, status, incidents, workflow, clock, STEP):
        # The safety net has had another quarter of an hour, or cannot be reached: it is what is broken.
        alert_ended(standing, status, incidents, mailer, clock, site_url)
        free_ended(standing, status, incidents, clock, STEP)
    return [incident.id]


def _catalog(catalogs: CatalogStore) -> Catalog | None:
    """None when it cannot be read: what is stuck is freed all the same."""
    try:
        return catalogs.load()[0]
    except MendloopError:
        return None

"""Send digest: once a week, tell each approver what happened and what would have happened in their services."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mendloop.contracts.base import Contract
from mendloop.domain.catalog import Approver, Catalog
from mendloop.domain.errors import MendloopError
from mendloop.domain.outgoing_digest import ServiceWeek, body, subject
from mendloop.ports import CatalogStore, Clock, IncidentStore, Mailer
from mendloop.timeline import note_once, told

STEP = "send_digest"
MOST_INCIDENTS = 1000
"""Looked at per service; a week that holds more has other troubles."""


class DigestSent(Contract):
    """`sent`: catalog names of approvers. `unreached` services were told to the operators."""

    week: str
    sent: list[str] = []
    unreached: list[str] = []


@dataclass(frozen=True)
class _Desk:
    """The last whole week, Monday to Monday in UTC, and who is told about it."""

    start: datetime
    end: datetime
    incidents: IncidentStore
    mailer: Mailer
    clock: Clock
    site_url: str

    @property
    def name(self) -> str:
        """`digest-2026-W47`: under this name the timeline says who was told already."""
        year, week, _ = self.start.isocalendar()
        return f"digest-{year}-W{week:02}"

    def words(self, weeks: list[ServiceWeek]) -> tuple[str, str]:
        """Subject and body."""
        return subject(self.start, self.end), body(weeks, self.start, self.end, self.site_url)

    def tell(self, approver: Approver, weeks: list[ServiceWeek]) -> bool:
        """Whether this approver has been told, now or before."""
        line = f"Told {approver.name}"
        if told(self.incidents, self.name, STEP, line):
            return True
        if not self.mailer.confirmed(approver):
            return False
        self.mailer.send(approver, *self.words(weeks))
        note_once(self.incidents, self.clock, self.name, STEP, line)
        return True

    def tell_operators(self, weeks: list[ServiceWeek]) -> None:
        """Of services that nobody else hears of."""
        line = "Told the operators"
        if not weeks or told(self.incidents, self.name, STEP, line):
            return
        subject_, body_ = self.words(weeks)
        opening = "No approver of these services has confirmed their mail topic, so this goes to you."
        self.mailer.alert(subject_, f"{opening}\n\n{body_}")
        note_once(self.incidents, self.clock, self.name, STEP, line)


def send_digest(
    *, incidents: IncidentStore, catalogs: CatalogStore, mailer: Mailer, clock: Clock, site_url: str = ""
) -> DigestSent:
    """One mail per approver and week. A run that is repeated sends only what is missing.

    One mail that fails keeps no other from being sent; its error is raised at the end, so that the run is repeated.
    """
    catalog, _ = catalogs.load()
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=midnight.weekday())
    desk = _Desk(monday - timedelta(days=7), monday, incidents, mailer, clock, site_url)
    weeks = {
        name: ServiceWeek(service=service, incidents=incidents.incidents(service=name, limit=MOST_INCIDENTS))
        for name, service in catalog.services.items()
    }
    sent: list[str] = []
    failures: list[MendloopError] = []
    for name, approver in catalog.approvers.items():
        mine = [found for found in weeks.values() if name in found.service.approvers]
        try:
            if mine and desk.tell(approver, mine):
                sent.append(name)
        except MendloopError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    unreached = _unreached(catalog, sent)
    desk.tell_operators([weeks[name] for name in unreached])
    return DigestSent(week=desk.name, sent=sent, unreached=unreached)


def _unreached(catalog: Catalog, sent: list[str]) -> list[str]:
    """Services of which nobody was told."""
    return [name for name, service in catalog.services.items() if not set(sent) & set(service.approvers)]

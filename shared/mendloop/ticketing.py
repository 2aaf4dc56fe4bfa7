"""One ticket per fault, kept true from generation to generation: what every room does that files or follows one."""

from dataclasses import dataclass
from datetime import timedelta

from mendloop.contracts.incident import Incident
from mendloop.contracts.publication import Ticket, TicketRecord
from mendloop.domain import outgoing_tickets
from mendloop.domain.catalog import Service
from mendloop.domain.outgoing import Facts
from mendloop.ports import Clock, IncidentStore, TicketTracker


@dataclass(frozen=True)
class Why:
    """Why there is a ticket: a reason code, an error's class name where one is the cause, who decided."""

    reason: str
    error: str = ""
    by: str = ""


@dataclass(frozen=True)
class Desk:
    """Where one service's tickets are filed. `remembers`: not for a stand-in, which must not hide the real ticket."""

    tracker: TicketTracker
    service: Service
    incidents: IncidentStore
    clock: Clock
    remembers: bool = True

    def file(self, incident: Incident, facts: Facts, why: Why) -> Ticket:
        """The ticket that stands for the incident's fault: a new one, or an earlier one that is told of this incident.

        A closed one is opened again, or followed by a new one that names it, as the catalog says. Running again does
        nothing twice. SecretFound when the text would leak.
        """
        told = self._allowed(facts)
        record = self._record(incident)
        standing = self.tracker.find(record.key, record.number) if record else None
        if record and standing and not self._superseded(standing, record, incident):
            if record.generation < incident.generation:
                self._recur(standing, record, incident, told, why)
            return standing
        filed = self.tracker.file(self._worded(incident, told, why, earlier=standing.url if standing else ""))
        if self.remembers:
            self.incidents.save_ticket(self._new_record(incident, filed))
        return filed

    def standing(self, incident: Incident) -> Ticket | None:
        """The ticket that tells of the incident's fault by now, where one was filed."""
        record = self._record(incident)
        return self.tracker.find(record.key, record.number) if record else None

    def tie(self, incident: Incident) -> None:
        """The ticket of the fault, where one was filed, names the pull request from now on; nobody is called."""
        made, record = self.incidents.publication(incident.published_as, incident.generation), self._record(incident)
        if made is None or not made.url or record is None or record.pull_request == made.url:
            return
        if incident.generation < record.tied_generation:
            return  # an earlier change that is still watched: the ticket names a newer one by now
        standing = self.tracker.find(record.key, record.number)
        if standing is None:
            return
        told = self._allowed(Facts(incident_id=incident.id, service=self.service.name, at=incident.signal.time))
        self.tracker.update(standing, self._kept(told, incident, record.seen_in(incident.generation)))
        if not told.public or self.service.repository.public:
            self.tracker.link(standing, made.url, f"Pull request {made.number}")
        # Telling takes seconds: what was remembered meanwhile stays.
        newest = self._record(incident)
        if newest and newest.key == record.key:
            tied = {"pull_request": made.url, "tied_generation": incident.generation}
            self.incidents.save_ticket(newest.model_copy(update=tied))

    def is_public(self) -> bool:
        """Whether anybody can read the service's tickets."""
        tickets, code = self.service.tickets, self.service.repository
        same = tickets.tracker == "github" == code.host and tickets.project in ("", code.location)
        public = (code.public and same) if tickets.public is None else tickets.public
        return public or self.tracker.is_public()

    def _superseded(self, standing: Ticket, record: TicketRecord, incident: Incident) -> bool:
        """Whether a new ticket takes the place of one that was closed since."""
        again = record.generation < incident.generation
        return standing.closed and again and self.service.tickets.after_closing == "link"

    def _recur(self, standing: Ticket, record: TicketRecord, incident: Incident, told: Facts, why: Why) -> None:
        """Update always, for it calls nobody; comment when it is opened again, or when the last word is old enough.

        What is remembered is written last: a run that dies is repeated whole, and each effect happens once.
        """
        now, last = self.clock.now(), record.told_at
        apart = timedelta(hours=self.service.tickets.comment_hours)
        if standing.closed and now - last < apart and self.remembers:
            # A run that dies when it is open again must still say why.
            record = record.model_copy(update={"told_at": now - apart})
            self.incidents.save_ticket(record)
        if standing.closed or now - last >= apart:
            self.tracker.comment(standing, outgoing_tickets.comment(told, why.reason))
            last = now
        self.tracker.update(standing, self._kept(told, incident, record.seen_in(incident.generation)))
        if self.remembers:
            changes = {"generation": incident.generation, "told_at": last}
            changes |= {"number": standing.number, "url": standing.url}
            self.incidents.save_ticket(record.model_copy(update=changes))

    def _worded(self, incident: Incident, told: Facts, why: Why, *, earlier: str) -> Ticket:
        kept = self._kept(told, incident, 1)
        return Ticket(
            key=outgoing_tickets.key(incident.id, incident.fault, incident.generation),
            tracker=self.service.tickets.tracker,
            title=outgoing_tickets.title(told),
            body=outgoing_tickets.body(told, why.reason, why.error, by=why.by, standing=kept, earlier=earlier),
            incident_id=incident.id,
        )

    def _kept(self, told: Facts, incident: Incident, seen_in: int) -> str:
        made = self.incidents.publication(incident.published_as, incident.generation)
        # The address of a private repository's pull request is no business of everybody's.
        shown = made is not None and (not told.public or self.service.repository.public)
        return outgoing_tickets.standing(told, seen_in, made.url if made and shown else "")

    def _allowed(self, facts: Facts) -> Facts:
        of_public_code = self.service.repository.public
        return outgoing_tickets.allowed(facts, anybody_reads=self.is_public(), of_public_code=of_public_code)

    def _record(self, incident: Incident) -> TicketRecord | None:
        """Of the tracker and project that the catalog names now."""
        found = self.incidents.ticket(incident.published_as) if self.remembers else None
        tickets = self.service.tickets
        return found if found and (found.tracker, found.project) == (tickets.tracker, tickets.project) else None

    def _new_record(self, incident: Incident, filed: Ticket) -> TicketRecord:
        return TicketRecord(
            of=incident.published_as,
            key=filed.key,
            tracker=self.service.tickets.tracker,
            project=self.service.tickets.project,
            number=filed.number,
            url=filed.url,
            first_generation=incident.generation,
            generation=incident.generation,
            told_at=self.clock.now(),
        )

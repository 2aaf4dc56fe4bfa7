"""What follows from a look: the pull request, the incident and its ticket are told, each thing once.

Every effect looks for what is there before it acts, so that a run that died is repeated whole.
"""

from collections.abc import Callable
from dataclasses import dataclass

from functions.follow_up import words
from functions.follow_up.looking import Look
from mendloop.contracts.follow_up import FollowUp, HeadChange
from mendloop.contracts.incident import Incident
from mendloop.domain.catalog import Service
from mendloop.domain.errors import PullRequestEnded
from mendloop.domain.follow_up import FollowUpState, Standing
from mendloop.ports import Checks, CheckState, Clock, CodeHost, IncidentStore, Mailer, TicketTracker
from mendloop.ticketing import Desk
from mendloop.timeline import note_once, told

STEP = "follow_up"


@dataclass(frozen=True)
class News:
    """Of one incident, to its timeline and to the operators."""

    incident: Incident
    incidents: IncidentStore
    mailer: Mailer
    clock: Clock
    address: str

    def note(self, what: str, incident_id: str = "") -> None:
        """Into the timeline, of another incident where one is named; once."""
        note_once(self.incidents, self.clock, incident_id or self.incident.id, STEP, what)

    def alert(self, what: str, sentence: str) -> None:
        """Noted after it is sent: a second mail is better than none."""
        line = f"Told the operators: {sentence}"
        if not told(self.incidents, self.incident.id, STEP, line):
            subject = f"[mendloop] {self.incident.service}: a pull request {what}"
            self.mailer.alert(subject, f"{sentence}\nIncident: {self.address or self.incident.id}\n")
            self.note(line)


@dataclass(frozen=True)
class Voice:
    """One change's news on their way out."""

    news: News
    service: Service
    code: CodeHost
    tracker: Callable[[Service], TicketTracker]

    def tell_request(self, followed: FollowUp, look: Look) -> bool:
        """What the open pull request is told; whether it was marked ready for review."""
        if look.changed and not followed.changed:
            self._tell_change(followed, look)
        if look.checks is None or look.checks.state not in {CheckState.GREEN, CheckState.RED}:
            return False
        number = followed.number
        if look.checks.state is CheckState.RED:
            self._tell_red(followed, look.checks)
            return False
        try:
            self.code.mark_ready(self.service.repository, number)
        except PullRequestEnded:
            return False
        self.news.note(f"The checks of pull request {number} are green: marked ready for review")
        return True

    def _tell_red(self, followed: FollowUp, checks: Checks) -> None:
        """Once, whichever fail later: only the head that was approved is looked at."""
        news, line = self.news, f"The checks of pull request {followed.number} did not pass: it stays a draft"
        if not told(news.incidents, news.incident.id, STEP, line):
            comment = words.red_comment(followed.commit, checks.failed)
            self.code.comment(self.service.repository, followed.number, comment)
            news.note(line)

    def _tell_change(self, followed: FollowUp, look: Look) -> None:
        if look.facts.request == "open" and look.changed is not HeadChange.DELETED:
            comment = words.changed_comment(look.changed)
            self.code.comment(self.service.repository, followed.number, comment)
        self.news.note(words.changed(followed, look.changed))

    def tell_standing(self, followed: FollowUp, standing: Standing) -> None:
        """The news to the incident, and to the one that saw the fault again."""
        if followed.state is FollowUpState.DEPLOYED and standing.state is FollowUpState.MERGED:
            sentence = words.rolled_back(followed)
        else:
            sentence = words.stands(followed, standing, self.service, public=False)
        self.news.note(sentence)
        if standing.fault:
            self.news.note(sentence, standing.fault.incident_id)
        if standing.state is FollowUpState.LOST:
            self.news.alert("is not looked at any more", sentence)

    def tie_ticket(self) -> None:
        """The fault's ticket, where there is one, names the pull request; once."""
        if self.news.incidents.ticket(self.news.incident.published_as):
            tracker = self.tracker(self.service)
            Desk(tracker, self.service, self.news.incidents, self.news.clock).tie(self.news.incident)

    def tell_ticket(self, followed: FollowUp, standing: Standing) -> None:
        """Of the fault, where there is one: told once, and closed or opened again as the news is."""
        if standing.state not in _TOLD:
            return
        tracker = self.tracker(self.service)
        desk = Desk(tracker, self.service, self.news.incidents, self.news.clock)
        ticket = desk.standing(self.news.incident)
        if ticket is None:
            return
        public = desk.is_public()
        sentence = words.stands(followed, standing, self.service, public=public)
        pointer = self.news.incident.id if public else self.news.address or self.news.incident.id
        text = f"{sentence} {pointer}"
        superseded = ticket.closed and self.service.tickets.after_closing == "link"
        if standing.state in _AGAIN and not superseded:
            tracker.comment(ticket, text)
        elif standing.state is FollowUpState.FIXED and self.service.tickets.when_fixed == "close":
            tracker.close(ticket, text)
        else:
            tracker.note(ticket, text)


_AGAIN = {FollowUpState.RECURRED, FollowUpState.REGRESSED}
_TOLD = {FollowUpState.MERGED, FollowUpState.FIXED, FollowUpState.REJECTED, *_AGAIN}
"""States that a ticket is told of."""

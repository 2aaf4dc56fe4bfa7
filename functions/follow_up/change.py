"""One published change, looked at once: what is known of it afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.follow_up.looking import Eyes, Look
from functions.follow_up.telling import News, Voice
from functions.follow_up.words import trouble
from mendloop import incident_facts
from mendloop.contracts.follow_up import FollowUp
from mendloop.domain.catalog import Catalog, Repository, Service
from mendloop.domain.errors import MendloopError, Retryable
from mendloop.domain.follow_up import FollowUpState, Standing, next_look, standing
from mendloop.domain.follow_up_blind import Blind
from mendloop.domain.follow_up_rules import FollowUpRules
from mendloop.domain.outgoing_reasons import in_words, reason_code
from mendloop.ports import Clock, CodeHost, IncidentStore, Mailer, Switch, Telemetry, TicketTracker

PAUSED = timedelta(hours=1)
SHORTEST_RETRY, LONGEST_RETRY = timedelta(minutes=15), timedelta(days=1)
GONE = "request_gone"


@dataclass(frozen=True)
class Reach:
    """What a run can reach."""

    incidents: IncidentStore
    catalog: Catalog
    code_host: Callable[[Repository, str], CodeHost]
    tracker: Callable[[Service], TicketTracker]
    telemetry_at: Callable[[str, str], Telemetry]
    switch: Switch
    mailer: Mailer
    clock: Clock
    site_url: str


@dataclass(frozen=True)
class Change:
    """As it was known before, and what it can be looked at with."""

    followed: FollowUp
    reach: Reach

    def look(self) -> FollowUp:
        """As it is known now, with all news told. An error leaves it to be looked at again."""
        now, followed, reach = self.reach.clock.now(), self.followed, self.reach
        service = incident_facts.known_service(reach.catalog, followed.service)
        if reach.switch.paused(service.name):
            # Signals of a paused service are not taken in: that nothing was seen says nothing.
            return self._blind(now).model_copy(update={"next_at": now + PAUSED})
        news, code = self._news(), reach.code_host(service.repository, followed.incident_id)
        signal = news.incident.signal
        telemetry = reach.telemetry_at(signal.account, signal.region)
        muted = service.muted(signal.resource, now)
        known = self._blind(now) if muted else followed
        look = Eyes(service, news.incident, code, telemetry, reach.incidents).look(known, now)
        if look.gone:
            advice = "Nothing: it was deleted at the code host. The incident's page holds what was proposed."
            return self._stopped(GONE, advice, now)
        told = self._told(look, Voice(news, service, code, reach.tracker), now)
        if muted and told.state is FollowUpState.DEPLOYED and told.next_at:
            return told.model_copy(update={"next_at": min(told.next_at, now + PAUSED)})
        return told

    def _blind(self, now: datetime) -> FollowUp:
        """With what is not seen at this look, which was due before the quiet time was over."""
        followed = self.followed
        span = Blind(start=min(followed.next_at or now, now), end=now)
        return followed.model_copy(update={"facts": followed.facts.joined(blind=[span])})

    def _told(self, look: Look, voice: Voice, now: datetime) -> FollowUp:
        readied = voice.tell_request(self.followed, look)
        stands = standing(look.facts, voice.service.follow_up, now)
        known = self.followed.model_copy(update={"facts": look.facts})
        untold = self._ticket_told(voice, known, voice.tie_ticket)
        if stands.state is not self.followed.state:
            voice.tell_standing(known, stands)
            untold = self._ticket_told(voice, known, lambda: voice.tell_ticket(known, stands))
            self._tell_incident(stands.state)
        return self.followed.model_copy(
            update={
                "facts": look.facts,
                "changed": look.changed,
                "merge": look.merge,
                "readied": self.followed.readied or readied,
                "state": stands.state,
                "since": stands.since,
                "trouble": untold,
                "failures": 0,
                "next_at": next_look(stands, voice.service.follow_up, now),
            }
        )

    def _ticket_told(self, voice: Voice, known: FollowUp, tell: Callable[[], None]) -> str:
        """Why it could not be told, as a reason code: what an operator has to mend must not hold up the news."""
        try:
            tell()
        except Retryable:
            raise
        except MendloopError as error:
            reason = reason_code(type(error).__name__)
            what = f"The ticket of pull request {known.number} was not told: {in_words(reason)}"
            voice.news.note(what)
            voice.news.alert("has a ticket that was not told", f"{what} {error.next_action}")
            return reason
        return ""

    def _tell_incident(self, state: FollowUpState) -> None:
        """Read again: nothing that was written meanwhile may be lost. How its loop ended stays as it is."""
        incidents = self.reach.incidents
        incident = incident_facts.known_incident(incidents, self.followed.incident_id)
        incidents.save(incident.model_copy(update={"follow_up": state.value}), expected=incident.state)

    def _news(self) -> News:
        reach = self.reach
        incident = incident_facts.known_incident(reach.incidents, self.followed.incident_id)
        address = incident_facts.address(reach.site_url, incident.id)
        return News(incident, reach.incidents, reach.mailer, reach.clock, address)

    def troubled(self, error: MendloopError) -> FollowUp:
        """An outage is waited out; what a person has to mend is told once."""
        now = self.reach.clock.now()
        if isinstance(error, Retryable):
            return self.later()
        return self._stopped(reason_code(type(error).__name__), error.next_action, now)

    def _stopped(self, reason: str, advice: str, now: datetime) -> FollowUp:
        """Looked at again all the same, in case it is mended, until the time for it is over."""
        followed, news = self.followed, self._news()
        if reason != followed.trouble:
            sentence = trouble(followed, in_words(reason))
            news.alert("cannot be followed up", f"{sentence} {advice}")
            news.note(sentence)
        service = self.reach.catalog.services.get(followed.service)
        rules = service.follow_up if service else FollowUpRules()
        stands = standing(followed.facts, rules, now)
        stopped = self.later().model_copy(update={"trouble": reason})
        if not stands.finished(rules, now):
            return stopped
        if stands.state is not followed.state:
            # Nobody looked: what only the time that went by would say is not claimed.
            lost = stands.state is FollowUpState.LOST
            stands = Standing(state=FollowUpState.LOST, since=stands.since if lost else now)
            self._tell_incident(stands.state)
        return stopped.model_copy(update={"state": stands.state, "since": stands.since, "next_at": None})

    def later(self) -> FollowUp:
        """To be looked at after a wait that grows with each failure."""
        failures = self.followed.failures + 1
        wait = min(SHORTEST_RETRY * 2 ** min(failures - 1, 10), LONGEST_RETRY)
        return self.followed.model_copy(update={"failures": failures, "next_at": self.reach.clock.now() + wait})

"""A change is followed the same way on every code host: the fake, a local repository, GitHub by way of its double."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.follow_up.step import Followed, follow_up
from mendloop.contracts.follow_up import HeadChange
from mendloop.contracts.incident import IncidentState
from mendloop.domain.follow_up import Facts
from mendloop.domain.follow_up import FollowUpState as S
from mendloop.ports import CheckState, CodeHost, FileChange
from tests.contract.code_host_suite import DAY, ME, Workshop
from tests.contract.git_workshop import git
from tests.contract.github_double import GitHubDouble
from tests.contract.test_code_host import GitHubWorkshop, LocalWorkshop, MemoryWorkshop
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import FixedClock
from tests.fakes.house import (
    FAULT,
    FUNCTION,
    INCIDENT,
    SERVICE,
    make_catalog,
    make_follow_up,
    make_incident,
    make_service,
    make_sighting,
    make_ticket,
    make_ticket_record,
)
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.mailer import RecordingMailer
from tests.fakes.switch import InMemorySwitch
from tests.fakes.telemetry import ScriptedTelemetry
from tests.fakes.tracker import InMemoryTracker

BRANCH = f"mendloop/{INCIDENT}"
PUBLISHED = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
"""After the time that the double gives to whatever is ended."""
AGAIN = "inc-aaaaaaaaaaaaaaaa"


@pytest.fixture(params=["memory", "local_git", "github"])
def workshop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workshop]:
    if request.param == "memory":
        yield MemoryWorkshop()
    elif request.param == "local_git":
        yield LocalWorkshop(tmp_path / "shop")
    else:
        with GitHubDouble(tmp_path / "shop") as double:
            yield GitHubWorkshop(double)


class Story:
    """One published change; what happens to it is told event by event."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop, host, repository = workshop, workshop.host, workshop.repository
        self.base = workshop.commit({"a.py": "x = 1\n"}, "Start", ME, DAY)
        self.head = host.push_branch(
            repository, BRANCH, self.base, [FileChange(path="a.py", content=b"x = 2\n")], "Fix", ME
        ).head
        self.number = host.open_pull_request(repository, BRANCH, "Fix", "Body").number
        self.incidents, self.telemetry, self.tracker = InMemoryIncidents(), ScriptedTelemetry(), InMemoryTracker()
        self.clock, self.mailer = FixedClock(PUBLISHED), RecordingMailer()
        signals = {"alarms": ["shop-*"], "functions": [FUNCTION]}
        service = make_service(signals=signals, repository=repository.model_dump(), follow_up={"quiet_hours": 2})
        self.catalogs = FixedCatalog(make_catalog(services={SERVICE: service}))
        for incident in (INCIDENT, AGAIN):
            self.incidents.claim(make_incident(incident, fault=FAULT, state=IncidentState.PULL_REQUEST))
        self.ticket = self.tracker.file(make_ticket())
        self.incidents.save_ticket(make_ticket_record(key=self.ticket.key, number=self.ticket.number))
        self.incidents.follow(
            make_follow_up(
                repository=repository.location,
                commit=self.head,
                number=self.number,
                facts=Facts(published_at=PUBLISHED),
                since=PUBLISHED,
                next_at=PUBLISHED,
            )
        )
        self.deployed(self.base)

    def deployed(self, revision: str) -> None:
        self.telemetry.revisions[FUNCTION] = (revision, "GIT_REVISION")

    def merged(self) -> None:
        self.workshop.merge(self.number)

    def green(self) -> None:
        self.workshop.report(self.head, "build", CheckState.GREEN)

    def seen_on(self, revision: str) -> None:
        at = self.clock.advance(minutes=1)
        self.incidents.sight(make_sighting(AGAIN, at=at, generation=2, revision=revision))

    def look(self) -> Followed:
        """As soon as it is due."""
        found = self.incidents.follow_up(INCIDENT)
        assert found and found.next_at, "nothing is looked for any more"
        self.clock.at = max(self.clock.at, found.next_at)
        return follow_up(
            incidents=self.incidents,
            catalogs=self.catalogs,
            code_host=self._host,
            tracker=lambda _: self.tracker,
            telemetry_at=lambda *_: self.telemetry,
            switch=InMemorySwitch(),
            mailer=self.mailer,
            clock=self.clock,
        )

    def _host(self, *_: object) -> CodeHost:
        return self.workshop.host

    def settle(self) -> S:
        """Look until nothing changes for as long as is waited for quiet."""
        until = self.clock.now() + timedelta(hours=3)
        while self.clock.now() < until and self.state not in {S.RECURRED, S.REGRESSED}:
            assert self.look().failed == []
        return self.state

    @property
    def state(self) -> S:
        found = self.incidents.follow_up(INCIDENT)
        assert found
        return found.state

    @property
    def changed(self) -> HeadChange:
        found = self.incidents.follow_up(INCIDENT)
        assert found
        return found.changed


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_order_and_however_often_it_is_looked_at_it_ends_fixed(workshop: Workshop, seed: int) -> None:
    story, dice = Story(workshop), random.Random(seed)
    events: list[Callable[[], None]] = [
        story.green,
        story.merged,
        lambda: story.deployed(story.head),
        lambda: story.seen_on(story.base),
    ]
    for event in dice.sample(events, len(events)):
        event()
        for _ in range(dice.randint(0, 2)):
            story.look()
    assert story.settle() is S.FIXED
    assert story.ticket.key in story.tracker.closed
    told = [entry.what for entry in story.incidents.timeline(INCIDENT)]
    assert len(told) == len(set(told)) and not story.mailer.alerts


@pytest.mark.parametrize("seed", range(3))
def test_seen_on_what_holds_the_merge_it_ends_recurred_in_any_order(workshop: Workshop, seed: int) -> None:
    story, dice = Story(workshop), random.Random(seed)
    story.merged()
    story.deployed(story.head)
    events: list[Callable[[], None]] = [story.green, lambda: story.seen_on(story.base), lambda: None]
    for event in dice.sample(events, len(events)):
        event()
        story.look()
    story.clock.advance(hours=1)
    story.seen_on(story.head)
    assert story.settle() is S.RECURRED
    assert story.ticket.key not in story.tracker.closed
    assert any("was seen again" in entry.what for entry in story.incidents.timeline(AGAIN))


def test_closed_is_rejected(workshop: Workshop) -> None:
    story = Story(workshop)
    story.workshop.close(story.number)
    story.look()
    assert story.state is S.REJECTED and story.tracker.comments[story.ticket.key]


def test_red_then_green_is_said_once_and_made_ready(workshop: Workshop) -> None:
    story = Story(workshop)
    story.workshop.report(story.head, "build", CheckState.RED)
    story.look()
    story.look()
    [said] = story.workshop.comments(story.number)
    assert "`build`" in said
    story.green()
    story.look()
    found = workshop.host.numbered(workshop.repository, story.number)
    assert found and not found.draft and len(story.workshop.comments(story.number)) == 1


def test_commits_that_a_person_added_are_noticed(workshop: Workshop) -> None:
    story = Story(workshop)
    workshop.commit({"b.py": "y = 1\n"}, "Mine", ME, DAY, branch=BRANCH)
    story.green()
    story.look()
    story.look()
    assert story.changed is HeadChange.ADDED
    assert len(story.workshop.comments(story.number)) == 1


def test_a_local_branch_that_is_deleted_after_its_merge_was_merged(tmp_path: Path) -> None:
    workshop = LocalWorkshop(tmp_path / "shop")
    story = Story(workshop)
    story.look()
    story.merged()
    git(workshop.folder, "branch", "-q", "-D", BRANCH)
    story.look()
    assert (story.state, story.changed) == (S.MERGED, HeadChange.NONE)

"""Two executions for one incident, and incidents that follow each other, at each tracker's double: one ticket."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from mendloop.adapters.github.api import Api as GitHubApi
from mendloop.adapters.github.issues import GitHubIssues
from mendloop.adapters.jira import JiraIssues
from mendloop.adapters.jira.api import Api as JiraApi
from mendloop.adapters.linear import LinearIssues
from mendloop.adapters.linear.api import Api as LinearApi
from mendloop.domain.catalog import Service
from mendloop.domain.outgoing import Facts
from mendloop.ports import TicketTracker
from mendloop.ticketing import Desk, Why
from tests.contract import github_issues_double, jira_double, linear_double
from tests.contract.wire import Wire
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.house import FAULT, SERVICE, make_incident, make_service
from tests.fakes.incidents import InMemoryIncidents

Opened = tuple[Callable[[], TicketTracker], dict[str, Any], Callable[[], int], Callable[[], int]]
"""What makes an adapter, the catalog's part, how many tickets are open, how many comments there are."""


@contextmanager
def github() -> Iterator[Opened]:
    double = github_issues_double.IssuesDouble()
    with Wire(double) as wire:
        tickets = {"tracker": "github", "project": github_issues_double.PROJECT}
        settings = make_service(tickets=tickets).tickets
        api = GitHubApi(github_issues_double.TOKEN, wire.url)
        yield (
            lambda: GitHubIssues(api, github_issues_double.PROJECT, settings),
            tickets,
            lambda: len(double.open()),
            lambda: len(double.comments.get(1, [])),
        )


@contextmanager
def jira() -> Iterator[Opened]:
    double = jira_double.JiraDouble()
    double.lag = 2
    with Wire(double) as wire:
        tickets = {"tracker": "jira", "project": jira_double.PROJECT, "base_url": wire.url}
        settings = make_service(tickets=tickets).tickets
        yield (
            lambda: JiraIssues(JiraApi(wire.url, jira_double.SECRET), settings, sleep=lambda _: None),
            tickets,
            lambda: len(double.open()),
            lambda: len(double.comments.get("OPS-1", [])),
        )


@contextmanager
def linear() -> Iterator[Opened]:
    double = linear_double.LinearDouble()
    with Wire(double) as wire:
        tickets = {"tracker": "linear", "project": linear_double.TEAM}
        settings = make_service(tickets=tickets).tickets
        yield (
            lambda: LinearIssues(LinearApi(linear_double.KEY, wire.url), settings),
            tickets,
            lambda: len(double.open()),
            lambda: len(double.comments),
        )


@pytest.mark.parametrize("vendor", [github, jira, linear])
def test_one_ticket_whoever_files_it_and_however_often_the_fault_comes_back(vendor: Callable[[], Any]) -> None:
    with vendor() as (make, tickets, still_open, said):
        house = House(make, make_service(tickets=tickets))
        house.race(3)
        assert still_open() == 1
        assert len({house.file(1) for _ in range(2)}) == 1
        for generation in (2, 2, 3):
            house.clock.at = NOW + timedelta(hours=7 * (generation - 1))
            house.file(generation)
        assert still_open() == 1 and said() == 2


class House:
    """One store and clock, a tracker for each run."""

    def __init__(self, make: Callable[[], TicketTracker], service: Service) -> None:
        self.make, self.service = make, service
        self.incidents, self.clock = InMemoryIncidents(), FixedClock()

    def file(self, generation: int) -> str:
        incident = make_incident(f"inc-{generation:016x}", fault=FAULT, generation=generation)
        facts = Facts(incident_id=incident.id, service=SERVICE, exception="TypeError", count=3, at=self.clock.at)
        desk = Desk(self.make(), self.service, self.incidents, self.clock)
        return desk.file(incident, facts, Why("no_safe_change")).number

    def race(self, runs: int) -> None:
        together = Barrier(runs)

        def run() -> None:
            together.wait()
            self.file(1)

        racers = [Thread(target=run) for _ in range(runs)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()

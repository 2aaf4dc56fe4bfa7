"""One local cloud with mendloop and the services of all cases; cases are played side by side."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mendloop.cli import local_cloud
from mendloop.cli.demo.attend import Choice
from mendloop.cli.demo.deploy import deploy_side_by_side, fresh_cloud
from mendloop.cli.demo.inbox import Inbox, Mail
from mendloop.cli.demo.play import Course, play
from mendloop.cli.demo.production import Production, make_production
from mendloop.cli.demo.production.scenarios import known
from mendloop.cli.demo.production.scenarios.scenario import Stage
from mendloop.cli.demo.report import service_report
from mendloop.cli.place import Place
from mendloop.cli.toolbox import Toolbox
from tests.scenarios.ends import ENDS

SIDE_BY_SIDE = 3
"""Cases at the same time: on two cores, more of them would only start more workers."""
PATIENCE = 300
"""Seconds in which nothing happens before a case breaks off."""


@dataclass(frozen=True)
class Case:
    """One scenario with one seed."""

    scenario: str
    seed: int


@dataclass(frozen=True)
class Result:
    """What became of one case; `wrong` is empty when it ended as it must."""

    case: Case
    service: str
    ended: str
    wrong: list[str]
    seconds: float


@dataclass
class House:
    """Everything deployed, and the mails of all services in one queue."""

    place: Place
    productions: dict[Case, Production]
    inbox: Inbox
    mails: list[Mail] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def mailbox(self, service: str) -> "Sorted":
        """The part of the queue that is about one service."""
        return Sorted(self, service)


@dataclass(frozen=True)
class Sorted:
    """A mailbox with one service's mails only."""

    house: House
    service: str

    def take(self) -> list[Mail]:
        """Mails of the others stay there for them."""
        with self.house.lock:
            self.house.mails += self.house.inbox.take()
            mine = [mail for mail in self.house.mails if self.service in mail.subject]
            self.house.mails = [mail for mail in self.house.mails if mail not in mine]
        return mine


@contextmanager
def deployed(tools: Toolbox, folder: Path, cases: Sequence[Case]) -> Iterator[House]:
    """A fresh local cloud with all services of the cases; stopped at the end."""
    cloud = fresh_cloud(tools, folder / "cloud")
    try:
        made = {
            case: make_production(case.scenario, case.seed, folder / "productions" / f"{case.scenario}-{case.seed}")
            for case in cases
        }
        place, inbox = deploy_side_by_side(tools, cloud, list(made.values()))
        yield House(place, made, inbox)
    finally:
        local_cloud.stop(cloud)


def play_all(house: House, tell: Callable[[Result], None]) -> list[Result]:
    """The first case alone, the others side by side; each result is told as it comes.

    The first one starts every function's worker. Started all at once, cases would each wait for workers of their own,
    and every worker unpacks its function anew.
    """
    first, *others = sorted(house.productions, key=lambda case: (case.seed, -known(case.scenario).incidents))
    results = [_result(house, first, _play(house, first))]
    tell(results[0])
    pool = ThreadPoolExecutor(SIDE_BY_SIDE)
    try:
        running = {pool.submit(_play, house, case): case for case in others}
        for done in as_completed(running):
            # Read on this one thread: the report's adapters are made as they are needed.
            results.append(_result(house, running[done], done.result()))
            tell(results[-1])
    finally:
        # Interrupted: whoever still plays breaks off when the cloud is stopped.
        pool.shutdown(wait=False, cancel_futures=True)
    return results


def _play(house: House, case: Case) -> tuple[Course | None, str, float]:
    """An error ends its own case only, and is what that case ended as."""
    production, began = house.productions[case], time.monotonic()
    try:
        course = play(
            known(case.scenario),
            Stage(house.place, production),
            house.mailbox(production.service),
            Choice.APPROVE,
            patience=PATIENCE,
            pause=1.0,
        )
    except Exception as error:
        return None, f"{type(error).__name__}: {error}", time.monotonic() - began
    return course, "", time.monotonic() - began


def _result(house: House, case: Case, played: tuple[Course | None, str, float]) -> Result:
    course, error, seconds = played
    production = house.productions[case]
    if course is None:
        return Result(case, production.service, "broke off", [error], seconds)
    try:
        report = service_report(house.place, course.watcher, case.scenario, case.seed, {})
        wrong = _broken(report) or ENDS[case.scenario](report, production)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        return Result(case, production.service, "cannot be read", [f"{type(error).__name__}: {error}"], seconds)
    ended = ", ".join(_in_short(each) for each in report["incidents"])
    return Result(case, production.service, ended, wrong, seconds)


def _broken(report: dict[str, Any]) -> list[str]:
    states = {each["incident"]: each["execution_status"] for each in report["incidents"]}
    return [f"{name} ended as {status}" for name, status in states.items() if status not in {"SUCCEEDED", "NONE"}]


def _in_short(incident: dict[str, Any]) -> str:
    code = incident.get("reason_code") or ""
    proof = (incident.get("verification") or {}).get("status", "")
    details = "; ".join(text for text in (code if code != "published" else "", proof) if text)
    return f"{incident['outcome']} ({details})" if details else str(incident["outcome"])

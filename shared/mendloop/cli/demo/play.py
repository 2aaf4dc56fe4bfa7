"""One scenario on a deployed service: production fails, every incident is watched, mails are answered, to the end."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mendloop.cli.demo.attend import A_PERSONS_TIME, PATIENCE, Choice
from mendloop.cli.demo.browser import Visitor
from mendloop.cli.demo.inbox import Mail
from mendloop.cli.demo.production.scenarios.scenario import Scenario, Stage
from mendloop.cli.demo.watch import ServiceWatcher
from mendloop.domain.errors import Unavailable

DECIDED = "Settle decision"
"""The state behind the wait."""


class Mailbox(Protocol):
    """Where the approver's mails arrive."""

    def take(self) -> list[Mail]:
        """Those that came since the last look."""


class Audience:
    """Who watches; nobody here."""

    def entered(self, incident: str, state: str, at: datetime) -> None:
        """An execution entered a state."""

    def asked(self, mail: Mail) -> None:
        """A mail with a link came."""

    def decided(self, choice: Choice) -> None:
        """A mail was answered."""


@dataclass
class Course:
    """What happened when, on the monotonic clock; 0 when it did not."""

    watcher: ServiceWatcher
    complained: float = 0
    asked: float = 0
    decided: float = 0
    ended: float = 0


def play(
    scenario: Scenario,
    stage: Stage,
    mailbox: Mailbox,
    decide: Choice | None,
    audience: Audience | None = None,
    *,
    patience: float = PATIENCE,
    pause: float = 0.3,
) -> Course:
    """Until every incident has ended, with a look every `pause` seconds.

    Unavailable when nothing happens for `patience` seconds; people get a day.
    """
    told = audience or Audience()
    course = Course(ServiceWatcher(stage.place, stage.production.service))
    scenario.provoke(stage)
    course.complained = last = time.monotonic()
    while True:
        fresh = course.watcher.look()
        mails = [mail for mail in mailbox.take() if mail.link]
        now = time.monotonic()
        for incident, state, at in fresh:
            told.entered(incident, state, at)
            course.decided = course.decided or (now if state == DECIDED else 0)
        for mail in mails:
            told.asked(mail)
            course.asked = course.asked or now
            _answer(stage, mail, decide, told)
        quiet = not fresh and not mails
        if quiet and scenario.taken(stage) and course.watcher.ended(scenario.incidents):
            course.ended = now
            return course
        last = now if fresh or mails else last
        _still_patient(course, now - last, A_PERSONS_TIME if course.asked and decide is None else patience)
        time.sleep(pause)


def _answer(stage: Stage, mail: Mail, decide: Choice | None, told: Audience) -> None:
    if decide and stage.place.cloud:
        Visitor(stage.place.cloud.endpoint).decide(mail.link, decide.value, "Decided by the demo.")
        told.decided(decide)


def _still_patient(course: Course, waited: float, patience: float) -> None:
    if waited > patience:
        states = {name: watcher.entered[-1:] for name, watcher in course.watcher.executions.items()}
        raise Unavailable(f"nothing happened within {patience:.0f} s; the last states are {states}")

"""Attends one execution as its approver would: shows each state, the mail with its link, the decision, the end."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rich.console import Console

from mendloop.cli.demo import show
from mendloop.cli.demo.browser import Visitor
from mendloop.cli.demo.inbox import Inbox, Mail
from mendloop.cli.demo.watch import Watcher, follow
from mendloop.domain.errors import Rejected

PATIENCE = 600
"""Seconds to wait for the machine; a person gets as long as their link lives."""
A_PERSONS_TIME = 86_400


class Choice(StrEnum):
    """What is decided without a person."""

    APPROVE = "approve"
    REJECT = "reject"
    TICKET = "ticket"


def chosen(*, approve: bool, reject: bool, ticket: bool) -> Choice | None:
    """The one that is wished for; Rejected when there are several."""
    choices = [choice for choice, given in zip(Choice, (approve, reject, ticket), strict=True) if given]
    if len(choices) > 1:
        raise Rejected("give at most one of --approve, --reject and --ticket")
    return choices[0] if choices else None


@dataclass(frozen=True)
class Attended:
    """When the mail came and when it was decided, on the monotonic clock; `mail` is None when nobody was asked."""

    mail: Mail | None
    mailed: float
    decided: float


def attend(
    console: Console,
    watcher: Watcher,
    inbox: Inbox,
    decide: Choice | None,
    *,
    comment: str,
    machine: float = PATIENCE,
) -> Attended:
    """Until the execution ends; Unavailable when the machine takes longer than `machine` seconds between questions."""
    mail = _until_mail(console, watcher, inbox, machine)
    mailed = decided = time.monotonic()
    if mail:
        show.mail(console, mail)
        if decide and watcher.place.cloud:
            Visitor(watcher.place.cloud.endpoint).decide(mail.link, decide.value, comment)
            console.print(f"Decided: {decide.value}")
        decided = _until_decided(console, watcher)
    _follow(console, watcher, lambda: False, machine if decide or not mail else A_PERSONS_TIME)
    return Attended(mail, mailed, decided)


def _until_mail(console: Console, watcher: Watcher, inbox: Inbox, seconds: float) -> Mail | None:
    """The mail with the link, or None when the execution ends without asking anybody.

    Another fault of the same log has an incident, an execution and mails of its own.
    """
    incident = str(watcher.describe()["name"])
    arrived: list[Mail] = []

    def has_mail() -> bool:
        arrived.extend(mail for mail in inbox.take() if mail.link and incident in mail.body)
        return bool(arrived)

    _follow(console, watcher, has_mail, seconds)
    return arrived[0] if arrived else None


def _until_decided(console: Console, watcher: Watcher) -> float:
    incident = str(watcher.describe()["name"])
    decisions = watcher.place.wiring.decisions

    def decided() -> bool:
        question = decisions.latest(incident)
        return question is not None and decisions.decision(question.id) is not None

    _follow(console, watcher, decided, A_PERSONS_TIME)
    return time.monotonic()


def _follow(console: Console, watcher: Watcher, until: Callable[[], bool], seconds: float) -> None:
    with console.status("Watching …") as status:

        def entered(name: str, at: datetime) -> None:
            previous = watcher.entered[watcher.entered.index((name, at)) - 1] if len(watcher.entered) > 1 else None
            show.state(console, name, at, previous[1] if previous else None)
            status.update(f"{name} …")

        follow(watcher, until, seconds, entered)

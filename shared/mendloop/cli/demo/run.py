"""The demo: deploy, let production fail, watch the loop, decide, show what came of it."""

import time
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from rich.console import Console

from mendloop.cli import local_cloud
from mendloop.cli.demo import show
from mendloop.cli.demo.browser import Visitor
from mendloop.cli.demo.deploy import deploy_all, fresh_cloud
from mendloop.cli.demo.inbox import Inbox, Mail
from mendloop.cli.demo.report import build_report, write_report
from mendloop.cli.demo.traffic import send, wait_for_alarm
from mendloop.cli.demo.watch import Watcher, follow, wait_for_execution
from mendloop.cli.local_cloud import LocalCloud
from mendloop.cli.place import Place
from mendloop.cli.toolbox import Toolbox, find_root
from mendloop.domain.errors import Unavailable

PATIENCE = 600
"""Seconds the demo waits for the machine; a person gets as long as their link lives."""


class Choice(StrEnum):
    """What the demo decides without a person."""

    APPROVE = "approve"
    REJECT = "reject"
    TICKET = "ticket"


def run_demo(scenario: str, seed: int, *, decide: Choice | None, keep: bool, report: Path | None) -> dict[str, Any]:
    """The whole demo; its report. Unavailable when the loop did not come to its end."""
    console = Console(highlight=False)
    tools = Toolbox(find_root())
    cloud = fresh_cloud(tools, tools.state / "cloud")
    try:
        found = _loop(console, tools, cloud, scenario, seed, decide)
        if report:
            write_report(found, report)
            console.print(f"Report: {report}")
        if found["execution_status"] != "SUCCEEDED":
            raise Unavailable(
                f"the execution ended as {found['execution_status']}: look at `mendloop show` with KEEP=1"
            )
        show.look_around(console, found, cloud, keep)
        return found
    finally:
        if not keep:
            local_cloud.stop(cloud)


def _loop(
    console: Console, tools: Toolbox, cloud: LocalCloud, scenario: str, seed: int, decide: Choice | None
) -> dict[str, Any]:
    began = time.monotonic()
    with console.status("Deploying mendloop and a small production service on the local cloud …"):
        place, production, inbox = deploy_all(tools, cloud, scenario, seed)
    deployed = time.monotonic()
    console.print(f"Deployed in {deployed - began:.1f} s. The service is [bold]{production.service}[/].")
    with console.status("Sending traffic …"):
        answered, failed = send(place, production)
        wait_for_alarm(place, production.alarm_name, 60)
    alarmed = time.monotonic()
    console.print(f"Traffic: {answered} answered, {failed} failed. The alarm {production.alarm_name} fires.")
    watcher = wait_for_execution(place, 60)
    mail = _until_mail(console, watcher, inbox)
    mailed = time.monotonic()
    decided = mailed
    if mail:
        show.mail(console, mail)
        if decide:
            Visitor(cloud.endpoint).decide(mail.link, decide.value, "Decided by the demo.")
            console.print(f"Decided: {decide.value}")
        decided = _until_decided(console, watcher, place)
    _follow(console, watcher, lambda: False, PATIENCE if decide or not mail else 86_400)
    ended = time.monotonic()
    seconds = {
        "deploy": deployed - began,
        "alarm_to_mail": mailed - alarmed,
        "decision_to_outcome": ended - decided,
        "total": ended - began,
    }
    found = build_report(place, watcher, scenario, seed, seconds)
    show.outcome(console, found)
    return found


def _until_mail(console: Console, watcher: Watcher, inbox: Inbox) -> Mail | None:
    """The mail with the link, or None when the execution ends without asking anybody."""
    arrived: list[Mail] = []

    def has_mail() -> bool:
        arrived.extend(mail for mail in inbox.take() if mail.link)
        return bool(arrived)

    _follow(console, watcher, has_mail, PATIENCE)
    return arrived[0] if arrived else None


def _until_decided(console: Console, watcher: Watcher, place: Place) -> float:
    incident = str(watcher.describe()["name"])

    def decided() -> bool:
        question = place.wiring.decisions.latest(incident)
        return question is not None and place.wiring.decisions.decision(question.id) is not None

    _follow(console, watcher, decided, 86_400)
    return time.monotonic()


def _follow(console: Console, watcher: Watcher, until: Any, seconds: float) -> None:
    with console.status("Watching …") as status:

        def entered(name: str, at: datetime) -> None:
            previous = watcher.entered[watcher.entered.index((name, at)) - 1] if len(watcher.entered) > 1 else None
            show.state(console, name, at, previous)
            status.update(f"{name} …")

        follow(watcher, until, seconds, entered)

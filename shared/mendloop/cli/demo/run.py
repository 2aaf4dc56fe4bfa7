"""The demo: deploy, let production fail, watch the loop, decide, show what came of it."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from mendloop.cli.demo import show
from mendloop.cli.demo.attend import Choice
from mendloop.cli.demo.deploy import deploy_all
from mendloop.cli.demo.inbox import Mail
from mendloop.cli.demo.play import Audience, Course, play
from mendloop.cli.demo.production.scenarios import known
from mendloop.cli.demo.production.scenarios.scenario import Stage
from mendloop.cli.demo.report import service_report, writable, write_report
from mendloop.cli.drafter import REVERT, Drafter
from mendloop.cli.local_cloud import LocalCloud
from mendloop.cli.own_cloud import own_cloud
from mendloop.cli.toolbox import Toolbox, find_root
from mendloop.domain.errors import Unavailable


def run_demo(
    scenario: str, seed: int, *, decide: Choice | None, keep: bool, report: Path | None, drafter: Drafter = REVERT
) -> dict[str, Any]:
    """The whole demo; its report. Unavailable when the loop came to no end, Misconfigured: no such scenario."""
    known(scenario)
    console = Console(highlight=False)
    tools = Toolbox(find_root())
    if report:
        writable(report)
    with own_cloud(tools, console.print, keep=keep) as cloud:
        found = _loop(console, tools, cloud, scenario, seed, decide, drafter)
        if report:
            write_report(found, report)
            console.print(f"Report: {report}")
        for each in found["incidents"]:
            if each["execution_status"] not in {"SUCCEEDED", "NONE"}:
                raise Unavailable(
                    f"the execution ended as {each['execution_status']}: look at `mendloop show` with KEEP=1"
                )
        show.look_around(console, found, cloud, keep)
        return found


def _loop(
    console: Console,
    tools: Toolbox,
    cloud: LocalCloud,
    scenario: str,
    seed: int,
    decide: Choice | None,
    drafter: Drafter,
) -> dict[str, Any]:
    began = time.monotonic()
    with console.status("Deploying mendloop and a small production service on the local cloud …"):
        place, production, inbox = deploy_all(tools, cloud, scenario, seed, drafter)
    deployed = time.monotonic()
    console.print(f"Deployed in {deployed - began:.1f} s. The service is [bold]{production.service}[/].")
    with console.status("Watching …") as status:
        audience = _Printed(console, status.update)
        course = play(known(scenario), Stage(place, production, console.print), inbox, decide, audience)
    seconds = {"deploy": deployed - began, "total": course.ended - began, **_seconds(course)}
    found = service_report(place, course.watcher, scenario, seed, seconds)
    for each in found["incidents"]:
        show.outcome(console, each)
    return found


def _seconds(course: Course) -> dict[str, float]:
    asked = course.asked or course.ended
    return {"alarm_to_mail": asked - course.complained, "decision_to_outcome": course.ended - (course.decided or asked)}


class _Printed(Audience):
    """Shows each state as it is entered, and each mail."""

    def __init__(self, console: Console, update: Any) -> None:
        self._console = console
        self._update = update
        self._last: dict[str, datetime] = {}

    def entered(self, incident: str, state: str, at: datetime) -> None:
        if incident not in self._last and self._last:
            self._console.print(f"Another incident: [bold]{incident}[/]")
        show.state(self._console, state, at, self._last.get(incident), incident if len(self._last) > 1 else "")
        self._last[incident] = at
        self._update(f"{state} …")

    def asked(self, mail: Mail) -> None:
        show.mail(self._console, mail)

    def decided(self, choice: Choice) -> None:
        self._console.print(f"Decided: {choice.value}")

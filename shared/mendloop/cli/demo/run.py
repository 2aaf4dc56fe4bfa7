"""The demo: deploy, let production fail, watch the loop, decide, show what came of it."""

import time
from pathlib import Path
from typing import Any

from rich.console import Console

from mendloop.cli import local_cloud
from mendloop.cli.demo import show
from mendloop.cli.demo.attend import Choice, attend
from mendloop.cli.demo.deploy import deploy_all, fresh_cloud
from mendloop.cli.demo.report import build_report, write_report
from mendloop.cli.demo.traffic import send, wait_for_alarm
from mendloop.cli.demo.watch import wait_for_execution
from mendloop.cli.local_cloud import LocalCloud
from mendloop.cli.toolbox import Toolbox, find_root
from mendloop.domain.errors import Unavailable


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
    attended = attend(console, watcher, inbox, decide, comment="Decided by the demo.")
    ended = time.monotonic()
    seconds = {
        "deploy": deployed - began,
        "alarm_to_mail": attended.mailed - alarmed,
        "decision_to_outcome": ended - attended.decided,
        "total": ended - began,
    }
    found = build_report(place, watcher, scenario, seed, seconds)
    show.outcome(console, found)
    return found

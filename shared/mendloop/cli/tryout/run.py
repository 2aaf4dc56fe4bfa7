"""From cold start to the end: check, copy, deploy, put the log in place, say that it failed, attend."""

import shlex
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from mendloop.cli.demo import show
from mendloop.cli.demo.attend import Choice, attend
from mendloop.cli.demo.report import build_report, writable, write_report
from mendloop.cli.demo.watch import wait_for_execution
from mendloop.cli.local_cloud import LocalCloud
from mendloop.cli.own_cloud import own_cloud
from mendloop.cli.place import local_place
from mendloop.cli.plain import plain
from mendloop.cli.stack import deploy_stack
from mendloop.cli.toolbox import Toolbox, find_root
from mendloop.cli.tryout.inputs import Inputs, Options, read_inputs
from mendloop.cli.tryout.publish import Target, publish
from mendloop.cli.tryout.world import APPROVER, furnish, signal
from mendloop.domain.errors import Unavailable


@dataclass(frozen=True)
class Wishes:
    """How the run goes. `test_seconds`: for all sessions of one proof together. `target`: where to publish, too."""

    decide: Choice | None = None
    keep: bool = False
    report: Path | None = None
    test_seconds: int = 600
    target: Target | None = None


def run_try(options: Options, wishes: Wishes) -> dict[str, Any]:
    """The report. Rejected before anything is started when an input is wrong; Unavailable when the loop broke off."""
    console = Console(highlight=False)
    tools = Toolbox(find_root())
    now = datetime.now(UTC)
    if wishes.report:
        writable(wishes.report)
    copy = tools.state / "try" / f"{now:%Y%m%d-%H%M%S-%f}" / "repository.git"
    needed = False
    try:
        with console.status("Reading the repository and the log …"):
            inputs = read_inputs(options, copy, now)
        _introduce(console, inputs)
        if wishes.target:
            console.print(f"Approved, it goes to {wishes.target.repository.location}: {plain(wishes.target.words)}.")
        with own_cloud(tools, console.print, keep=wishes.keep) as cloud:
            needed = wishes.keep
            found = _loop(console, tools, cloud, inputs, wishes)
            needed = needed or bool(found["pull_request"])
            if wishes.target and found["pull_request"]:
                opened = publish(wishes.target, inputs.copy, found["pull_request"]["branch"])
                found["published"] = opened.url
                console.print(f"Opened {plain(opened.url)}{' as a draft' if opened.draft else ''}.")
            if wishes.report:
                write_report(found, wishes.report)
                console.print(f"Report: {wishes.report}")
            if found["execution_status"] != "SUCCEEDED":
                raise Unavailable(f"the execution ended as {found['execution_status']}: run again with --keep and look")
            _afterwards(console, found, inputs, cloud, wishes.keep)
            return found
    finally:
        if not needed:
            shutil.rmtree(copy.parent, ignore_errors=True)


def _introduce(console: Console, inputs: Inputs) -> None:
    trace = inputs.main.trace
    console.print(
        f"Repository [bold]{plain(str(inputs.working.folder))}[/], commit {inputs.working.head[:12]}: only read."
    )
    console.print(f"Failure: [bold]{plain(trace.type)}[/], {len(trace.frames)} frames, in {len(inputs.events)} events.")
    for note in inputs.notes:
        console.print(f"  [dim]-[/] {plain(note)}", soft_wrap=True)


def _loop(console: Console, tools: Toolbox, cloud: LocalCloud, inputs: Inputs, wishes: Wishes) -> dict[str, Any]:
    began = time.monotonic()
    with console.status("Deploying mendloop on the local cloud …"):
        place = local_place(cloud, deploy_stack(tools, cloud, approvers=(APPROVER,)))
        public = wishes.target is not None and wishes.target.public
        inbox = furnish(place, inputs, test_seconds=wishes.test_seconds, public=public)
    deployed = time.monotonic()
    console.print(f"Deployed in {deployed - began:.1f} s. The log lies there as the service [bold]{inputs.service}[/].")
    signal(place, inputs)
    watcher = wait_for_execution(place, 60)
    attended = attend(
        console, watcher, inbox, wishes.decide, comment="Decided by `mendloop try`.", machine=wishes.test_seconds + 600
    )
    ended = time.monotonic()
    seconds = {
        "deploy": deployed - began,
        "alarm_to_mail": attended.mailed - deployed,
        "decision_to_outcome": ended - attended.decided,
        "total": ended - began,
    }
    found = {
        **build_report(place, watcher, "try", 0, seconds),
        "repository": str(inputs.copy),
        "revision": inputs.revision,
        "route": _of(watcher.document(), "route", "route", "reason_code"),
        "draft": _of(watcher.document(), "draft", "kind", "drafter", "reason_code", "refusals"),
        "notes": inputs.notes,
    }
    show.outcome(console, found)
    return found


def _of(document: dict[str, Any], slot: str, *fields: str) -> dict[str, Any] | None:
    found = document.get(slot)
    return {name: found.get(name) for name in fields} if found else None


def _afterwards(console: Console, found: dict[str, Any], inputs: Inputs, cloud: LocalCloud, keep: bool) -> None:
    console.print(f"{found['seconds']['total']:.0f} s in all. Your repository was not written to.")
    if request := found["pull_request"]:
        branch = request["branch"]
        words = ["git", "-C", str(inputs.working.folder), "fetch", str(inputs.copy), f"{branch}:{branch}"]
        console.print("The branch lies in mendloop's own copy. To have it in yours:")
        console.print(f"  {plain(shlex.join(words))}", soft_wrap=True)
    if keep:
        console.print(f"The local cloud stays at {cloud.endpoint}. Look around, then `mendloop down`:")
        console.print(f"  .venv/bin/mendloop show {found['incident']}")

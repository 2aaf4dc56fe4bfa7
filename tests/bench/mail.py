"""From the alarm to the mail, against chains of as many states that do nothing."""

import io
import json
import statistics
import time
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mendloop.cli.demo.browser import Visitor
from mendloop.cli.demo.inbox import Inbox
from mendloop.cli.demo.production import Production
from mendloop.cli.demo.traffic import send, wait_for_alarm
from mendloop.cli.demo.watch import TERMINAL, Watcher
from mendloop.cli.place import Place, python_version

ROLE = "arn:aws:iam::000000000000:role/any"
NOTHING = "def handler(event, context):\n    return None\n"
PATIENCE = 240


@dataclass(frozen=True)
class Run:
    """One incident: seconds from the alarm to the mail, the states entered until then, and where it can be read."""

    seconds: float
    states: int
    watcher: Watcher
    link: str


def alarm_to_mail(place: Place, production: Production, inbox: Inbox, action: str) -> Run:
    """Let production fail, wait for the mail, decide, and wait for the end, so that the next run is a new one."""
    alarm = production.alarm_name
    before = _executions(place)
    place.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="bench")
    inbox.take()
    send(place, production)
    wait_for_alarm(place, alarm, 60)
    (found,) = place.client("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    mail = inbox.wait(PATIENCE)
    # By the alarm's own time: traffic goes on after it fires.
    seconds = (datetime.now(UTC) - found["StateUpdatedTimestamp"]).total_seconds()
    (arn,) = _executions(place) - before
    watcher = Watcher(place, arn)
    watcher.look()
    states = len(watcher.entered)
    Visitor(place.cloud.endpoint if place.cloud else "").decide(mail.link, action, "bench")
    _ended(watcher)
    _close_requests(production)
    return Run(seconds, states, watcher, mail.link)


def _close_requests(production: Production) -> None:
    """As people would: an open one would be named at the next alarm, and nobody would be asked."""
    for file in (production.repository / ".git" / "mendloop" / "pull-requests").glob("[0-9]*.json"):
        file.write_text(json.dumps({**json.loads(file.read_text()), "state": "closed"}))


def empty_chains(place: Place, states: int, runs: int) -> dict[str, list[float]]:
    """Seconds of chains that do nothing, by kind: Pass states, and one warm function that returns at once."""
    made = place.client("lambda").create_function(
        FunctionName="bench-nothing",
        Runtime=f"python{python_version()}",
        Role=ROLE,
        Handler="nothing.handler",
        Code={"ZipFile": zipped("nothing.py", NOTHING)},
    )
    kinds: dict[str, dict[str, Any]] = {
        "Pass states": {"Type": "Pass"},
        "empty functions": {"Type": "Task", "Resource": made["FunctionArn"]},
    }
    found = {}
    for kind, state in kinds.items():
        machine = _chain(place, kind.replace(" ", "-"), state, states)
        _once(place, machine)  # the first one pays for what is started once
        found[kind] = [_once(place, machine) for _ in range(runs)]
    return found


def summary(runs: list[Run], chains: dict[str, list[float]], settle_seconds: int) -> dict[str, Any]:
    """Ratios first."""
    seconds = statistics.median(run.seconds for run in runs)
    medians = {kind: statistics.median(found) for kind, found in chains.items()}
    return {
        "states": max(run.states for run in runs),
        "ratio": {kind: round(seconds / median, 1) for kind, median in medians.items()},
        "median_seconds": round(seconds, 2),
        "settle_seconds": settle_seconds,
        "runs": [round(run.seconds, 2) for run in runs],
        "chains": {kind: round(median, 3) for kind, median in medians.items()},
    }


def zipped(name: str, text: str) -> bytes:
    """A function's code."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, text)
    return packed.getvalue()


def _chain(place: Place, name: str, state: dict[str, Any], length: int) -> str:
    last = length - 1
    states = {f"S{n}": {**state, **({"End": True} if n == last else {"Next": f"S{n + 1}"})} for n in range(length)}
    definition = json.dumps({"StartAt": "S0", "States": states})
    made = place.client("stepfunctions").create_state_machine(name=f"bench-{name}", definition=definition, roleArn=ROLE)
    return str(made["stateMachineArn"])


def _once(place: Place, machine: str) -> float:
    began = time.monotonic()
    started = place.client("stepfunctions").start_execution(stateMachineArn=machine, input="{}")
    status = _ended(Watcher(place, started["executionArn"]), 0.01)
    assert status == "SUCCEEDED", f"an empty chain ended as {status}"
    return time.monotonic() - began


def _ended(watcher: Watcher, pause: float = 0.2) -> str:
    deadline = time.monotonic() + PATIENCE
    while (status := watcher.status()) not in TERMINAL:
        assert time.monotonic() < deadline, "the execution does not end"
        time.sleep(pause)
    return status


def _executions(place: Place) -> set[str]:
    found = place.client("stepfunctions").list_executions(stateMachineArn=place.outputs["StateMachineArn"])
    return {execution["executionArn"] for execution in found["executions"]}

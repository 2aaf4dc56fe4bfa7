"""`make bench`: from alarm to mail as a multiple of an empty chain of as many states, on the same emulator.

Timings on shared machines are noisy, so the ratio of two medians of one run is the figure; seconds are shown beside it.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from mendloop.cli import local_cloud
from mendloop.cli.demo.browser import Visitor
from mendloop.cli.demo.deploy import deploy_all, fresh_cloud
from mendloop.cli.demo.inbox import Inbox
from mendloop.cli.demo.production import Production
from mendloop.cli.demo.traffic import send, wait_for_alarm
from mendloop.cli.demo.watch import TERMINAL, Watcher
from mendloop.cli.place import Place
from mendloop.cli.toolbox import Toolbox, find_root

RUNS = 5


def main() -> int:
    """The table; 1 when nothing was measured."""
    tools = Toolbox(find_root(Path(__file__).parent))
    with tempfile.TemporaryDirectory() as folder:
        cloud = fresh_cloud(tools, Path(folder) / "cloud")
        try:
            place, production, inbox = deploy_all(tools, cloud, "regression", 1)
            mails, states = [], 0
            for _ in range(RUNS):
                seconds, states = alarm_to_mail(place, production, inbox)
                mails.append(seconds)
            chain = [empty_chain(place, states, number) for number in range(RUNS)]
        finally:
            local_cloud.stop(cloud)
    if not mails or not chain:
        print("nothing was measured")
        return 1
    mail, empty = statistics.median(mails), statistics.median(chain)
    print(f"alarm → mail: {mail / empty:.1f} × an empty chain of {states} states (median of {RUNS})")
    print(f"  {mail:.2f} s, of them 2 s settling, against {empty:.2f} s; runs {[round(s, 2) for s in mails]}")
    return 0


def alarm_to_mail(place: Place, production: Production, inbox: Inbox) -> tuple[float, int]:
    """Seconds from the alarm to the mail, and the states entered until then. Rejects, so that the next run is new."""
    alarm = production.alarm_name
    before = {execution["executionArn"] for execution in executions(place)}
    place.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="bench")
    send(place, production)
    wait_for_alarm(place, alarm, 60)
    began = time.monotonic()
    mail = inbox.wait(240)
    seconds = time.monotonic() - began
    (arn,) = {execution["executionArn"] for execution in executions(place)} - before
    watcher = Watcher(place, arn)
    watcher.look()
    states = len(watcher.entered)
    Visitor(place.cloud.endpoint if place.cloud else "").decide(mail.link, "reject", "bench")
    while watcher.status() not in TERMINAL:
        time.sleep(0.2)
    return seconds, states


def executions(place: Place) -> list[dict[str, str]]:
    """All of the state machine."""
    steps = place.client("stepfunctions")
    return list(steps.list_executions(stateMachineArn=place.outputs["StateMachineArn"])["executions"])


def empty_chain(place: Place, states: int, number: int) -> float:
    """Seconds of a chain of Pass states."""
    steps = place.client("stepfunctions")
    chain = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(states - 1)}
    chain[f"S{states - 1}"] = {"Type": "Pass", "End": True}  # type: ignore[dict-item]
    made = steps.create_state_machine(
        name=f"empty-{number}",
        definition=json.dumps({"StartAt": "S0", "States": chain}),
        roleArn="arn:aws:iam::000000000000:role/any",
    )
    began = time.monotonic()
    started = steps.start_execution(stateMachineArn=made["stateMachineArn"], input="{}")
    watcher = Watcher(place, started["executionArn"])
    while watcher.status() not in TERMINAL:
        time.sleep(0.02)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())

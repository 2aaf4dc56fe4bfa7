"""What it costs on AWS: idle from the synthesised template, per incident from an execution that really ran.

Functions' seconds are this machine's, requests are counted while each room answers its recorded event once more, in
this process; prices are those of `infra.prices`.
"""

import contextlib
import importlib
import io
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import boto3

from infra.prices import DATED, HOURS, REGION, dollars
from infra.rooms import BY_NAME
from mendloop.cli.place import Place
from mendloop.domain.errors import MendloopError
from tests.bench.mail import Run
from tests.bench.replay import Events
from tests.infra.synthesis import resources

REPORT = re.compile(r"REPORT RequestId: \S+\s+Duration: ([\d.]+) ms")
SWEEPS = HOURS * 4
POLLS = 5 * 3 * 60 * HOURS
"""Lambda asks an empty queue with five long polls of 20 seconds side by side."""
OUTSIDE = {"sqs request": 4, "sns publish": 3, "sns mail": 2, "site request": 4}
"""Per incident, not seen by repeating its steps: queue in and out; the alarm's message; two mails, which are not sent
twice; link, page, form and answer."""
PER_TYPE = {
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::SecretsManager::Secret": "secret",
    "AWS::KMS::Key": "key",
    "AWS::EC2::NatGateway": "nat gateway",
}
WRITES = {"PutItem": 1, "UpdateItem": 1, "DeleteItem": 1, "TransactWriteItems": 4}
"""Request units; a transaction counts two items twice."""
SERVICES = {
    "s3": lambda operation: "s3 write" if operation.startswith(("Put", "List", "Copy")) else "s3 read",
    "sns": lambda operation: "sns publish" if operation == "Publish" else "",
    "sqs": lambda operation: "sqs request",
    "secretsmanager": lambda operation: "secret read",
    "cloudwatch": lambda operation: "cloudwatch request",
}
"""Operation → what it is charged as; services that are not here charge nothing for a request (logs, states, ssm …)."""


def idle() -> dict[str, Any]:
    """Dollars a month while nothing happens, by what it is for."""
    counted = Counter({name: len(resources(kind)) for kind, name in PER_TYPE.items()})
    endpoints = resources("AWS::EC2::VPCEndpoint").values()
    counted["interface endpoint"] = sum(
        len(found["Properties"].get("SubnetIds", [None]))
        for found in endpoints
        if found["Properties"].get("VpcEndpointType") == "Interface"
    )
    assert counted["alarm"], "the template was not read: it has no alarm"
    counted["sqs request"] = POLLS
    # The sweep and the follow-up count their runs; every other room counts only when something happens.
    counted["custom metric"] = 2
    return _bill(+counted)


def sweeping(seconds: float) -> dict[str, Any]:
    """The sweep's month."""
    memory = BY_NAME["sweep"].memory / 1024
    return _bill({"lambda arm64": SWEEPS * seconds * memory, "lambda request": SWEEPS, "trace": SWEEPS})


def incident(place: Place, run: Run, events: Events) -> dict[str, Any]:
    """Dollars of this one incident, by what they are for, with the counts behind them."""
    history = _history(run)
    rooms = [*_rooms(history), "intake", "review", "review", "review", "review"]
    requests, unanswered = count_requests(place, {name: events[name] for name in reversed(rooms)})
    measured = _lambda_seconds(place, run, set(rooms))
    counted: Counter[str] = Counter(OUTSIDE)
    counted.update(requests)
    counted["state transition"] = sum("stateEnteredEventDetails" in event for event in history) + sum(
        event["type"] in {"TaskFailed", "LambdaFunctionFailed", "TaskTimedOut"} for event in history
    )
    counted["lambda request"] = len(rooms)
    counted["trace"] = len(rooms)
    bill = {name: float(count) for name, count in counted.items()}
    bill["lambda arm64"] = sum(seconds * BY_NAME[name].memory / 1024 for name, seconds in measured.items())
    bill["custom metric"] = len(set(rooms)) / HOURS
    return {
        **_bill(bill),
        "requests": dict(sorted(requests.items())),
        "lambda_seconds": {name: round(seconds, 2) for name, seconds in sorted(measured.items())},
        "not_counted": unanswered,
    }


def count_requests(place: Place, events: Mapping[str, dict[str, Any]]) -> tuple[Counter[str], list[str]]:
    """What the rooms ask of AWS for these events, in charged units, and the rooms that did not answer here."""
    from mendloop.adapters import aws_clients

    for made in vars(aws_clients).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()
    found: Counter[str] = Counter()
    boto3.setup_default_session()
    session = boto3.DEFAULT_SESSION
    assert session
    session.events.register("before-send", lambda event_name, **_: found.update(_charged(event_name)))
    failed = []
    for name, event in events.items():
        with _as_deployed(place, name):
            try:
                module = importlib.import_module(f"functions.{name}.handler")
                module.handler(event, SimpleNamespace(aws_request_id="bench", function_name=f"bench-{name}"))
            except MendloopError as error:
                failed.append(f"{name}: {type(error).__name__}")
    return found, failed


def _charged(event_name: str) -> dict[str, int]:
    """`before-send.dynamodb.PutItem` → units."""
    _, service, operation = event_name.split(".")
    if service == "dynamodb":
        return {"dynamodb write": WRITES[operation]} if operation in WRITES else {"dynamodb read": 1}
    charge = SERVICES.get(service)
    return {charge(operation): 1} if charge and charge(operation) else {}


@contextlib.contextmanager
def _as_deployed(place: Place, room: str) -> Iterator[None]:
    """The function's own environment; its logs are not ours to print."""
    before = dict(os.environ)
    configured = place.client("lambda").get_function_configuration(FunctionName=BY_NAME[room].function_name)
    os.environ.update({"POWERTOOLS_TRACE_DISABLED": "true", **configured["Environment"]["Variables"]})
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _history(run: Run) -> list[dict[str, Any]]:
    client = run.watcher.place.client("stepfunctions")
    pages = client.get_paginator("get_execution_history").paginate(executionArn=run.watcher.execution_arn)
    return [event for page in pages for event in page["events"]]


def _rooms(history: list[dict[str, Any]]) -> list[str]:
    """Invoked by the machine, in order."""
    entered = [event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event]
    names = [name.replace(" ", "_").lower() for name in entered]
    return [name for name in names if name in BY_NAME]


def _lambda_seconds(place: Place, run: Run, rooms: set[str]) -> dict[str, float]:
    """Seconds by room, from the REPORT lines written while the execution ran and just before it."""
    described = run.watcher.describe()
    began = int(described["startDate"].timestamp() * 1000) - 5_000
    until = int(described["stopDate"].timestamp() * 1000) + 1_000
    found = {}
    for name in rooms:
        group = f"/aws/lambda/{BY_NAME[name].function_name}"
        pages = place.client("logs").get_paginator("filter_log_events")
        lines = [
            event["message"]
            for page in pages.paginate(logGroupName=group, startTime=began, endTime=until, filterPattern="REPORT")
            for event in page["events"]
        ]
        found[name] = sum(float(match[1]) for line in lines if (match := REPORT.search(line))) / 1000
    return found


def _bill(counts: Mapping[str, float]) -> dict[str, Any]:
    lines = {name: {"count": round(count, 4), "dollars": dollars(name, count)} for name, count in counts.items()}
    return {"dollars": sum(line["dollars"] for line in lines.values()), "lines": lines, "prices": f"{REGION}, {DATED}"}

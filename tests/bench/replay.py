"""Events that every room of a deployed house answers without doing anything new: what a finished incident left behind.

Steps are idempotent, so the input which a state had may be sent to its function again.
"""

import json
from typing import Any
from urllib.parse import urlparse

from infra.rooms import ROOMS
from mendloop.cli.place import Place
from tests.bench.mail import Run

Events = dict[str, dict[str, Any]]
RECOVERED = {
    "source": "aws.cloudwatch",
    "detail-type": "CloudWatch Alarm State Change",
    "account": "000000000000",
    "region": "us-east-1",
    "time": "2026-01-02T03:04:05Z",
    "detail": {
        "alarmName": "bench-nobody-claims-this",
        "state": {"value": "OK", "timestamp": "2026-01-02T03:04:05.000+0000"},
        "previousState": {"value": "ALARM"},
        "configuration": {"metrics": []},
    },
}


def recorded(place: Place, run: Run) -> Events:
    """One event per room."""
    inputs = _inputs(run)
    last = inputs["announce_outcome"]
    ticket = {name: slot for name, slot in last.items() if name != "publication"}
    ticket["decision"] = {**last["decision"], "action": "ticket"}
    signal = json.dumps(RECOVERED)
    return {
        **inputs,
        "await_decision": {"token": "bench", "execution": inputs["await_decision"]},
        "file_ticket": ticket,
        "leave_to_human": {**last, "error": {"Error": "Misconfigured", "Cause": ""}},
        "receive_signal": RECOVERED,
        "intake": {"Records": [_message(signal)]},
        "review": _page(run.link),
        "sweep": {},
        "follow_up": {},
        "send_digest": {},
    }


def missing(events: Events) -> set[str]:
    """Rooms without an event."""
    return {room.name for room in ROOMS} - events.keys()


def _inputs(run: Run) -> Events:
    """The document as each state of the execution was entered with it."""
    by_title = {room.name.replace("_", " ").capitalize(): room.name for room in ROOMS}
    client = run.watcher.place.client("stepfunctions")
    pages = client.get_paginator("get_execution_history").paginate(executionArn=run.watcher.execution_arn)
    entered = [event.get("stateEnteredEventDetails") for page in pages for event in page["events"]]
    return {
        by_title[found["name"]]: json.loads(found["input"]) for found in entered if found and found["name"] in by_title
    }


def _message(body: str) -> dict[str, Any]:
    return {
        "messageId": "bench",
        "receiptHandle": "bench",
        "body": body,
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:bench",
        "awsRegion": "us-east-1",
    }


def _page(link: str) -> dict[str, Any]:
    """The mail's link opened once more."""
    path = urlparse(link).path
    http = {"method": "GET", "path": path}
    return {"version": "2.0", "rawPath": path, "headers": {}, "requestContext": {"http": http}}

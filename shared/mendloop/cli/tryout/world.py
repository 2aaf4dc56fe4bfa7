"""The stand-in for production on the local cloud: a function that carries the revision, its log group, the catalog."""

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import yaml

from mendloop.cli.demo.inbox import Inbox
from mendloop.cli.place import Place, python_version
from mendloop.cli.subscriptions import subscribe
from mendloop.cli.tryout.events import Event
from mendloop.cli.tryout.inputs import Inputs

APPROVER = "you"
TEST_SECONDS = 600
_BATCH_EVENTS = 5_000
_BATCH_BYTES = 800_000
_MOST_SIGNALLED = 100
_AGES = 24 * 365 * 50
"""Hours: a log may be as old as it likes."""


def log_group(inputs: Inputs) -> str:
    """Where the user's log lies on the local cloud."""
    return f"/aws/lambda/{inputs.service}"


def furnish(place: Place, inputs: Inputs, *, test_seconds: int, public: bool = False) -> Inbox:
    """Catalog, approver's inbox, function and log. Nothing fails yet: `signal` says so."""
    inbox = Inbox(place, "inbox")
    body = yaml.safe_dump(_catalog(inputs, inbox.arn, test_seconds, public=public), sort_keys=False, allow_unicode=True)
    place.client("s3").put_object(Bucket=place.outputs["CatalogBucket"], Key="mendloop.yaml", Body=body.encode())
    catalog, _ = place.wiring.catalogs.load()
    subscribe(place, catalog)
    _function(place, inputs)
    _log(place, inputs)
    return inbox


def signal(place: Place, inputs: Inputs) -> None:
    """What a log subscription would have sent: the events of the failure."""
    first, last = inputs.main.event, min(inputs.main.last_event, inputs.main.event + _MOST_SIGNALLED)
    offset = 1 if inputs.request else 0
    failing = inputs.events[first + offset : last + offset + 1]
    payload = {
        "messageType": "DATA_MESSAGE",
        "owner": "000000000000",
        "logGroup": log_group(inputs),
        "logStream": failing[0].stream,
        "subscriptionFilters": ["mendloop-try"],
        "logEvents": [{"id": str(n), **_event(event)} for n, event in enumerate(failing)],
    }
    place.wiring.signals.put(json.dumps(payload))


def _catalog(inputs: Inputs, inbox_arn: str, test_seconds: int, *, public: bool = False) -> dict[str, Any]:
    service = {
        "signals": {"functions": [inputs.service], "log_groups": [log_group(inputs)]},
        "repository": {"host": "local_git", "location": str(inputs.copy), "public": public},
        "root": inputs.root,
        "runtime_root": inputs.runtime_root,
        "test_command": inputs.tests.command,
        "python_environment": inputs.tests.environment,
        "entry_point": inputs.entry_point,
        "request_field": "request" if inputs.request else "",
        "approvers": [APPROVER],
        "autonomy": "pull_request",
        "limits": {
            "settle_seconds": 0,
            "debounce_seconds": 0,
            "cool_down_minutes": 0,
            "maximum_age_hours": _AGES,
            "starts_per_hour": 100,
            "open_incidents": 100,
            "test_timeout_seconds": test_seconds,
        },
    }
    you = {"full_name": "You", "delivery": {"protocol": "sqs", "endpoint": inbox_arn}}
    return {"version": 1, "approvers": {APPROVER: you}, "services": {inputs.service: service}}


def _function(place: Place, inputs: Inputs) -> None:
    """Never invoked: it carries the record of which revision runs, as a deployed one does."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("stands_in.py", "def handler(event, context):\n    raise NotImplementedError\n")
    recorded = {"GIT_REVISION": inputs.revision} if inputs.revision_given else {}
    place.client("lambda").create_function(
        FunctionName=inputs.service,
        Runtime=f"python{python_version()}",
        Role="arn:aws:iam::000000000000:role/stands-in",
        Handler="stands_in.handler",
        Code={"ZipFile": archive.getvalue()},
        Environment={"Variables": recorded},
    )


def _log(place: Place, inputs: Inputs) -> None:
    logs, group = place.client("logs"), log_group(inputs)
    # The emulator makes it with the function; AWS with its first call.
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    for stream in dict.fromkeys(event.stream for event in inputs.events):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        own = sorted((event for event in inputs.events if event.stream == stream), key=lambda event: event.at)
        for batch in _batches(own):
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[_event(each) for each in batch])


def _batches(events: list[Event]) -> Iterator[list[Event]]:
    batch, size = list[Event](), 0
    for event in events:
        if batch and (len(batch) == _BATCH_EVENTS or size + len(event.message) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += len(event.message)
    if batch:
        yield batch


def _event(event: Event) -> dict[str, Any]:
    return {"timestamp": _milliseconds(event.at), "message": event.message}


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)

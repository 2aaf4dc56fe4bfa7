"""A storm of alarms: the service's own alarm event as it was received, again and again, through topic and queue."""

import json
import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mendloop.cli.demo.production.models import Production
from mendloop.cli.place import Place
from mendloop.domain.errors import Unavailable

SENDERS = 8
PATIENCE = 120
"""Seconds until the alarm itself has been taken in."""


def blow(place: Place, production: Production, alarms: int, redelivered: int) -> str:
    """Send so many alarms, each at its own second, and some of them again; what was killed in the middle, in words.

    Unavailable when the alarm itself has reached no incident.
    """
    received = _received(place, production)
    distinct = [_earlier(received, seconds) for seconds in range(1, alarms + 1)]
    draw = random.Random(production.seed)  # noqa: S311 - an order, not a secret
    storm = distinct + draw.sample(distinct, redelivered)
    draw.shuffle(storm)
    middle = len(storm) // 2
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(lambda each: _send(place, *each), enumerate(storm[:middle])))
        killed = _kill_intake(place)
        list(pool.map(lambda each: _send(place, *each), enumerate(storm[middle:])))
    return f"{killed} workers of the function that takes them were killed in the middle"


def is_over(place: Place) -> bool:
    """Whether no message waits, and none is being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = place.client("sqs").get_queue_attributes(QueueUrl=place.outputs["SignalsQueueUrl"], AttributeNames=names)
    return not any(int(found["Attributes"][name]) for name in names)


def _received(place: Place, production: Production) -> dict[str, Any]:
    """The notification with which the alarm announced itself, as intake kept it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for incident in place.wiring.incidents.incidents(service=production.service):
            if incident.signal.raw:
                body: dict[str, Any] = json.loads(place.wiring.artifacts.get(incident.signal.raw))
                return body
        time.sleep(0.3)
    raise Unavailable(f"the alarm {production.alarm_name} reached no incident within {PATIENCE} s")


def _earlier(body: dict[str, Any], seconds: int) -> dict[str, Any]:
    message = json.loads(body["Message"])
    at = datetime.fromisoformat(message["StateChangeTime"]) - timedelta(seconds=seconds)
    return {**body, "Message": json.dumps({**message, "StateChangeTime": at.isoformat()})}


def _send(place: Place, number: int, body: dict[str, Any]) -> None:
    """In turn by the topic, as alarms do, and by the queue, as what is delivered again comes."""
    if number % 2:
        place.client("sns").publish(TopicArn=place.outputs["SignalsTopicArn"], Message=body["Message"])
    else:
        place.wiring.signals.put(json.dumps(body))


def _kill_intake(place: Place) -> int:
    """Its processes, where they run on this machine."""
    folder = str(place.cloud.folder) if place.cloud else None
    killed = 0
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = process.read_bytes().decode(errors="replace")
            if folder and folder in command and "-mendloop-intake-" in command:
                os.kill(int(process.parent.name), signal.SIGKILL)
                killed += 1
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            # It ended by itself, or is somebody else's.
            continue
    return killed

"""A storm of alarms: the service's own alarm event as it was received, again and again, through topic and queue."""

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from typing import Any

from mendloop.cli.demo.production.models import Production
from mendloop.cli.local_cloud import client
from mendloop.cli.place import Place
from mendloop.domain.errors import Unavailable

SENDERS = 8
PATIENCE = 120
"""Seconds until the alarm itself has been taken in."""
VISIBILITY = 20
"""Seconds after which what the killed consumer held comes again."""


def blow(place: Place, production: Production, alarms: int, redelivered: int) -> str:
    """Send so many alarms, each at its own second, and some of them again; what was killed in the middle, in words.

    Unavailable when the alarm itself has reached no incident.
    """
    received = _received(place, production)
    distinct = [_earlier(received, seconds) for seconds in range(1, alarms + 1)]
    draw = random.Random(production.seed)  # noqa: S311 - an order, not a secret
    storm = distinct + draw.sample(distinct, redelivered)
    draw.shuffle(storm)
    with ThreadPoolExecutor(SENDERS) as pool:
        held = pool.submit(_kill_a_consumer, place)
        list(pool.map(lambda each: _send(place, *each), enumerate(storm)))
    return f"a consumer was killed with {held.result()} messages in its hands"


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


def _kill_a_consumer(place: Place) -> int:
    """One more consumer beside AWS's own; how many messages it held. Some had been worked on, none was deleted."""
    if place.cloud is None:
        return 0
    here, there = Pipe()
    told = (place.cloud.endpoint, place.outputs["SignalsQueueUrl"], there)
    consumer = get_context("spawn").Process(target=_consume, args=told, daemon=True)
    consumer.start()
    try:
        return int(here.recv()) if here.poll(PATIENCE) else 0
    finally:
        consumer.kill()
        consumer.join()


def _consume(endpoint: str, queue: str, holding: Connection) -> None:
    """Takes messages until it has some, works on half of them, and waits for its end."""
    sqs = client(endpoint, "sqs")
    messages: list[Any] = []
    while not messages:
        answer = sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=VISIBILITY, WaitTimeSeconds=5
        )
        messages = answer.get("Messages", [])
    records = [{"messageId": one["MessageId"], "body": one["Body"], "eventSource": "aws:sqs"} for one in messages]
    for record in records[: (len(records) + 1) // 2]:
        event = json.dumps({"Records": [record]}).encode()
        client(endpoint, "lambda").invoke(FunctionName="mendloop-intake", Payload=event)
    holding.send(len(messages))
    time.sleep(PATIENCE)

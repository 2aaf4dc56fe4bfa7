"""What an event arrives wrapped in: SNS (raw or not), Kinesis, EventBridge, a replay."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from functions.intake.readers.reading import Event, Origin, arn_part, text
from mendloop.contracts.incident import RECHECK, RECHECK_EVENT
from mendloop.domain.errors import BadEvent

MAX_WRAPPINGS = 5
REPLAY_SOURCE = "mendloop.replay"


@dataclass(frozen=True)
class Unwrapped:
    """The event itself and where it came from; `kinesis` holds the records when it came through a stream."""

    event: Event
    origin: Origin
    kinesis: tuple[Event, ...] = ()
    broken: BadEvent | None = None
    """Why this one is not understood; those beside it may be."""


def unwrap(event: object, origin: Origin | None = None, depth: int = 0) -> list[Unwrapped]:
    """The events inside; BadEvent when something is no JSON object or is wrapped too deeply."""
    if depth > MAX_WRAPPINGS:
        raise BadEvent(f"the event is wrapped more than {MAX_WRAPPINGS} times")
    body = _object(event)
    origin = origin or Origin("eventbridge")
    if isinstance(body.get("Records"), list):
        return _records(body["Records"], origin, depth)
    if body.get("Type") == "Notification" and "Message" in body:
        return unwrap(body["Message"], _from_topic(body, origin), depth + 1)
    if body.get("source") == REPLAY_SOURCE and isinstance(body.get("detail"), dict):
        return _replayed(body, depth)
    return [Unwrapped(body, _own_origin(body, origin))]


def _records(records: list[Any], origin: Origin, depth: int) -> list[Unwrapped]:
    found = [record for record in records if isinstance(record, Mapping)]
    stream = tuple(record for record in found if "kinesis" in record)
    if stream:
        return [Unwrapped({}, Origin("logs", region=text(stream[0], "awsRegion")), stream)]
    inner: list[Unwrapped] = []
    for record in found:
        try:
            if isinstance(record.get("Sns"), Mapping):
                inner += unwrap(record["Sns"].get("Message"), _from_topic(record["Sns"], origin), depth + 1)
            elif "body" in record:
                inner += unwrap(record["body"], origin, depth + 1)
        except BadEvent as error:
            inner.append(Unwrapped({}, origin, broken=error))
    if not inner:
        raise BadEvent("no record of this event is understood")
    return inner


def _replayed(body: Event, depth: int) -> list[Unwrapped]:
    """A replay carries the whole event in `detail`, since nobody may put events with an `aws.` source."""
    detail = body["detail"]
    inner = detail.get("event", detail)
    found = unwrap(inner, Origin("replay", text(body, "account"), text(body, "region")), depth + 1)
    return [replace(one, origin=replace(one.origin, source="replay")) for one in found]


def _own_origin(body: Event, origin: Origin) -> Origin:
    account, region = text(body, "account") or text(body, "accountId"), text(body, "region")
    source = origin.source
    if body.get("source") == RECHECK_EVENT:
        source = RECHECK
    elif "alarmData" in body:
        source = "alarm_action"
    elif "awslogs" in body or "logEvents" in body:
        source = "logs"
    elif "AlarmName" in body:
        source = "sns"
    return Origin(source, account or origin.account, region or origin.region)


def _from_topic(notification: Event, origin: Origin) -> Origin:
    topic = text(notification, "TopicArn")
    return Origin("sns", arn_part(topic, 4) or origin.account, arn_part(topic, 3) or origin.region)


def _object(event: object) -> Event:
    if isinstance(event, str):
        try:
            event = json.loads(event)
        except (ValueError, RecursionError) as error:
            raise BadEvent(f"the event is no JSON: {type(error).__name__}") from error
    if not isinstance(event, Mapping):
        raise BadEvent(f"the event is {type(event).__name__}, not an object")
    return event

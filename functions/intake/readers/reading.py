"""What a reader makes of one event, and how it gets at the event's fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from mendloop.contracts.incident import Signal, SignalKind
from mendloop.domain.errors import BadEvent

Event = Mapping[str, Any]


class Verdict(StrEnum):
    """What follows from an event."""

    SIGNAL = "signal"
    RECOVERED = "recovered"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Reading:
    """One event, understood. `identity` is equal for one happening however it was delivered."""

    verdict: Verdict
    kind: SignalKind
    resource: str
    time: datetime | None
    why: str
    identity: tuple[str, ...] = ()
    signal: Signal | None = None


@dataclass(frozen=True)
class Origin:
    """Where an event came in, and what its wrapping already told."""

    source: str
    account: str = ""
    region: str = ""


def ignored(kind: SignalKind, resource: str, time: datetime | None, why: str) -> Reading:
    """An event that needs nothing."""
    return Reading(Verdict.IGNORED, kind, resource, time, why)


def get(event: Event, *path: str) -> Any:
    """The value at a path of keys, or None where any of it is absent."""
    value: Any = event
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def items(event: Event, *path: str) -> list[Any]:
    """As `get`, as a list; empty when absent or anything else."""
    value = get(event, *path)
    return value if isinstance(value, list) else []


def text(event: Event, *path: str) -> str:
    """As `get`, as text; empty when absent or not a plain value."""
    value = get(event, *path)
    return str(value) if isinstance(value, str | int | float) else ""


def need(event: Event, *path: str) -> str:
    """As `text`; BadEvent names the field when it is absent."""
    value = text(event, *path)
    if not value:
        raise BadEvent(f"the event lacks {'.'.join(path)}")
    return value


def need_time(event: Event, *path: str) -> datetime:
    """A time in ISO 8601, as UTC; BadEvent when absent or unreadable."""
    written = need(event, *path)
    try:
        read = datetime.fromisoformat(written)
    except ValueError as error:
        raise BadEvent(f"{'.'.join(path)} is not a time: {written[:40]!r}") from error
    return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)


def second(time: datetime) -> str:
    """The whole second: deliveries of one happening differ in the fraction they print."""
    return time.replace(microsecond=0).isoformat()


def arn_part(arn: str, index: int) -> str:
    """A field of `arn:partition:service:region:account:resource`; empty when it is no ARN."""
    parts = arn.split(":", 5)
    return parts[index] if len(parts) == 6 else ""


def arn_name(arn: str) -> str:
    """The last name in an ARN's resource, e.g. the service in `service/cluster/name`."""
    return arn_part(arn, 5).rsplit("/", 1)[-1].rsplit(":", 1)[-1]

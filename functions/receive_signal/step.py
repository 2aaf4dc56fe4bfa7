"""Put an event that AWS delivers to a function (log subscription, alarm action, destination) onto the signals queue."""

import json
from collections.abc import Mapping
from typing import Any

from mendloop.domain.errors import TooLarge
from mendloop.ports import SignalQueue

MAX_MESSAGE_BYTES = 1_048_576
"""SQS refuses more."""


def receive_signal(event: Mapping[str, Any], *, queue: SignalQueue) -> dict[str, int]:
    """Enqueue the event unread; how many bytes. TooLarge when no message can hold it."""
    body = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
    size = len(body.encode())
    if size > MAX_MESSAGE_BYTES:
        raise TooLarge(f"the event has {size} bytes, a message holds {MAX_MESSAGE_BYTES}")
    queue.put(body)
    return {"bytes": size}

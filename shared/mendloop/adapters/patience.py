"""Waiting where a vendor says how long, bounded: a function is paid for while it sleeps."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from mendloop.domain.errors import Throttled

MOST_SECONDS = 20.0
T = TypeVar("T")


class Patience:
    """Of one adapter in one invocation: all its waits together stay within `seconds`."""

    def __init__(self, seconds: float = MOST_SECONDS, sleep: Callable[[float], None] = time.sleep) -> None:
        self._left = seconds
        self._sleep = sleep

    def send(self, call: Callable[[], T]) -> T:
        """What `call` gives. A request that met a rate limit was not carried out, so it may be sent again.

        Throttled where the vendor names no time, or a longer one than is left.
        """
        while True:
            try:
                return call()
            except Throttled as limited:
                wait = limited.retry_after
                if wait is None or max(wait, 1) > self._left:
                    raise
                self._left -= max(wait, 1)
                self._sleep(wait)


def retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Seconds to wait by `Retry-After`, given in seconds or as a date; None where it says nothing that can be read."""
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if said.isdecimal():
        return float(said)
    try:
        then = parsedate_to_datetime(said)
    except ValueError:
        return None
    return until(then.replace(tzinfo=then.tzinfo or UTC), now)


def until(then: datetime, now: Callable[[], float] = time.time) -> float:
    """Seconds from now to `then`, never less than none."""
    return max(0.0, then.timestamp() - now())

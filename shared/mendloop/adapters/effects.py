"""An effect at a vendor happens once: a lost answer is looked up, and the request is never sent again on a guess."""

from collections.abc import Callable
from typing import TypeVar

from mendloop.domain.errors import Unavailable

T = TypeVar("T")


def once(send: Callable[[], T], look: Callable[[], T | None]) -> T:
    """What `send` gives; where its answer is lost, what `look` finds, else Unavailable for the next attempt."""
    try:
        return send()
    except Unavailable:
        found = look()
        if found is None:
            raise
        return found

"""An effect at a vendor happens once: a lost answer is looked up, and the request is never sent again on a guess."""

from collections.abc import Callable
from typing import TypeVar

from mendloop.domain.errors import MendloopError, Unavailable

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


def once_or_there(send: Callable[[], T], look: Callable[[], T | None]) -> T:
    """The same for an effect that bears a name of ours: a refusal may say only that somebody was first."""
    try:
        return send()
    except MendloopError:
        found = look()
        if found is None:
            raise
        return found

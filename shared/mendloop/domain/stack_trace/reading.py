"""What the readers of printed traces share: one open trace, a header that waits for its frames, noise between lines."""

import re
from typing import Generic, Protocol, TypeVar

from mendloop.domain.stack_trace.model import Found, Line

MAX_NOISE = 100
"""Foreign lines between two lines of one trace, before it is taken to have ended."""
HEADER_REACH = 25
"""Lines between a header and its first frame: a long message, or other requests' lines."""
_ENDS = ("END RequestId", "REPORT RequestId")


class Open(Protocol):
    """A trace that is being read."""

    last_event: int
    noise: int

    def found(self) -> Found | None:
        """What it came to; None when no line of it was a frame."""


Opened = TypeVar("Opened", bound=Open)
Header = TypeVar("Header")


def without_prefix(text: str, prefix: str) -> str:
    """The line without the log prefix that another line of the trace had; numbers in it may differ."""
    size = len(prefix)
    return text[size:] if size and skeleton(text[:size]) == skeleton(prefix) else text


def skeleton(text: str) -> str:
    """With every number as 0."""
    return re.sub(r"\d+", "0", text)


class Reader(Generic[Opened, Header]):
    """One pass over a block's lines; the work per line is bounded."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.open: Opened | None = None
        self.header: Header | None = None
        self._age = 0

    @property
    def busy(self) -> bool:
        """Whether the next line matters whatever it holds: something is open, or waits."""
        return self.open is not None or self.header is not None

    def feed(self, line: Line) -> None:
        """Take the next line."""
        raise NotImplementedError

    def close(self) -> None:
        """End what is open."""
        done = self.open.found() if self.open else None
        if done:
            self.found.append(done)
        self.open = None

    def goes_on(self, line: Line) -> None:
        """The line belongs to the open trace."""
        if self.open is not None:
            self.open.last_event, self.open.noise = line.event, 0

    def wait(self, header: Header | None) -> None:
        """A header that waits for its frames, or a line without one, which lets it grow older."""
        if header is not None:
            self.header, self._age = header, 0
        elif self.header is not None:
            self._age += 1
            if self._age > HEADER_REACH:
                self.header = None

    def foreign(self, text: str, limit: int = MAX_NOISE) -> None:
        """A line that does not belong to the open trace."""
        if self.open is not None:
            self.open.noise += 1
            if self.open.noise > limit or text.startswith(_ENDS):
                self.close()

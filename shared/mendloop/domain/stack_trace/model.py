"""The nouns of trace extraction. The crash frame is last whatever the language prints first."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

HEAD_FRAMES = 100
TAIL_FRAMES = 300
MAX_MESSAGE = 4_000


class Rank(IntEnum):
    """Who says that this failed; what a user's own text may hold never outranks the runtime."""

    RUNTIME = 0
    LOGGED = 1
    EMBEDDED = 2


@dataclass(frozen=True)
class LogText:
    """One log event as it stands. `source` is its log group and stream: only lines of one source belong together."""

    at: datetime
    text: str
    source: str = ""


@dataclass(frozen=True)
class TraceFrame:
    """One frame, as printed."""

    path: str
    function: str = ""
    module: str = ""
    line: int | None = None
    column: int | None = None
    text: str = ""
    waiting: bool = False
    """Of a goroutine that only stood beside the one that failed."""


@dataclass(frozen=True)
class Trace:
    """One exception with its frames, outermost first, and its causes in printed order."""

    language: str
    type: str
    message: str = ""
    frames: tuple[TraceFrame, ...] = ()
    causes: tuple["Trace", ...] = ()


@dataclass(frozen=True)
class Line:
    """One physical line. `event` is the index of the log event it came from."""

    text: str
    event: int
    at: datetime
    request_id: str = ""
    rank: Rank = Rank.LOGGED


@dataclass(frozen=True)
class Found:
    """One trace and where it stood. `event` is the index of the log event of its first line."""

    trace: Trace
    at: datetime
    event: int
    last_event: int
    request_id: str = ""
    rank: Rank = Rank.LOGGED


@dataclass
class FrameList:
    """Frames with a bound: of an endless recursion the first and the last are kept."""

    head: list[TraceFrame] = field(default_factory=list)
    tail: deque[TraceFrame] = field(default_factory=lambda: deque(maxlen=TAIL_FRAMES))

    def add(self, frame: TraceFrame) -> None:
        """Append one."""
        (self.head if len(self.head) < HEAD_FRAMES else self.tail).append(frame)

    def extend(self, frames: Iterable[TraceFrame]) -> None:
        """Append several."""
        for frame in frames:
            self.add(frame)

    def replace_last(self, frame: TraceFrame) -> None:
        """Put another in the place of the newest."""
        (self.tail or self.head)[-1] = frame

    def all(self) -> tuple[TraceFrame, ...]:
        """What was kept, in order."""
        return (*self.head, *self.tail)

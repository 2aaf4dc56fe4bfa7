"""Functions that may have to change, each with what speaks for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import log


@dataclass
class Candidate:
    """One function, or a file's module level where `function` is empty."""

    path: str
    function: str
    span: tuple[int, int]
    clues: dict[str, float] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    frame_line: int | None = None
    certainty: float = 0.0
    """Of its surest frame, 0 to 1; 0 where no frame names it."""
    of_file: float = 0.0
    """The part of it that is about which file it is."""
    score: float = 0.0

    def seen(self, line: int, certainty: float, of_file: float, note: str) -> None:
        """A frame names it; the frame nearest to the crash comes first."""
        self.of_file = max(self.of_file, of_file)
        self.frame_line = self.frame_line or line
        self.certainty = max(self.certainty, certainty)
        self.clues["on_trace"] = 1.0
        self.clues["doubt"] = log(self.of_file)
        if note and note not in self.reasons:
            self.reasons.append(note)

    def add(self, clue: str, value: float = 1.0, reason: str = "") -> None:
        """The strongest of several of one kind counts."""
        if abs(value) <= abs(self.clues.get(clue, 0.0)):
            return
        if reason and clue not in self.clues:
            self.reasons.append(reason)
        self.clues[clue] = value


class Pool:
    """Candidates by path and qualified name."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Candidate] = {}

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._found.values())

    def get(self, path: str, function: str, span: tuple[int, int]) -> Candidate:
        """The one that is there, else a new one."""
        return self._found.setdefault((path, function), Candidate(path, function, span))

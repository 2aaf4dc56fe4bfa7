"""A commit's diff cut into its smallest pieces, and where each piece stands in a later text of the file."""

from collections.abc import Iterator
from dataclasses import dataclass

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk, PatchedFile, PatchSet

from mendloop.domain.python_source import PythonSource

_CONTEXTS = ((3, 3), (2, 2), (1, 1), (3, 0), (0, 3), (1, 0), (0, 1), (0, 0))
"""Lines of context above and below: as many as still stand there, since more context is more certainty."""
_LONE_SIDE = 3
"""Lines that place a gap from one side alone, where a later edit stands on the other."""


@dataclass(frozen=True)
class Piece:
    """One run of neighbouring changed lines of a commit; line texts without line ends."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    lead: tuple[str, ...]
    """Up to three lines above, as the commit left them."""
    trail: tuple[str, ...]
    functions: frozenset[str]
    """Qualified names of the functions it lies in, before or after the commit; empty at module level."""
    bound: frozenset[str]
    """Module-level names that its statements bind, before or after."""

    @property
    def size(self) -> int:
        """Lines that undoing it changes."""
        return len(self.removed) + len(self.added)

    def find(self, lines: list[str], within: tuple[int, int]) -> int | None:
        """Index of the first added line (of the gap, where nothing was added) in `lines`; None unless exactly one."""
        for above, below in _CONTEXTS:
            if not self._certain(above, below):
                continue
            lead = self.lead[-above:] if above else ()
            block = [*lead, *self.added, *self.trail[:below]]
            starts = [
                at + len(lead)
                for at in range(len(lines) - len(block) + 1)
                if lines[at : at + len(block)] == block and within[0] <= at + len(lead) <= within[1]
            ]
            if starts:
                return starts[0] if len(starts) == 1 else None
        return None

    def _certain(self, above: int, below: int) -> bool:
        """A gap needs a line on each side, or three on one; without context the added lines must say something."""
        if not self.added:
            lone = (above >= _LONE_SIDE <= len(self.lead)) or (below >= _LONE_SIDE <= len(self.trail))
            return lone or bool(above and below and self.lead and self.trail)
        telling = any(any(character.isalnum() for character in line) for line in self.added)
        return telling or bool(above and below)


def file_of(diff: str, path: str) -> PatchedFile | None:
    """The part of a commit's diff about a path, under its new or old name."""
    return next((file for file in _files(diff) if path in {file.path, str(file.source_file).removeprefix("a/")}), None)


def paths_in(diff: str) -> list[str]:
    """Paths of a commit's diff: the old ones of what it removed, the new ones of everything else."""
    return [str(file.path) for file in _files(diff)]


def _files(diff: str) -> list[PatchedFile]:
    try:
        return list(PatchSet(diff))
    except UnidiffParseError:
        return []


def pieces_of(file: PatchedFile, before: PythonSource | None, after: PythonSource) -> list[Piece]:
    """All pieces in the order of the file."""
    return [piece for hunk in file for piece in _pieces(hunk, before, after)]


def _pieces(hunk: Hunk, before: PythonSource | None, after: PythonSource) -> Iterator[Piece]:
    removed: list[int] = []
    added: list[int] = []
    new_line = hunk.target_start - (1 if hunk.target_length else 0)  # last line of the new file already passed
    for line in [*hunk, None]:
        if line is not None and line.is_removed:
            removed.append(line.source_line_no or 0)
        elif line is not None and line.is_added:
            new_line += 1
            added.append(new_line)
        elif line is None or line.is_context:
            if removed or added:
                yield _piece(removed, added, new_line, before, after)
                removed, added = [], []
            new_line += 1


def _piece(
    removed: list[int], added: list[int], passed: int, before: PythonSource | None, after: PythonSource
) -> Piece:
    first = added[0] if added else passed + 1
    last = added[-1] if added else passed
    places = [(before, line) for line in removed] + [(after, line) for line in added]
    functions: set[str] = set()
    bound: set[str] = set()
    for source, line in places:
        if source is None or not source.lines[line - 1].strip():
            continue
        function = source.enclosing(line)
        if function:
            functions.add(function.name)
        else:
            bound.update(name for name, (start, end) in source.bindings.items() if start <= line <= end)
    return Piece(
        removed=tuple(before.lines[line - 1] for line in removed) if before else (),
        added=tuple(after.lines[line - 1] for line in added),
        lead=tuple(after.lines[max(0, first - 4) : first - 1]),
        trail=tuple(after.lines[last : last + 3]),
        functions=frozenset(functions),
        bound=frozenset(bound),
    )

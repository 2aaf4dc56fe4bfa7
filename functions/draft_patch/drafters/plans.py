"""What of a suspect commit might be undone, smallest sensible part first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from functions.draft_patch.context import DraftContext, Tree
from functions.draft_patch.drafters.pieces import Piece, file_of, paths_in, pieces_of
from mendloop.contracts.mapping import Commit, Target
from mendloop.domain.policy import holds_tests, is_protected
from mendloop.domain.python_source import PythonSource

_MOST_FILES = 8
"""A commit that touched more Python files is never undone as a whole."""


@dataclass(frozen=True)
class Part:
    """One piece, and the file it lies in at the base."""

    path: str
    piece: Piece


@dataclass(frozen=True)
class Plan:
    """Which parts of which commit to undo."""

    commit: Commit
    target: Target
    parts: tuple[Part, ...]
    what: str
    whole: bool = False
    """The whole change: what it only added and later commits have edited since may stay."""


def plans(commits: list[Commit], targets: list[Target], context: DraftContext) -> Iterator[Plan]:
    """The change to the implicated function, then the whole change, then what the function uses and single pieces.

    Likelier commits before others in each kind: what a proof is spent on first should be what cures most often.
    """
    found = [_Undo(commit, targets, context) for commit in commits]
    for undo in found:
        yield from undo.functions()[:1]
        yield from undo.whole()
    for undo in found:
        yield from undo.functions()[1:]
        yield from undo.used()
        yield from undo.pieces()


class _Undo:
    """One commit's change, cut in parts."""

    def __init__(self, commit: Commit, targets: list[Target], context: DraftContext) -> None:
        self._commit, self._targets, self._context = commit, targets, context
        self._diff = context.base.code.commit_diff(context.service.repository, commit.sha)
        self._cut: dict[str, list[Piece]] = {}

    def functions(self) -> list[Plan]:
        """What it did to each implicated function, with what those lines need again."""
        return [plan for target in self._targets for plan in self._function(target)]

    def _function(self, target: Target) -> Iterator[Plan]:
        inside, around = self._around(target)
        name = target.function or "the module"
        if not target.function:
            yield from self._plan(target, around, f"the change to {name}")
        elif inside:
            needed = [piece for piece in self._used(target, inside, around) if piece.removed]
            yield from self._plan(target, [*inside, *needed], f"the change to {name}")

    def whole(self) -> Iterator[Plan]:
        """Everything it did to Python files, and to the tests that it changed and left in place."""
        paths = [path for path in paths_in(self._diff) if path.endswith(".py")]
        if len(paths) > _MOST_FILES or not self._targets:
            return
        parts = [Part(path, piece) for path in paths for piece in self._source_pieces(path)]
        sources = {part.path for part in parts if not holds_tests(part.path)}
        if sources:
            target = next((one for one in self._targets if one.path in sources), self._targets[0])
            yield Plan(self._commit, target, tuple(parts), "the whole change", whole=True)

    def used(self) -> Iterator[Plan]:
        """The function's change together with what the function uses; where it did not change, that alone."""
        for target in self._targets:
            inside, around = self._around(target)
            used = self._used(target, inside, around) if target.function else []
            if used:
                what = (
                    f"the change to {target.function} and to what it uses" if inside else f"what {target.function} uses"
                )
                yield from self._plan(target, [*inside, *used], what)

    def pieces(self) -> Iterator[Plan]:
        """Single pieces of the function's change, smallest first."""
        for target in self._targets:
            inside, _ = self._around(target)
            for piece in sorted(inside, key=lambda piece: piece.size) if len(inside) > 1 else ():
                yield from self._plan(target, [piece], f"a part of the change to {target.function}")

    def _plan(self, target: Target, chosen: Iterable[Piece], what: str) -> Iterator[Plan]:
        wanted = list(chosen)
        parts = tuple(Part(target.path, piece) for piece in self._pieces(target.path) if piece in wanted)
        if parts:
            yield Plan(self._commit, target, parts, what)

    def _around(self, target: Target) -> tuple[list[Piece], list[Piece]]:
        pieces = self._pieces(target.path)
        inside = [piece for piece in pieces if target.function and target.function in piece.functions]
        return inside, [piece for piece in pieces if piece.bound and piece not in inside]

    def _used(self, target: Target, inside: list[Piece], around: list[Piece]) -> list[Piece]:
        """Pieces that bind a name which the function uses now, or would use again with its old lines put back."""
        source = self._context.base.python(target.path)
        function = source.named(target.function) if source else None
        names = source.names_used(function) if source and function else set()
        for line in (line for piece in inside for line in piece.removed):
            names |= PythonSource(line.strip().encode()).identifiers
        return [piece for piece in around if piece.bound & names]

    def _source_pieces(self, path: str) -> list[Piece]:
        """All of a source file; of a test file only what changed a test that was and is there."""
        if is_protected(path, tuple(self._context.service.protected_paths)):
            return []
        pieces = self._pieces(path)
        if not holds_tests(path):
            return pieces
        kept = self._functions_at(self._context.base, path)
        if self._commit.parents:
            kept &= self._functions_at(self._context.base.at(self._commit.parents[0]), path)
        return [piece for piece in pieces if piece.functions and piece.functions <= kept]

    @staticmethod
    def _functions_at(tree: Tree, path: str) -> set[str]:
        source = tree.python(path)
        return {function.name for function in source.functions} if source else set()

    def _pieces(self, path: str) -> list[Piece]:
        if path not in self._cut:
            self._cut[path] = self._pieces_of(path)
        return self._cut[path]

    def _pieces_of(self, path: str) -> list[Piece]:
        file = file_of(self._diff, path)
        after = self._context.base.at(self._commit.sha).python(file.path) if file else None
        if file is None or after is None or not self._commit.parents:
            return []
        old_path = str(file.source_file).removeprefix("a/")
        return pieces_of(file, self._context.base.at(self._commit.parents[0]).python(old_path), after)

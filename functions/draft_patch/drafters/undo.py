"""Undoing parts of a commit at a later text: each piece is found again, and put back; everything else stays."""

import ast
from collections import defaultdict

from functions.draft_patch.context import DraftContext
from functions.draft_patch.drafters.pieces import Piece
from functions.draft_patch.drafters.plans import Plan
from mendloop.anchoring import edits_between
from mendloop.contracts.draft import Edit
from mendloop.domain.patch import encoding_of
from mendloop.domain.python_source import PythonSource


def edits_of(plan: Plan, context: DraftContext) -> tuple[Edit, ...]:
    """Edits at the base; empty when a piece does not stand there exactly once, or pieces got mixed up.

    Empty as well where only comments or layout would change: those have caused nothing.
    """
    by_path: dict[str, list[Piece]] = defaultdict(list)
    for part in plan.parts:
        by_path[part.path].append(part.piece)
    found: list[Edit] = []
    for path, pieces in by_path.items():
        edits = _edits(path, pieces, plan, context)
        if edits is None:
            return ()
        found += edits
    return tuple(found)


def _edits(path: str, pieces: list[Piece], plan: Plan, context: DraftContext) -> list[Edit] | None:
    content = context.base.read(path)
    if content is None:
        return None
    old = content.decode(encoding_of(path, content)).replace("\r\n", "\n")
    new = _undone(old, pieces, plan)
    if new is None:
        return None
    return [] if new == old or _means_the_same(old, new) else edits_between(path, old, new)


def _means_the_same(old: str, new: str) -> bool:
    try:
        return ast.dump(ast.parse(old)) == ast.dump(ast.parse(new))
    except (SyntaxError, ValueError):
        return False  # of another Python than ours: the gate and the proof have their say


def _undone(old: str, pieces: list[Piece], plan: Plan) -> str | None:
    lines, source = old.split("\n"), PythonSource(old.encode())
    found: list[tuple[int, Piece]] = []
    for piece in pieces:
        at = piece.find(lines, _within(piece, source, plan.target.function))
        if at is None and plan.whole and not piece.removed:
            continue
        if at is None:
            return None
        found.append((at, piece))
    found.sort(key=lambda pair: pair[0])
    if any(at + len(piece.added) > following for (at, piece), (following, _) in zip(found, found[1:], strict=False)):
        return None
    for at, piece in reversed(found):
        lines[at : at + len(piece.added)] = piece.removed
    return "\n".join(lines)


def _within(piece: Piece, source: PythonSource, preferred: str) -> tuple[int, int]:
    """The function that the piece lies in, where it still stands; else the whole file."""
    names = [preferred] if preferred in piece.functions else sorted(piece.functions)
    functions = [function for name in names if (function := source.named(name))]
    # A piece that lies in several functions, or in one that has gone, may stand anywhere.
    if len(functions) == 1 and (len(names) == 1 or names == [preferred]):
        return functions[0].start - 1, functions[0].end
    return 0, len(source.lines)

"""Revert: undo, in part, what the suspect commit did to the implicated function, at the default branch's head.

Later edits stay: each piece is found again by its text, and one that no longer stands there exactly once is not undone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from functions.draft_patch.anchoring import edits_between
from functions.draft_patch.context import Declined, DraftContext, Proposal, evidence_lines
from functions.draft_patch.drafters.pieces import Piece, file_of, pieces_of
from mendloop.contracts.draft import Claim, Edit
from mendloop.contracts.mapping import Commit, Target
from mendloop.domain.patch import encoding_of
from mendloop.domain.python_source import PythonSource

_MOST_SUSPECTS = 3
_MOST_TARGETS = 3


@dataclass(frozen=True)
class _Plan:
    """Which pieces of which commit to undo."""

    commit: Commit
    target: Target
    pieces: tuple[Piece, ...]
    what: str


class Revert:
    """Needs no model and no money."""

    name = "revert"

    def draft(self, context: DraftContext) -> Proposal | Declined:
        """The first plan whose edits were not tried; `no_suspect` or `no_safe_change` when there is none."""
        if not context.mapping.suspects:
            return Declined("no_suspect", "no recent commit touched the target")
        passed_over: list[str] = []
        for plan in _plans(context):
            edits = _edits(plan, context)
            if not edits:
                passed_over.append(f"undo {plan.what} of {plan.commit.sha[:12]}: later commits changed those lines")
            elif edits in context.tried:
                passed_over.append(f"undo {plan.what} of {plan.commit.sha[:12]}: tried before")
            else:
                return _proposal(plan, edits, context, passed_over)
        reason = passed_over[0] if passed_over else "no suspect commit changed the target or a value it uses"
        return Declined("no_safe_change", reason)


def _plans(context: DraftContext) -> Iterator[_Plan]:
    """The whole change to the function first, then smaller and larger parts; likelier suspects before others."""
    suspects = [suspect.commit for suspect in context.mapping.suspects[:_MOST_SUSPECTS]]
    for target in context.mapping.targets[:_MOST_TARGETS]:
        for commit in suspects:
            yield from _plans_for(commit, target, context)


def _plans_for(commit: Commit, target: Target, context: DraftContext) -> Iterator[_Plan]:
    pieces = _pieces(commit, target, context)
    inside = tuple(piece for piece in pieces if target.function in piece.functions)
    around = tuple(piece for piece in pieces if piece.bound and piece not in inside)
    used = tuple(piece for piece in around if piece.bound & _names(target, inside, context))
    name = target.function or "the module"
    if not target.function:
        yield from ([_Plan(commit, target, around, f"the change to {name}")] if around else [])
        return
    if inside:
        needed = tuple(piece for piece in used if _restores(piece))
        plan = tuple(piece for piece in pieces if piece in inside or piece in needed)
        yield _Plan(commit, target, plan, f"the change to {name}")
    if len(inside) > 1:
        for piece in sorted(inside, key=lambda piece: piece.size):
            yield _Plan(commit, target, (piece,), f"a part of the change to {name}")
    if used:
        plan = tuple(piece for piece in pieces if piece in inside or piece in used)
        yield _Plan(
            commit, target, plan, f"the change to {name} and to what it uses" if inside else f"what {name} uses"
        )


def _pieces(commit: Commit, target: Target, context: DraftContext) -> list[Piece]:
    file = file_of(context.base.code.commit_diff(context.service.repository, commit.sha), target.path)
    after = context.base.at(commit.sha).python(file.path) if file else None
    if file is None or after is None:
        return []
    old_path = str(file.source_file).removeprefix("a/")
    before = context.base.at(commit.parents[0]).python(old_path) if commit.parents else None
    return pieces_of(file, before, after)


def _restores(piece: Piece) -> bool:
    """Whether undoing it puts something back, such as an import that the function needs again."""
    return bool(piece.removed)


def _names(target: Target, inside: tuple[Piece, ...], context: DraftContext) -> set[str]:
    """Names that the function uses now, or would use again with its old lines put back."""
    source = context.base.python(target.path)
    function = source.named(target.function) if source else None
    names = source.names_used(function) if source and function else set()
    for line in (line for piece in inside for line in piece.removed):
        names |= PythonSource(line.strip().encode()).identifiers
    return names


def _edits(plan: _Plan, context: DraftContext) -> tuple[Edit, ...]:
    """Edits at the base; empty when a piece does not stand there exactly once, or pieces got mixed up."""
    content = context.base.read(plan.target.path)
    if content is None:
        return ()
    old = content.decode(encoding_of(plan.target.path, content)).replace("\r\n", "\n")
    lines = old.split("\n")
    source = PythonSource(old.encode())
    function = source.named(plan.target.function)
    found: list[tuple[int, Piece]] = []
    for piece in plan.pieces:
        inside = function is not None and plan.target.function in piece.functions
        within = (function.start - 1, function.end) if function and inside else (0, len(lines))
        at = piece.find(lines, within)
        if at is None:
            return ()
        found.append((at, piece))
    found.sort(key=lambda pair: pair[0])
    if any(at + len(piece.added) > following for (at, piece), (following, _) in zip(found, found[1:], strict=False)):
        return ()
    for at, piece in reversed(found):
        lines[at : at + len(piece.added)] = piece.removed
    new = "\n".join(lines)
    return tuple(edits_between(plan.target.path, old, new)) if new != old else ()


def _proposal(plan: _Plan, edits: tuple[Edit, ...], context: DraftContext, passed_over: list[str]) -> Proposal:
    commit, target = plan.commit, plan.target
    name, sha = target.function or target.path, commit.sha[:12]
    raised = evidence_lines(context.evidence, context.exception)
    restored, gone = (sum(len(lines) for lines in side) for side in _sides(plan))
    others = [
        f"revert {other.commit.sha[:12]}: less likely" for other in context.mapping.suspects if other.commit != commit
    ]
    return Proposal(
        edits=edits,
        title=f"Undo the change to {name} that raises {context.exception}",
        rationale=[
            Claim(text=f"{context.exception} was raised {_times(context)} through {name}.", citations=raised),
            Claim(text=f"{sha} changed this on {commit.at:%Y-%m-%d}.", citations=[commit.sha]),
            Claim(
                text=f"Putting back {restored} lines and taking out {gone} undoes {plan.what}; later edits are kept.",
                citations=[f"{target.path}:{target.start_line}", commit.sha],
            ),
        ],
        risks=[f"Whatever else {sha} meant to do in {name} is undone with it."],
        discarded=[*passed_over, *others][:10],
        suspect=commit.sha,
        precedent_revision=commit.parents[0] if commit.parents else "",
    )


def _sides(plan: _Plan) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    return [piece.removed for piece in plan.pieces], [piece.added for piece in plan.pieces]


def _times(context: DraftContext) -> str:
    count = context.fault.count if context.fault else 0
    return "once" if count == 1 else f"{count} times"

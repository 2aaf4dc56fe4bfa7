"""The way through the code as the page draws it: from the entry to the function that should change."""

from dataclasses import dataclass

from mendloop.contracts.mapping import CodeMap, Target

MOST_STEPS = 12
_KEPT_AT_ENTRY = 4
MOST_REASONS = 3


@dataclass(frozen=True)
class Step:
    """One function of the way; `left_out` stands for so many that are not drawn."""

    role: str = ""
    """`entry`, `target`, or empty for what lies between."""
    function: str = ""
    place: str = ""
    """`path:first-last`, or the path."""
    reasons: tuple[str, ...] = ()
    left_out: int = 0
    path: str = ""
    lines: range = range(0)
    """Of the repository's file at the running revision, both included."""


def way(mapping: CodeMap) -> list[Step]:
    """Entry first, target last; of a long way the middle is left out and counted."""
    ranked = {_name(target): target for target in mapping.targets}
    names = mapping.code_path or list(ranked)[:1]
    last = len(names) - 1
    drawn = [_step(name, ranked.get(name), _role(at, last, name, ranked)) for at, name in enumerate(names)]
    left = len(drawn) - MOST_STEPS
    if left <= 0:
        return drawn
    return [*drawn[:_KEPT_AT_ENTRY], Step(left_out=left), *drawn[_KEPT_AT_ENTRY + left :]]


def _role(at: int, last: int, name: str, ranked: dict[str, Target]) -> str:
    if at == last and name == next(iter(ranked), ""):
        return "target"
    return "entry" if at == 0 else ""


def _step(name: str, target: Target | None, role: str) -> Step:
    path, _, function = name.partition("::")
    lines = f":{target.start_line}-{target.end_line}" if target else ""
    reasons = tuple(target.reasons[:MOST_REASONS]) if target and role != "target" else ()
    held = range(target.start_line, target.end_line + 1) if target else range(0)
    return Step(role, function or "module level", f"{path}{lines}", reasons, path=path, lines=held)


def _name(target: Target) -> str:
    return f"{target.path}::{target.function}" if target.function else target.path

"""Which recent commit may have caused the fault: those that touched the target, newest deployed first."""

from functions.map_code.changes import Change
from functions.map_code.snapshot import Snapshot
from mendloop.contracts.mapping import Suspect, Target
from mendloop.domain.errors import NotFound

_MOST_SUSPECTS = 5
_TOUCHED_TARGET = 1.0
_TOUCHED_LINE = 0.3
_TOUCHED_VALUE = 0.6
_TOUCHED_FILE = 0.2


def rank_suspects(targets: list[Target], changes: list[Change], snapshot: Snapshot) -> list[Suspect]:
    """Most likely first, with reasons; commits that touched nothing near the first target are none."""
    if not targets:
        return []
    target = targets[0]
    blamed = _blamed(target, snapshot)
    suspects = [suspect for change in changes if (suspect := _suspect(change, target, blamed, snapshot))]
    return sorted(suspects, key=lambda suspect: -suspect.score)[:_MOST_SUSPECTS]


def _suspect(change: Change, target: Target, blamed: dict[int, str], snapshot: Snapshot) -> Suspect | None:
    touched, score, reasons = _touched(change, target, snapshot)
    lines = sorted(line for line, sha in blamed.items() if sha == change.commit.sha)
    if lines:
        score += _TOUCHED_LINE
        reasons.append(f"wrote line {lines[0]}" if len(lines) == 1 else f"wrote {len(lines)} lines of the target")
    if target.frame_line in lines:
        score += _TOUCHED_LINE
        reasons.append(f"last touched the line of the trace, {target.path}:{target.frame_line}")
    if not score:
        return None
    if change.new_since_good:
        reasons.append("new with the failing deployment")
    # The order of deployment decides between commits that touched the same thing.
    score += change.weight
    return Suspect(commit=change.commit, score=round(score, 3), reasons=reasons, paths=touched)


def _touched(change: Change, target: Target, snapshot: Snapshot) -> tuple[list[str], float, list[str]]:
    touch = change.touches.get(target.path)
    paths = sorted(change.touches)
    if touch is None:
        return paths, 0.0, []
    if target.function in touch.functions:
        return paths, _TOUCHED_TARGET, [f"changed {target.function}"]
    source = snapshot.source(target.path)
    function = source.named(target.function) if source else None
    used = sorted(touch.bindings & source.names_used(function)) if source and function else []
    if used:
        return paths, _TOUCHED_VALUE, [f"changed {used[0]}, which {target.function} uses"]
    return paths, _TOUCHED_FILE, [f"changed {target.path}"]


def _blamed(target: Target, snapshot: Snapshot) -> dict[int, str]:
    try:
        lines = snapshot.code.blame(
            snapshot.repository, snapshot.revision, target.path, target.start_line, target.end_line
        )
    except NotFound:
        return {}  # the host knows no history of that path (a shallow clone); the commits' diffs remain
    return {line.line: line.commit for line in lines}

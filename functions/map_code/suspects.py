"""Which commit may have caused the fault: recent ones that touched the target, and who last wrote its lines."""

from collections import defaultdict

from functions.map_code.changes import Change
from functions.map_code.snapshot import Snapshot
from mendloop.contracts.mapping import Commit, Suspect, Target
from mendloop.domain.errors import NotFound

_MOST_SUSPECTS = 5
_TOUCHED_TARGET = 1.0
_TOUCHED_LINE = 0.3
_TOUCHED_VALUE = 0.6
_TOUCHED_FILE = 0.2
_WROTE = 0.2
_MOST_BLAMED = 3
_NEAR = 5
"""Lines from the frame's over which a line's weight halves."""


def rank_suspects(targets: list[Target], changes: list[Change], snapshot: Snapshot) -> list[Suspect]:
    """Recent commits, most likely first, with reasons; those that touched nothing near the first target are none."""
    if not targets:
        return []
    blamed = _blamed(targets[0], snapshot)
    suspects = [one for change in changes if (one := _suspect(change, targets[0], blamed, snapshot))]
    return sorted(suspects, key=lambda suspect: -suspect.score)[:_MOST_SUSPECTS]


def last_writers(targets: list[Target], snapshot: Snapshot) -> list[Suspect]:
    """Who last wrote the lines of the first targets, however long ago; nearest to the frames first."""
    found = _wrote([(target, _blamed(target, snapshot)) for target in targets[:_MOST_BLAMED]])
    best = sorted(found.items(), key=lambda one: -one[1][0])[:_MOST_SUSPECTS]
    return [
        Suspect(commit=commit, score=round(score, 3), reasons=[reason], paths=[path])
        for sha, (score, reason, path) in best
        if (commit := _commit(sha, snapshot))
    ]


_Blame = dict[int, str]


def _wrote(blamed: list[tuple[Target, _Blame]]) -> dict[str, tuple[float, str, str]]:
    """By commit: the score, the reason, the path."""
    found: dict[str, tuple[float, str, str]] = {}
    for place, (target, lines) in enumerate(blamed):
        near: dict[str, float] = defaultdict(float)
        for line, sha in lines.items():
            near[sha] += 1 / (1 + abs(line - (target.frame_line or target.start_line)) / _NEAR)
        total = sum(near.values())
        for sha, weight in near.items():
            score = _WROTE * weight / total / (1 + place)
            if target.frame_line and lines.get(target.frame_line) == sha:
                score += _WROTE / (1 + place)
            if score > found.get(sha, (0.0, "", ""))[0]:
                count = sum(1 for one in lines.values() if one == sha)
                found[sha] = (
                    score,
                    f"last wrote {count} of {len(lines)} lines of {target.function or target.path}",
                    target.path,
                )
    return found


def _commit(sha: str, snapshot: Snapshot) -> Commit | None:
    return next(iter(snapshot.code.commits(snapshot.repository, sha, limit=1)), None)


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

"""What an operator said about this fault goes before what the ranking says."""

from functions.map_code.snapshot import Snapshot
from mendloop.contracts.mapping import Correction, Target


def corrected(
    targets: list[Target], correction: Correction | None, snapshot: Snapshot
) -> tuple[list[Target], list[str]]:
    """The named functions first, then the ranked ones; in words, what was named and is not there any more."""
    if correction is None:
        return targets, []
    best = max((target.score for target in targets), default=0.0)
    named: list[Target] = []
    missing: list[str] = []
    for place, name in enumerate(correction.functions):
        found = _target(name, correction, snapshot, best + len(correction.functions) - place)
        if found:
            named.append(_with_frame(found, targets))
        else:
            missing.append(f"{name}: named for {correction.incident_id}, not at this revision")
    known = {(target.path, target.function) for target in named}
    return [*named, *(target for target in targets if (target.path, target.function) not in known)], missing


def _target(name: str, correction: Correction, snapshot: Snapshot, score: float) -> Target | None:
    path, _, function = name.partition("::")
    source = snapshot.source(path) if path in snapshot.paths else None
    found = source.named(function) if source else None
    if found is None:
        return None
    return Target(
        path=path,
        function=found.name,
        start_line=found.start,
        end_line=found.end,
        score=score,
        reasons=[f"named as the right target by {correction.by} for {correction.incident_id}"],
    )


def _with_frame(found: Target, targets: list[Target]) -> Target:
    """The ranking may know the function too: its frame and its reasons stay."""
    same = next((one for one in targets if (one.path, one.function) == (found.path, found.function)), None)
    if same is None:
        return found
    return found.model_copy(update={"frame_line": same.frame_line, "reasons": [*found.reasons, *same.reasons]})

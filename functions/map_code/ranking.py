"""Which function should change: position in the trace, and what recent commits did to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from functions.map_code.changes import Change
from functions.map_code.frames import Located, Place
from functions.map_code.snapshot import Snapshot
from mendloop.contracts.mapping import Target

_MOST_TARGETS = 10
_CALLEE = 0.3
"""A function that the trace does not name starts with this share of its caller's position."""
_CONSTANT = 0.8
"""A changed module-level value counts for the functions that use it, a little less than a change of their own."""


@dataclass
class _Candidate:
    path: str
    function: str
    span: tuple[int, int]
    position: float
    change: float = 0.0
    frame_line: int | None = None
    reasons: list[str] = field(default_factory=list)

    def changed_by(self, change: Change, weight: float, what: str) -> None:
        if weight > self.change:
            self.change = weight
            news = ", new with the failing deployment" if change.new_since_good else ""
            self.reasons.append(f"{what} by {change.commit.sha[:12]}{news}")


def rank(located: Located, changes: list[Change], snapshot: Snapshot) -> list[Target]:
    """Targets, best first: functions of the trace, and functions they call which recent commits touched."""
    candidates: dict[tuple[str, str], _Candidate] = {}
    for depth, places in enumerate(reversed(located.places)):
        for place in places:
            key = (place.path, place.function.name if place.function else "")
            if key not in candidates:
                candidates[key] = _from_frame(place, depth, located.below_own, snapshot)
    on_trace = list(candidates.values())
    for change in changes:
        _own_changes(on_trace, change, snapshot)
        for callee in _called(on_trace, change, snapshot):
            known = candidates.setdefault((callee.path, callee.function), callee)
            if known not in on_trace:
                known.changed_by(change, change.weight, "called on the way, and changed")
    ordered = sorted(candidates.values(), key=lambda found: -(found.position + found.change))
    return [_target(candidate) for candidate in ordered[:_MOST_TARGETS]]


def _from_frame(place: Place, depth: int, below_own: bool, snapshot: Snapshot) -> _Candidate:
    where = f"{place.path}:{place.line}"
    if depth:
        reason = f"{depth} own frame{'s' if depth > 1 else ''} above the deepest, at {where}"
    else:
        reason = f"calls the dependency that raised, at {where}" if below_own else f"raised at {where}"
    source = snapshot.source(place.path)
    statement = source.statement(place.line) if source else (place.line, place.line)
    return _Candidate(
        path=place.path,
        function=place.function.name if place.function else "",
        span=(place.function.start, place.function.end) if place.function else statement,
        position=place.certainty / (1 + 0.5 * depth),
        frame_line=place.line,
        reasons=[reason, *([place.note] if place.note else [])],
    )


def _own_changes(on_trace: Iterable[_Candidate], change: Change, snapshot: Snapshot) -> None:
    for candidate in on_trace:
        touch = change.touches.get(candidate.path)
        if touch is None:
            continue
        if candidate.function in touch.functions:
            candidate.changed_by(change, change.weight, "changed")
        elif not candidate.function and touch.bindings:
            candidate.changed_by(change, change.weight * _CONSTANT, "module level changed")
        elif used := sorted(touch.bindings & _names(candidate, snapshot)):
            candidate.changed_by(change, change.weight * _CONSTANT, f"uses {used[0]}, which was changed")


def _called(on_trace: list[_Candidate], change: Change, snapshot: Snapshot) -> list[_Candidate]:
    found = []
    for path, touch in change.touches.items():
        source = snapshot.source(path)
        for name in touch.functions if source else ():
            function = source.named(name) if source else None
            users = [caller for caller in on_trace if name.rsplit(".", 1)[-1] in _names(caller, snapshot)]
            if function and users:
                position = _CALLEE * max(caller.position for caller in users)
                found.append(_Candidate(path, name, (function.start, function.end), position))
    return found


def _names(candidate: _Candidate, snapshot: Snapshot) -> set[str]:
    source = snapshot.source(candidate.path)
    function = source.named(candidate.function) if source and candidate.function else None
    return source.names_used(function) if source and function else set()


def _target(candidate: _Candidate) -> Target:
    return Target(
        path=candidate.path,
        function=candidate.function,
        start_line=candidate.span[0],
        end_line=candidate.span[1],
        score=round(candidate.position + candidate.change, 3),
        reasons=candidate.reasons,
        frame_line=candidate.frame_line,
    )

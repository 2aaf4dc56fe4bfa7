"""Which function should change: position in the trace, and what recent commits did to it."""

from dataclasses import dataclass, field

from functions.map_code.changes import Change
from functions.map_code.frames import Located, Place
from functions.map_code.slices import Slice, slice_of
from functions.map_code.snapshot import Snapshot
from mendloop.contracts.mapping import Target

_MOST_TARGETS = 10
_CALLEE = 0.3
"""A function that the trace does not name starts with this share of its caller's position."""
_CONSTANT = 0.8
"""A changed module-level value counts for the functions that use it, a little less than a change of their own."""
_BESIDE = 0.2
"""A change to a caller, beside the values that it hands on, hardly counts."""


@dataclass
class _Candidate:
    path: str
    function: str
    span: tuple[int, int]
    position: float
    change: float = 0.0
    frame_line: int | None = None
    deepest: bool = False
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
    on_trace = [(candidate, _slice(candidate, snapshot)) for candidate in candidates.values()]
    for change in changes:
        for candidate, slice_ in on_trace:
            _own_change(candidate, slice_, change, snapshot)
        for callee in _called(on_trace, change, snapshot):
            known = candidates.setdefault((callee.path, callee.function), callee)
            if known.frame_line is None:
                known.changed_by(change, change.weight, "makes a value used there, and was changed")
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
        deepest=not depth,
        reasons=[reason, *([place.note] if place.note else [])],
    )


def _own_change(candidate: _Candidate, slice_: Slice | None, change: Change, snapshot: Snapshot) -> None:
    touch = change.touches.get(candidate.path)
    if touch is None:
        return
    if candidate.function in touch.functions:
        matters = candidate.deepest or (slice_ and slice_.concerned_by(touch.functions[candidate.function]))
        candidate.changed_by(change, change.weight * (1 if matters else _BESIDE), "changed")
    elif not candidate.function and touch.bindings:
        candidate.changed_by(change, change.weight * _CONSTANT, "module level changed")
    elif used := sorted(touch.bindings & _names(candidate, snapshot)):
        weight = change.weight * (_CONSTANT if candidate.deepest else _BESIDE)
        candidate.changed_by(change, weight, f"uses {used[0]}, which was changed")


def _called(on_trace: list[tuple[_Candidate, Slice | None]], change: Change, snapshot: Snapshot) -> list[_Candidate]:
    """Functions that the change touched, and that a function of the trace calls for a value on its line there."""
    found = []
    for path, touch in change.touches.items():
        source = snapshot.source(path)
        for name in touch.functions if source else ():
            function = source.named(name) if source else None
            short = name.rsplit(".", 1)[-1]
            users = [caller for caller, slice_ in on_trace if slice_ and short in slice_.names]
            if function and users:
                position = _CALLEE * max(caller.position for caller in users)
                found.append(_Candidate(path, name, (function.start, function.end), position))
    return found


def _slice(candidate: _Candidate, snapshot: Snapshot) -> Slice | None:
    source = snapshot.source(candidate.path)
    function = source.named(candidate.function) if source and candidate.function else None
    line = candidate.frame_line
    return slice_of(source, function, line) if source and function and line and function.holds(line) else None


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

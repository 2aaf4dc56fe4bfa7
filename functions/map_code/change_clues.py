"""What recent commits did to the functions of a trace, to the values they use, and to what they call."""

from collections.abc import Iterable, Iterator

from functions.map_code.candidates import Candidate, Pool
from functions.map_code.changes import Change, Touch
from functions.map_code.slices import Slice, slice_of
from functions.map_code.snapshot import Snapshot

_CONSTANT = 0.8
"""A changed module-level value counts for the functions that use it, a little less than a change of their own."""
_BESIDE = 0.2
"""A change to a caller, beside the values that it hands on, hardly counts."""

_Sliced = tuple[Candidate, Slice | None]


def read_changes(changes: list[Change], pool: Pool, snapshot: Snapshot) -> None:
    """The clues `deployed` (new with the failing deployment) and `changed`: 0 to 1, by age and by what was touched."""
    found = list(pool)
    on_trace = [(one, _slice(one, snapshot)) for one in found if one.frame_line is not None]
    for change in changes:
        for candidate, slice_ in on_trace:
            _own(candidate, slice_, change, snapshot)
        for candidate in [
            *(one for one in found if one.frame_line is None),
            *_called(on_trace, change, pool, snapshot),
        ]:
            touch = change.touches.get(candidate.path)
            if touch and candidate.function in touch.functions:
                _changed(candidate, change, change.weight, "makes a value used there, and was changed")


def _changed(candidate: Candidate, change: Change, weight: float, what: str) -> None:
    news = ", new with the failing deployment" if change.new_since_good else ""
    candidate.add(
        "deployed" if change.new_since_good else "changed", weight, f"{what} by {change.commit.sha[:12]}{news}"
    )


def _own(candidate: Candidate, slice_: Slice | None, change: Change, snapshot: Snapshot) -> None:
    touch = change.touches.get(candidate.path)
    if touch is None:
        return
    deepest = "deepest" in candidate.clues
    if candidate.function in touch.functions:
        matters = deepest or (slice_ and slice_.concerned_by(touch.functions[candidate.function]))
        _changed(candidate, change, change.weight * (1 if matters else _BESIDE), "changed")
    elif not candidate.function and touch.bindings:
        _changed(candidate, change, change.weight * _CONSTANT, "module level changed")
    elif used := sorted(touch.bindings & _names(candidate, snapshot)):
        weight = change.weight * (_CONSTANT if deepest else _BESIDE)
        _changed(candidate, change, weight, f"uses {used[0]}, which was changed")


def _called(on_trace: list[_Sliced], change: Change, pool: Pool, snapshot: Snapshot) -> Iterator[Candidate]:
    """Functions that the change touched, and that a function of the trace calls for a value on its line there."""
    names = {name for _, slice_ in on_trace if slice_ for name in slice_.names}
    for path, touch in change.touches.items():
        source = snapshot.source(path)
        for name in _used(touch, names) if source else ():
            function = source.named(name) if source else None
            if function:
                candidate = pool.get(path, name, (function.start, function.end))
                if candidate.frame_line is None:
                    yield candidate


def _used(touch: Touch, names: Iterable[str]) -> list[str]:
    return [name for name in touch.functions if name.rsplit(".", 1)[-1] in names]


def _slice(candidate: Candidate, snapshot: Snapshot) -> Slice | None:
    source = snapshot.source(candidate.path)
    function = source.named(candidate.function) if source and candidate.function else None
    line = candidate.frame_line
    return slice_of(source, function, line) if source and function and line and function.holds(line) else None


def _names(candidate: Candidate, snapshot: Snapshot) -> set[str]:
    source = snapshot.source(candidate.path)
    function = source.named(candidate.function) if source and candidate.function else None
    return source.names_used(function) if source and function else set()

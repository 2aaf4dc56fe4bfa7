"""Frames as a chain of calls: the line where each calls the next, and where two traces were written as one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from functions.map_code.frame_functions import short_name
from functions.map_code.snapshot import Snapshot
from mendloop.contracts.evidence import Frame
from mendloop.domain.source_code import Call

if TYPE_CHECKING:
    from functions.map_code.frames import Place

_BUILT = {"__init__", "<init>", "constructor"}


def calling(place: "Place", below: Frame, snapshot: Snapshot) -> "Place":
    """The place at the line that calls the frame below it: lines drift a revision apart, calls stay."""
    calls = [] if place.function is None else _calls(place, below, snapshot)
    if not calls or any(call.span.holds(place.line) for call in calls):
        return place
    nearest = min(calls, key=lambda call: abs(call.span.start - place.line))
    note = f"the call of {nearest.name} stands at line {nearest.span.start}"
    return replace(place, line=nearest.span.start, note="; ".join(filter(None, (place.note, note))))


def joined_at(places: Sequence["Place"], next_is_own: Sequence[bool], snapshot: Snapshot) -> int:
    """How many of the first frames are a cause's, written behind the exception's own without a mark; 0 for none.

    Lambda's Java runtime does so. Entry first, such a list begins with the method that caught the cause, which comes
    again in the exception's own frames; between the two stands a frame that calls no own code, or not the next one.
    """
    first = places[0].function if places else None
    again = [at for at, place in enumerate(places) if at and first and place.function == first]
    if not again or places[again[0]].line == places[0].line:
        return 0
    inside = range(again[0])
    return next(
        (at + 1 for at in inside if not (next_is_own[at] and _calls(places[at], places[at + 1].frame, snapshot))), 0
    )


def _calls(place: "Place", below: Frame, snapshot: Snapshot) -> list[Call]:
    source = snapshot.source(place.path)
    if place.function is None or source is None:
        return []
    short = short_name(below.function)
    owner = below.function.replace("$", ".").split(".")[-2:-1]
    names = {short, *owner} if short in _BUILT else {short}
    return [call for call in source.facts(place.function).calls if call.name in names]

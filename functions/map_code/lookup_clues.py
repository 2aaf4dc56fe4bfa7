"""Something was looked for and is not there: who asked for it decides what that means."""

import re

from functions.map_code.candidates import Pool
from functions.map_code.errors_said import Said
from functions.map_code.roles import Role
from functions.map_code.search import Search, add_hits
from functions.map_code.trace_clues import Step

_FORWARDS = {
    "python": re.compile(r"\(\s*(\w+\s*,\s*)?\*\w+\s*,\s*\*\*\w+\s*\)"),
    "javascript": re.compile(r"\(\s*\.\.\.\w+\s*\)"),
}
_HEAD = 5
"""Lines in which a function's parameters stand."""


def read_fillings(said: Said, pool: Pool, search: Search) -> None:
    """A text was filled in and the key was not there: who writes such a text. A logger formats it much later."""
    for key in said.quoted if said.kind == "missing" else ():
        hits = search.filling(key)
        add_hits(pool, hits, "fills_missing", 1.0, f"writes a text with {key} to be filled in")


def read_lookups(steps: list[Step], said: Said, search: Search) -> None:
    """The function that reports a missing thing, and the first one above it that asked for it."""
    first = next((step for step in steps if step.beyond == 0), None)
    if first is None or said.kind != "missing" or not first.part.raises:
        return
    first.candidate.add("reports_missing", 1.0, "says that something is not there")
    short = first.place.function.short if first.place.function else ""
    for step in steps:
        same = step.place.function is not None and step.place.function.short == short
        ready = "catches_others" in step.candidate.clues
        handed = step.part.role is Role.PASSES or "dispatches" in step.candidate.clues or _forwards(step, search)
        if step.beyond > 0 and (ready or not handed) and not same and step.place.path != first.place.path:
            step.candidate.add("asked_for", 1.0, "asked for what is not there")
            return


def _forwards(step: Step, search: Search) -> bool:
    """A wrapper: a function inside another one that hands on whatever it is given."""
    function, source = step.place.function, search.snapshot.source(step.place.path)
    pattern = _FORWARDS.get(source.language) if source else None
    if function is None or source is None or pattern is None:
        return False
    inside = function.name.count(".") > function.owner.count(".") + bool(function.owner)
    return inside and bool(pattern.search("\n".join(source.lines[function.start - 1 : function.start - 1 + _HEAD])))

"""Which function should change: the clues of all candidates, weighed by what real fixes taught."""

from collections.abc import Iterable
from math import exp

from functions.map_code.candidates import Candidate, Pool
from functions.map_code.change_clues import read_changes
from functions.map_code.changes import Change
from functions.map_code.errors_said import read_error
from functions.map_code.frames import Located
from functions.map_code.lookup_clues import read_fillings, read_lookups
from functions.map_code.nature_clues import read_nature, read_standing
from functions.map_code.neighbour_clues import read_callers, read_message, read_neighbours, read_quotes
from functions.map_code.search import Search
from functions.map_code.snapshot import Snapshot
from functions.map_code.spoken_clues import read_spoken
from functions.map_code.trace_clues import read_origin, read_trace, steps
from functions.map_code.value_clues import Values
from functions.map_code.weights import WEIGHTS
from functions.map_code.wider_clues import read_wider
from mendloop.contracts.mapping import Target

MOST_TARGETS = 10
_EVENED = 0.5
"""How much of a score counts where the targets of a file are taken together: many doubtful ones speak for it too."""


def candidates(located: Located, changes: list[Change], snapshot: Snapshot) -> list[Candidate]:
    """Functions of the trace, and functions a step or two from it, with their clues."""
    if not located.places:
        return []
    search, pool = Search(snapshot, located.language), Pool()
    said = read_error(located.error, located.message)
    trace = steps(located, pool, search)
    read_trace(trace, located, said, search)
    Values(trace, said, pool, search).read()
    read_origin(trace)
    read_message(said, trace, pool, search)
    read_quotes(said, trace, pool, search)
    read_neighbours(trace, said, pool, search)
    read_callers(trace, pool, search)
    read_fillings(said, pool, search)
    read_spoken(said, trace, pool, search)
    read_wider(said, pool, search)
    read_changes(changes, pool, snapshot)
    read_nature(pool, search)
    read_standing(trace, pool)
    read_lookups(trace, said, search)
    return list(pool)


def rank(found: list[Candidate]) -> list[Target]:
    """Targets, best first."""
    for candidate in found:
        candidate.score = sum(WEIGHTS.get(clue, 0.0) * value for clue, value in candidate.clues.items())
    ordered = sorted(found, key=lambda one: (-one.score, one.path, one.span))
    return [_target(candidate) for candidate in ordered[:MOST_TARGETS]]


def rank_files(scored: Iterable[tuple[str, float]]) -> list[str]:
    """Paths of targets given best first: the first one's, then by what all targets of a file weigh together."""
    weights: dict[str, float] = {}
    for path, score in scored:
        weights[path] = weights.get(path, 0.0) + exp(_EVENED * score)
    first = next(iter(weights), "")
    return sorted(weights, key=lambda path: (path != first, -weights[path]))


def _target(candidate: Candidate) -> Target:
    return Target(
        path=candidate.path,
        function=candidate.function,
        start_line=candidate.span[0],
        end_line=candidate.span[1],
        score=round(candidate.score, 3),
        reasons=candidate.reasons,
        frame_line=candidate.frame_line,
    )

"""Source roots that a service's incidents taught: remembered for its next ones, corrected where an operator spoke."""

from collections.abc import Sequence
from dataclasses import dataclass

from mendloop.contracts.mapping import Correction, SourceRoot, SourceRoots

MOST = 20


@dataclass(frozen=True)
class Taught:
    """What is known before the trace is read."""

    roots: frozenset[tuple[str, str]] = frozenset()
    """Pairs of a folder at run time and one of the repository."""
    named: frozenset[str] = frozenset()
    """Paths that an operator named for the fault."""

    @classmethod
    def of(cls, known: SourceRoots | None, correction: Correction | None) -> "Taught":
        """From the store's documents."""
        roots = frozenset((one.at_run_time, one.in_repository) for one in (known.roots if known else ()))
        named = frozenset(name.partition("::")[0] for name in (correction.functions if correction else ()))
        return cls(roots, named)


def with_learnt(
    known: SourceRoots | None, service: str, learnt: Sequence[SourceRoot], correction: Correction | None
) -> SourceRoots | None:
    """What is to be remembered now, the newest first; None where nothing is known still.

    After a correction a folder of the run time is what the corrected trace shows, and nothing else any more.
    """
    before = known.roots if known else []
    if correction:
        corrected = {one.at_run_time for one in learnt}
        before = [one for one in before if one.at_run_time not in corrected or one in learnt]
    fresh = [one for one in learnt if one not in before]
    if not fresh and known and before == known.roots:
        return known
    roots = [*fresh, *before][:MOST]
    return SourceRoots(service=service, roots=roots) if roots or known else None

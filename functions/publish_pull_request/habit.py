"""The title as this repository writes its own: small and plain, by what most of its recent commits do.

Commit texts are anybody's: they are only counted, nothing of them is taken over.
"""

import re
from collections.abc import Sequence

ENOUGH = 5
"""Commits below which nothing is called a habit."""
_CONVENTIONAL = re.compile(
    r"^(feat|fix|chore|docs|refactor|test|tests|ci|build|perf|style|revert)(\([^)]{1,40}\))?!?: \S", re.IGNORECASE
)
_MERGE = re.compile(r"^(Merge|Bump|Revert) ")
_PAST = re.compile(r"^(Fixed|Added|Removed|Changed|Updated|Made|Refs|[A-Z][a-z]+ed)\b")


def in_habit(title: str, subjects: Sequence[str]) -> str:
    """`title` begins with a verb in the imperative, e.g. `Fix TypeError in order_total`."""
    own = [subject for subject in subjects if subject and not _MERGE.match(subject)]
    if len(own) < ENOUGH:
        return title
    verb, _, rest = title.partition(" ")
    conventional = [subject for subject in own if _CONVENTIONAL.match(subject)]
    if _most(conventional, own):
        said = [subject.partition(": ")[2] for subject in conventional]
        kind = "revert" if verb == "Undo" else "fix"
        return f"{kind}: {verb.lower() if _most([each for each in said if each[0].islower()], said) else verb} {rest}"
    if _most([subject for subject in own if _PAST.match(subject)], own):
        return f"{'Undid' if verb == 'Undo' else 'Fixed'} {rest}"
    if _most([subject for subject in own if subject[0].islower() and ":" not in subject], own):
        return f"{verb.lower()} {rest}"
    return title


def _most(some: Sequence[str], of: Sequence[str]) -> bool:
    return 2 * len(some) > len(of)

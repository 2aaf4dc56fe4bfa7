"""CODEOWNERS: who answers for a path. The library reads the patterns; here is what its answer means."""

from collections.abc import Callable
from dataclasses import dataclass

from codeowners import CodeOwners

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where hosts look, in their order."""


@dataclass(frozen=True)
class PathOwner:
    """One entry of the line that applies to a path."""

    kind: str
    """`login`, `email` or `team`."""
    name: str
    """Without the leading `@`."""


def owners_of(path: str, read: Callable[[str], bytes | None]) -> list[PathOwner]:
    """Owners of a path in the order written; empty when there is no file, no match, or the file is malformed."""
    content = next((found for place in PLACES if (found := read(place)) is not None), None)
    if content is None:
        return []
    try:
        owners = CodeOwners(content.decode("utf-8", "replace")).of(path)
    except (ValueError, IndexError):
        return []  # hosts ignore a malformed file too
    kinds = {"USERNAME": "login", "EMAIL": "email", "TEAM": "team"}
    return [PathOwner(kinds[kind], name.removeprefix("@")) for kind, name in owners]

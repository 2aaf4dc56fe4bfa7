"""Ids that mendloop chooses: the same effect asks for the same id, and Linear takes each only once."""

from uuid import UUID

from mendloop.domain.identity import sha256

MOST = 5
"""Ids of one key: another where somebody deleted an issue, whose id stays taken for a while."""


def uuid_of(*parts: str) -> str:
    """In the form of version 4, which Linear asks for."""
    return str(UUID(hex=sha256("\0".join(("mendloop", *parts)))[:32], version=4))


def ids_of(key: str) -> list[str]:
    """Of the issues that may stand for mendloop's key, first to last."""
    return [uuid_of("issue", key, str(number)) for number in range(MOST)]

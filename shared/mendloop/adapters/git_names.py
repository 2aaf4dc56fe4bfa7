"""Names that come from outside and end up as arguments of git or parts of an address."""

import re

from mendloop.domain.archives import is_tree_path
from mendloop.domain.errors import NotFound, Rejected

_HASH = re.compile(r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")
_FORBIDDEN_IN_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\.lock(?:/|$)|/\.|\.$|/$|^[-./]|^@$")
_MERGED_PULL_REQUEST = re.compile(r"^Merge pull request #(\d+)|\(#(\d+)\)$")


def is_hash(word: str) -> bool:
    """Whether it is a full hash, as git writes them."""
    return bool(_HASH.fullmatch(word))


def full_hash(revision: str) -> str:
    """The revision itself, or NotFound when it is no full commit hash; nothing else ever reaches git as a revision."""
    if not is_hash(revision):
        raise NotFound(f"{revision[:80]!r} is not a full commit hash; resolve it first")
    return revision


def is_ref_name(name: str) -> bool:
    """Whether git would take this as the name of a branch or tag (git-check-ref-format), and never as an option."""
    return 0 < len(name) <= 200 and not _FORBIDDEN_IN_REF.search(name)


def branch_name(name: str) -> str:
    """The name itself, or Rejected when no branch can be called so."""
    if not is_ref_name(name):
        raise Rejected(f"{name[:80]!r} cannot be the name of a branch")
    return name


def tree_path(path: str) -> str:
    """The path itself, or Rejected when it leads out of the tree."""
    if not is_tree_path(path):
        raise Rejected(f"{path[:80]!r} is not a path inside the repository")
    return path


def pull_request_in(subject: str) -> str:
    """The number of the pull request that a commit's subject names, or an empty text."""
    found = _MERGED_PULL_REQUEST.search(subject)
    return (found.group(1) or found.group(2)) if found else ""

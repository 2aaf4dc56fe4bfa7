"""What was read of a revision, kept for the next mapping: a commit's tree never changes."""

from collections import OrderedDict
from dataclasses import dataclass, field

from functions.map_code.words import Words
from mendloop.domain.catalog import Repository
from mendloop.ports import TreeEntry

MOST_KEPT = 150_000_000
"""Bytes of contents, as far as one tree does not have more by itself."""
MOST_TREES = 8


@dataclass
class ReadTree:
    """One revision of one repository, as far as it was read."""

    entries: list[TreeEntry] | None = None
    contents: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """By language, by path."""
    words: dict[str, Words] = field(default_factory=dict)
    """By language: its own files, without tests and vendored ones."""
    by_name: dict[str, list[str]] | None = None
    """Paths by file name, without vendored ones, sorted."""

    @property
    def size(self) -> int:
        """Bytes of contents."""
        return sum(len(content) for files in self.contents.values() for content in files.values())


class Kept:
    """Trees by repository and revision, the one asked for last of all dropped last."""

    def __init__(self) -> None:
        self._trees: OrderedDict[tuple[str, str, str, str], ReadTree] = OrderedDict()

    def tree(self, repository: Repository, revision: str) -> ReadTree:
        """The one that is there, else a new one."""
        key = (repository.host, repository.base_url, repository.location, revision)
        found = self._trees.pop(key, None) or ReadTree()
        self._make_room()
        self._trees[key] = found
        return found

    def _make_room(self) -> None:
        """For a tree whose size is not known yet: beside it at most half of what is kept."""
        total = 0
        for place, (key, tree) in enumerate(reversed(list(self._trees.items()))):
            total += tree.size
            if total > MOST_KEPT // 2 or place >= MOST_TREES - 1:
                del self._trees[key]

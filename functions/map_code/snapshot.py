"""A repository at one revision, read through the code host port and parsed once per file."""

from functools import cached_property

from mendloop.domain.catalog import Repository
from mendloop.domain.python_source import PythonSource
from mendloop.ports import CodeHost

_REGULAR = {"100644", "100755"}
_LARGEST_SOURCE = 1_000_000
"""Bytes; a larger Python file is generated, and parsing it would cost more than it tells."""


class Snapshot:
    """Files of one revision. Symbolic links and submodules are left out: they are never followed."""

    def __init__(self, code: CodeHost, repository: Repository, revision: str) -> None:
        self.code = code
        self.repository = repository
        self.revision = revision
        self._sources: dict[str, PythonSource | None] = {}

    def at(self, revision: str) -> "Snapshot":
        """The same repository at another revision."""
        return self if revision == self.revision else Snapshot(self.code, self.repository, revision)

    @cached_property
    def paths(self) -> frozenset[str]:
        """Paths of the regular files."""
        tree = self.code.tree(self.repository, self.revision)
        return frozenset(entry.path for entry in tree if entry.mode in _REGULAR)

    def source(self, path: str) -> PythonSource | None:
        """The parsed Python file; None when there is none at this revision, or it is binary or too large."""
        if path not in self._sources:
            content = self.code.file(self.repository, self.revision, path) if path.endswith(".py") else None
            readable = content is not None and len(content) <= _LARGEST_SOURCE and b"\0" not in content
            self._sources[path] = PythonSource(content) if content is not None and readable else None
        return self._sources[path]

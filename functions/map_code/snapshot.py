"""A repository at one revision, read through the code host port and parsed once per file."""

from functools import cached_property

from mendloop.domain.catalog import Repository
from mendloop.domain.errors import TooLarge
from mendloop.domain.source_code import SUFFIXES_OF, SourceFile, grammar_of, read_source
from mendloop.ports import CodeHost, TreeEntry

_REGULAR = {"100644", "100755"}
_LARGEST_SEARCHED = 400_000
_MOST_SEARCHED = 150_000_000
"""Bytes of one language's files that are searched; larger trees are searched in part, smallest files first."""


class Snapshot:
    """Files of one revision. Symbolic links and submodules are left out: they are never followed."""

    def __init__(self, code: CodeHost, repository: Repository, revision: str) -> None:
        self.code = code
        self.repository = repository
        self.revision = revision
        self._sources: dict[str, SourceFile | None] = {}
        self._contents: dict[str, dict[str, bytes]] = {}

    def at(self, revision: str) -> "Snapshot":
        """The same repository at another revision."""
        return self if revision == self.revision else Snapshot(self.code, self.repository, revision)

    @cached_property
    def _entries(self) -> dict[str, TreeEntry]:
        tree = self.code.tree(self.repository, self.revision)
        return {entry.path: entry for entry in tree if entry.mode in _REGULAR}

    @cached_property
    def paths(self) -> frozenset[str]:
        """Paths of the regular files."""
        return frozenset(self._entries)

    def contents(self, language: str) -> dict[str, bytes]:
        """Files of a language, by path, read in one go: what a search looks through."""
        if language not in self._contents:
            suffixes = SUFFIXES_OF.get(language, ())
            entries = [
                one for path, one in self._entries.items() if suffixes and path.endswith(suffixes) and one.size >= 0
            ]
            wanted, total = list[str](), 0
            for entry in sorted(entries, key=lambda one: one.size):
                total += entry.size
                if entry.size > _LARGEST_SEARCHED or total > _MOST_SEARCHED:
                    break
                wanted.append(entry.path)
            self._contents[language] = self.code.files(self.repository, self.revision, wanted) if wanted else {}
        return self._contents[language]

    def source(self, path: str) -> SourceFile | None:
        """The parsed file; None when there is none, or it is binary, too large, or of no known language."""
        if path not in self._sources:
            content = self._content(path) if grammar_of(path) else None
            self._sources[path] = read_source(path, content) if content is not None else None
        return self._sources[path]

    def lines(self, path: str) -> list[str] | None:
        """The text of a file in any language; None when there is none, or it is binary or too large."""
        source = self.source(path)
        if source is not None:
            return source.lines
        content = None if grammar_of(path) else self._content(path)
        if content is None or b"\0" in content:
            return None
        return content.decode("utf-8", "replace").split("\n")

    def _content(self, path: str) -> bytes | None:
        known = next((files[path] for files in self._contents.values() if path in files), None)
        if known is not None:
            return known
        try:
            return self.code.file(self.repository, self.revision, path)
        except TooLarge:
            return None  # a source of several megabytes is generated

"""A repository at one revision, read through the code host port and parsed once per file."""

from collections.abc import Callable
from functools import cached_property

from functions.map_code.kept import Kept, ReadTree
from functions.map_code.paths import paths_by_name
from functions.map_code.words import Words
from mendloop.contracts.mapping import Outcome
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import TooLarge
from mendloop.domain.source_code import SUFFIXES_OF, SourceFile, grammar_of, read_source
from mendloop.ports import CodeHost, TreeEntry

_REGULAR = {"100644", "100755"}
_ELSEWHERE = {"120000": Outcome.LINK, "160000": Outcome.SUBMODULE}
_LARGEST_SEARCHED = 400_000
_MOST_SEARCHED = 150_000_000
"""Bytes of one language's files that are searched; larger trees are searched in part, smallest files first."""


class Snapshot:
    """Files of one revision. Symbolic links and submodules are left out: they are never followed."""

    def __init__(self, code: CodeHost, repository: Repository, revision: str, kept: Kept | None = None) -> None:
        """`kept`: what earlier mappings read of this revision."""
        self.code = code
        self.repository = repository
        self.revision = revision
        self._sources: dict[str, SourceFile | None] = {}
        self._read = kept.tree(repository, revision) if kept else ReadTree()

    def at(self, revision: str) -> "Snapshot":
        """The same repository at another revision."""
        return self if revision == self.revision else Snapshot(self.code, self.repository, revision)

    @property
    def _tree(self) -> list[TreeEntry]:
        if self._read.entries is None:
            self._read.entries = self.code.tree(self.repository, self.revision)
        return self._read.entries

    @cached_property
    def _entries(self) -> dict[str, TreeEntry]:
        return {entry.path: entry for entry in self._tree if entry.mode in _REGULAR}

    @cached_property
    def _elsewhere(self) -> dict[str, Outcome]:
        """Paths that are in the tree and lead out of it, with what they are."""
        return {entry.path: _ELSEWHERE[entry.mode] for entry in self._tree if entry.mode in _ELSEWHERE}

    @cached_property
    def paths(self) -> frozenset[str]:
        """Paths of the regular files."""
        return frozenset(self._entries)

    def contents(self, language: str) -> dict[str, bytes]:
        """Files of a language, by path, read in one go: what a search looks through."""
        if language not in self._read.contents:
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
            self._read.contents[language] = self.code.files(self.repository, self.revision, wanted) if wanted else {}
        return self._read.contents[language]

    def words(self, language: str, own: Callable[[str], bool]) -> Words:
        """The contents of a language's own files, to be looked through."""
        if language not in self._read.words:
            contents = self.contents(language)
            self._read.words[language] = Words({path: contents[path] for path in contents if own(path)})
        return self._read.words[language]

    def by_name(self) -> dict[str, list[str]]:
        """Paths by file name, vendored ones left out."""
        if self._read.by_name is None:
            self._read.by_name = paths_by_name(self.paths)
        return self._read.by_name

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

    def detour(self, printed: str) -> tuple[str, Outcome] | None:
        """The link or submodule that stands where a printed path leads to; None when there is none."""
        whole = f"/{printed}/"
        return next(((path, what) for path, what in self._elsewhere.items() if f"/{path}/" in whole), None)

    def unread(self, path: str) -> Outcome | None:
        """Why a file has no lines to look at; None where it has."""
        if self.lines(path) is not None:
            return None
        content = self._content(path)
        return Outcome.BINARY if content is not None and b"\0" in content else Outcome.TOO_LARGE

    def _content(self, path: str) -> bytes | None:
        known = next((files[path] for files in self._read.contents.values() if path in files), None)
        if known is not None:
            return known
        try:
            return self.code.file(self.repository, self.revision, path)
        except TooLarge:
            return None  # a source of several megabytes is generated

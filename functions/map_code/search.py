"""Looking through a whole tree for a name: who defines it, who calls it. By text first, parsed after."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from functions.map_code.candidates import Pool
from functions.map_code.printed import is_vendored
from functions.map_code.snapshot import Snapshot
from functions.map_code.words import Words
from mendloop.domain.source_code import Class, Function, SourceFile

_TESTS = re.compile(
    r"(^|/)(tests?|test_?(ing|util\w*|log|help\w*|support)|specs?|__tests__|__mocks__|testdata|test-data|test_data|fixtures|mocks?|integration|"
    r"integration-cli|e2e|benchmarks?|testutils?|(?<!com/)(?<!org/)examples?|docs?|samples?)(/|$)"
    r"|(^|/)(test_[^/]*\.py|[^/]*_tests?\.py|conftest\.py|[^/]*_test\.go|[^/]*\.(test|spec)\.[cm]?[jt]sx?"
    r"|[^/]*(Tests?|TestCase|IT)\.(java|kt))$"
)
_DEFINES = {
    "python": rb"\bdef %s\b",
    "java": rb"[\w>\])?]\s+%s\s*\([^;{}()]*\)[^;{}()]*\{",
    "go": rb"\bfunc\s+(\([^)]*\)\s*)?%s\b",
    "javascript": rb"\b%s\b\s*[:=]\s*(async\s*)?(function|\()|\bfunction\*?\s+%s\b"
    rb"|^\s+(async\s+|static\s+)*%s\s*\([^;{}]*\{",
}
_PARTS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_MOST_FILES = 8
_MANY = 3_000
"""No clue tells more than so many from that many: counting ends there."""


@dataclass(frozen=True)
class Hit:
    """One function found."""

    path: str
    function: Function


class Search:
    """Over the files of one language, tests and vendored ones left out."""

    def __init__(self, snapshot: Snapshot, language: str) -> None:
        self.snapshot = snapshot
        self.language = language
        self._named: dict[str, list[Hit]] = {}

    @cached_property
    def words(self) -> Words:
        """The files, and in which of them a text stands."""
        return self.snapshot.words(self.language, lambda path: not is_test(path) and not is_vendored(path))

    @property
    def files(self) -> Mapping[str, bytes]:
        """By path."""
        return self.words.files

    def stem(self, name: str) -> list[str]:
        """Files called like this, without suffix: a Java class, a Python or JavaScript module."""
        return self.words.stems.get(name, [])

    def file_of(self, dotted: str) -> list[tuple[str, tuple[int, int]]]:
        """The file and the lines of a class or module, by its whole name; of few that fit all, else none."""
        outer, _, inner = dotted.partition("$")
        whole = outer.replace(".", "/")
        named = self.stem(outer.rpartition(".")[2])
        paths = [path for path in named if f"/{path.rpartition('.')[0]}".endswith(f"/{whole}")]
        found = []
        for path in paths if len(paths) <= 2 else []:
            source = self.snapshot.source(path)
            short = (inner or outer.rpartition(".")[2]).rsplit("$", 1)[-1]
            spans = [(one.start, one.end) for one in source.classes if one.short == short] if source else []
            found.append((path, spans[0] if spans else (1, 1)))
        return found

    def folder(self, name: str) -> list[str]:
        """Files directly in a folder of this name: a Go package."""
        return self.words.folders.get(name, [])

    def functions(self, short: str) -> list[Hit]:
        """All functions of that last name; none where so many files define it that the name says nothing."""
        if short not in self._named:
            self._named[short] = list(self._defining(short))
        return self._named[short]

    def _defining(self, short: str) -> Iterator[Hit]:
        pattern = _DEFINES.get(self.language)
        if pattern is None or len(short) < 2:
            return
        name = short.encode()
        regex = re.compile(pattern.replace(b"%s", re.escape(name)), re.MULTILINE)
        paths = self.words.matching(name, regex, _MOST_FILES + 1)
        for path in sorted(paths) if len(paths) <= _MOST_FILES else []:
            source = self.snapshot.source(path)
            yield from (Hit(path, one) for one in (source.ending(short) if source else ()))

    def functions_in(self, short: str, folders: set[str]) -> list[Hit]:
        """Functions of that last name in a few folders, however many others there are."""
        name = short.encode()
        paths = [path for path, _ in self.words.holding(name) if path.rpartition("/")[0] in folders][: _MOST_FILES * 2]
        sources = [(path, source) for path in paths if (source := self.snapshot.source(path))]
        return [Hit(path, one) for path, source in sources for one in source.ending(short)]

    def classes(self, name: str) -> list[tuple[str, SourceFile, Class]]:
        """Classes of that name."""
        needle, found = name.encode(), list[tuple[str, SourceFile, Class]]()
        paths = self.stem(name)
        if not paths:
            regex = re.compile(rb"\b(class|interface|enum|type)\s+" + re.escape(needle) + rb"\b")
            paths = self.words.matching(needle, regex, _MOST_FILES)
        for path in paths[:_MOST_FILES]:
            source = self.snapshot.source(path)
            if source:
                found += [(path, source, one) for one in source.classes if one.short == name]
        return found

    def classes_ending(self, suffix: str) -> list[tuple[str, SourceFile, Class]]:
        """Classes whose name ends so, where few files have one."""
        regex = re.compile(rb"\bclass\s+\w*" + re.escape(suffix.encode()) + rb"\b")
        paths = self.words.matching(suffix.encode(), regex, _MOST_FILES + 1)
        files = [(path, self.snapshot.source(path)) for path in paths] if len(paths) <= _MOST_FILES else []
        return [(path, file, one) for path, file in files if file for one in file.classes if one.short.endswith(suffix)]

    def deriving(self, name: str) -> list[tuple[str, SourceFile, Class]]:
        """Classes that name this one as a base."""
        needle = name.encode()
        regex = re.compile(rb"(\bclass\s+\w+\s*\(|extends|implements)[^{:]*\b" + re.escape(needle) + rb"\b")
        found = list[tuple[str, SourceFile, Class]]()
        for path in self.words.matching(needle, regex, _MOST_FILES * 2):
            source = self.snapshot.source(path)
            if source:
                found += [(path, source, one) for one in source.classes if name in one.bases]
        return found

    def calls(self, short: str) -> int:
        """How often the name is followed by an opening bracket: a helper of everybody is seldom what is wrong."""
        return self.words.count(f"{short}(".encode(), _MANY)

    def writing(self, quoted: str) -> list[Hit]:
        """Functions that hold the text in quotes, where only few files do."""
        return self._holding(quoted.encode(), rb"""['"`]%s['"`]""")

    def holding(self, word: str) -> list[Hit]:
        """Functions that hold the word, where only few files do."""
        return self._holding(word.encode(), rb"\b%s\b")

    def filling(self, key: str) -> list[Hit]:
        """Functions with a text that this key is filled into, `%(key)s` or `{key}`, where only few files have one."""
        return self._holding(key.encode(), rb"%%\(%s\)|[^$]\{%s[!:}]")

    def _holding(self, needle: bytes, pattern: bytes) -> list[Hit]:
        regex = re.compile(pattern.replace(b"%%", b"%").replace(b"%s", re.escape(needle)))
        paths = self.words.matching(needle, regex, _MOST_FILES // 2 + 1)
        found = []
        for path in paths if len(paths) <= _MOST_FILES // 2 else []:
            source, content = self.snapshot.source(path), self.files[path]
            lines = [content.count(b"\n", 0, match.start()) + 1 for match in regex.finditer(content)][:_MOST_FILES]
            found += [Hit(path, one) for line in lines if source and (one := source.enclosing(line))]
        return list({(hit.path, hit.function.name): hit for hit in found}.values())

    def named_after(self, word: str, folder: str) -> list[Hit]:
        """Functions of a folder's own files with this word in their name, where they are few."""
        spelled = {word.encode(), word.capitalize().encode()}
        paths = [path for one in spelled for path, _ in self.words.holding(one) if path.rpartition("/")[0] == folder]
        found = []
        for path in sorted(set(paths)):
            source = self.snapshot.source(path)
            found += [Hit(path, one) for one in (source.functions if source else ()) if word in name_words(one.short)]
        return found if len(found) <= _MOST_FILES else []

    def mentions(self, path: str) -> int:
        """How many files name this file's module or class."""
        stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        if stem in {"__init__", "index", "main", "mod"} or self.language == "go":
            stem = path.rpartition("/")[0].rpartition("/")[2]
        return self.words.count((f"{stem}." if self.language == "go" else stem).encode(), _MANY, once=True)

    def callers(self, short: str) -> list[Hit]:
        """Functions that call the name, where only few files do."""
        needle = f"{short}(".encode()
        paths = [path for path, _ in islice(self.words.holding(needle), _MOST_FILES + 1)]
        found = []
        for path in sorted(paths) if len(paths) <= _MOST_FILES else []:
            if source := self.snapshot.source(path):
                calling = (one for one in source.functions if one.short != short)
                found += [Hit(path, one) for one in calling if any(c.name == short for c in source.facts(one).calls)]
        return found


def name_words(name: str) -> set[str]:
    """The words that a name is made of, in small letters."""
    return {part.lower() for part in _PARTS.findall(name)}


def is_test(path: str) -> bool:
    """Whether a file is a test, an example or documentation."""
    return bool(_TESTS.search(path))


def add_hits(pool: Pool, hits: Iterable[Hit], clue: str, weight: float, reason: str) -> None:
    """Raise the functions found, tests left out; of several each gets its share."""
    found = [hit for hit in hits if not is_test(hit.path)]
    for hit in found:
        candidate = pool.get(hit.path, hit.function.name, (hit.function.start, hit.function.end))
        candidate.add(clue, weight / len(found), reason)

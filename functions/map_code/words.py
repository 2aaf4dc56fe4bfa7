"""Which files of a tree hold a text, without looking at every file: each word's files are known, verified by text."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice

_WORD_BYTES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") | frozenset(range(128, 256))
_TO_WORDS = bytes(byte if byte in _WORD_BYTES else 0x20 for byte in range(256))
_BREAK = b"\n"


class Words:
    """Over files that never change: those of one language at one revision."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self._paths = list(files)
        self._matching: dict[tuple[bytes, bytes, int], list[str]] = {}
        self._counts: dict[tuple[bytes, int, bool], int] = {}

    def holding(self, needle: bytes) -> Iterator[tuple[str, bytes]]:
        """Path and content of the files that hold these bytes, in the order of the files."""
        for number in self._candidates(needle):
            path = self._paths[number]
            content = self.files[path]
            if needle in content:
                yield path, content

    def matching(self, needle: bytes, regex: re.Pattern[bytes], most: int) -> list[str]:
        """The first files, in order, that match a pattern with the needle in it."""
        key = (needle, regex.pattern, most)
        if key not in self._matching:
            found = (path for path, content in self.holding(needle) if regex.search(content))
            self._matching[key] = list(islice(found, most))
        return self._matching[key]

    def count(self, needle: bytes, most: int, *, once: bool = False) -> int:
        """How often the bytes stand there (`once`: at most once per file); counting ends beyond `most`."""
        key = (needle, most, once)
        if key not in self._counts:
            total = 0
            for _, content in self.holding(needle):
                total += 1 if once else content.count(needle)
                if total >= most:
                    break
            self._counts[key] = total
        return self._counts[key]

    def _candidates(self, needle: bytes) -> list[int]:
        """Files that hold the needle's longest word, as a part of one of theirs; all where it has none."""
        longest = max(needle.translate(_TO_WORDS).split(), key=len, default=b"")
        if not longest:
            return list(range(len(self._paths)))
        found = self._containing(longest)
        if len(found) == 1:
            return self._files_of[found[0]]
        return sorted({number for word in found for number in self._files_of[word]})

    def _containing(self, part: bytes) -> list[bytes]:
        """Words that the part is in. A tree has far fewer words than text."""
        found, text = list[bytes](), self._vocabulary
        at = text.find(part)
        while at >= 0:
            end = text.index(_BREAK, at)
            found.append(text[text.rindex(_BREAK, 0, at) + 1 : end])
            at = text.find(part, end)
        return found

    @cached_property
    def stems(self) -> dict[str, list[str]]:
        """Paths by file name without suffix: a Java class, a Python or JavaScript module."""
        return _grouped(self.files, lambda path: path.rsplit("/", 1)[-1].rsplit(".", 1)[0])

    @cached_property
    def folders(self) -> dict[str, list[str]]:
        """Paths by the name of the folder that they are directly in: a Go package."""
        return _grouped(self.files, lambda path: path.rpartition("/")[0].rpartition("/")[2])

    @cached_property
    def _files_of(self) -> dict[bytes, list[int]]:
        found: dict[bytes, list[int]] = {}
        for number, content in enumerate(self.files.values()):
            for word in set(content.translate(_TO_WORDS).split()):
                found.setdefault(word, []).append(number)
        return found

    @cached_property
    def _vocabulary(self) -> bytes:
        return _BREAK + _BREAK.join(self._files_of) + _BREAK


def _grouped(paths: Iterable[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(key(path), []).append(path)
    return found

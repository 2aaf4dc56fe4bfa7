"""Search/replace edits and the diff derived from them. Pure: files are read through a function of the caller's."""

import io
import re
import tokenize
from collections.abc import Callable, Mapping, Sequence
from difflib import unified_diff as _difflib_diff
from pathlib import PurePosixPath
from typing import Protocol

from mendloop.domain.errors import PatchRefused

Read = Callable[[str], bytes | None]
"""Content of a regular file at the base revision; None when there is none (links are none)."""


_HUNK = re.compile(r"@@ -\d+(?:,(?P<old>\d+))? \+\d+(?:,(?P<new>\d+))? @@")


class EditLike(Protocol):
    """What an edit holds; `mendloop.contracts.draft.Edit` is one."""

    @property
    def path(self) -> str:
        """Repository path."""

    @property
    def search(self) -> str:
        """Exact text at the base; empty only for a new file."""

    @property
    def replace(self) -> str:
        """What stands there instead."""

    @property
    def new_file(self) -> bool:
        """Whether `path` must not exist yet."""


def apply_edits(read: Read, edits: Sequence[EditLike]) -> dict[str, bytes]:
    """New content of every touched path. Line endings, encoding and everything outside the anchors stay as they are.

    Raises PatchRefused when an anchor does not stand exactly once at the base, anchors overlap, a path leaves the
    repository, a new file exists already, or a file would become empty.
    """
    if not edits:
        raise PatchRefused("no edits: there is nothing to change")
    by_path: dict[str, list[EditLike]] = {}
    for edit in edits:
        check_path(edit.path)
        by_path.setdefault(edit.path, []).append(edit)
    return {path: _new_content(path, read(path), group) for path, group in by_path.items()}


def check_path(path: str) -> None:
    """PatchRefused unless `path` is a plain relative repository path outside `.git`."""
    parts = path.split("/")
    plain = path and "\\" not in path and path.isprintable() and not path.startswith(("/", "~")) and ":" not in parts[0]
    if not plain or any(part in {"", ".", ".."} for part in parts):
        raise PatchRefused(f"path guard: {path!r} is not a plain path inside the repository")
    # Windows and macOS fold case and drop trailing dots, so `.GIT.` is `.git` for somebody who checks this out.
    if any(part.lower().rstrip(". ") == ".git" for part in parts):
        raise PatchRefused(f"path guard: {path!r} lies in git's own folder")


def unified_diff(before: Mapping[str, bytes | None], after: Mapping[str, bytes]) -> str:
    """Unified diff with `a/` and `b/` prefixes, paths sorted; a path absent or None in `before` is a new file."""
    return "".join(_file_diff(path, before.get(path), after[path]) for path in sorted(after))


def changed_lines(diff: str) -> int:
    """Added plus removed lines of a unified diff; a changed line counts twice, as code hosts count."""
    left = count = 0  # `left`: lines the hunk header still promises, so that a removed "-- a/x" is no file header
    for line in diff.split("\n"):
        header = _HUNK.match(line)
        if left <= 0 and header:
            left = int(header["old"] or 1) + int(header["new"] or 1)
        elif left > 0 and line[:1] in {"+", "-", " "}:
            left -= 2 if line[0] == " " else 1
            count += line[0] != " "
    return count


def encoding_of(path: str, content: bytes) -> str:
    """The declared encoding of a Python file (PEP 263), else UTF-8; Latin-1 where that does not fit, byte for byte."""
    declared = "utf-8"
    if PurePosixPath(path).suffix in {".py", ".pyi"}:
        try:
            declared = tokenize.detect_encoding(io.BytesIO(content).readline)[0]
        except SyntaxError:
            return "latin-1"
    declared = "utf-8" if declared == "utf-8-sig" else declared
    try:
        content.decode(declared)
    except UnicodeDecodeError:
        return "latin-1"
    return declared


def _new_content(path: str, old: bytes | None, edits: list[EditLike]) -> bytes:
    if any(edit.new_file for edit in edits):
        return _created(path, old, edits)
    if old is None:
        raise PatchRefused(f"{path} is not a regular file at the base revision")
    encoding = encoding_of(path, old)
    windows = b"\r\n" in old and old.count(b"\r\n") == old.count(b"\n")
    spans = sorted((_span(path, old, edit, encoding, windows) for edit in edits), key=lambda span: span[0])
    pieces, position = [], 0
    for start, end, replacement in spans:
        if start < position:
            raise PatchRefused(f"{path}: two edits overlap")
        pieces += [old[position:start], replacement]
        position = end
    new = b"".join([*pieces, old[position:]])
    if not new.strip():
        raise PatchRefused(f"{path} would become empty")
    if new == old:
        raise PatchRefused(f"{path}: the edits change nothing")
    return new


def _created(path: str, old: bytes | None, edits: list[EditLike]) -> bytes:
    if len(edits) > 1:
        raise PatchRefused(f"{path}: a new file takes exactly one edit")
    if old is not None:
        raise PatchRefused(f"{path} exists already, it cannot be a new file")
    if edits[0].search:
        raise PatchRefused(f"{path}: a new file has no text to search for")
    if not edits[0].replace.strip():
        raise PatchRefused(f"{path} would be created empty")
    return edits[0].replace.encode()


def _span(path: str, old: bytes, edit: EditLike, encoding: str, windows: bool) -> tuple[int, int, bytes]:
    if not edit.search:
        raise PatchRefused(f"{path}: the text to search for is empty")
    search, replace = (_encoded(path, text, encoding, windows) for text in (edit.search, edit.replace))
    start = old.find(search)
    if start < 0:
        raise PatchRefused(f"{path}: the text to replace does not stand there: {_excerpt(edit.search)}")
    if old.find(search, start + 1) >= 0:
        raise PatchRefused(f"{path}: the text to replace stands there more than once: {_excerpt(edit.search)}")
    return start, start + len(search), replace


def _encoded(path: str, text: str, encoding: str, windows: bool) -> bytes:
    if windows:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise PatchRefused(f"{path} is {encoding}, an edit holds a character that it cannot hold") from error


def _excerpt(text: str) -> str:
    return repr(text.strip().split("\n")[0][:60])


def _file_diff(path: str, old: bytes | None, new: bytes) -> str:
    if old == new:
        return ""
    before = old.decode(encoding_of(path, old)) if old is not None else ""
    after = new.decode(encoding_of(path, new))
    names = ("/dev/null" if old is None else f"a/{path}", f"b/{path}")
    lines = [f"diff --git a/{path} b/{path}\n"]
    if old is None:
        lines.append("new file mode 100644\n")
    for line in _difflib_diff(_lines(before), _lines(after), *names):
        lines.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(lines)


def _lines(text: str) -> list[str]:
    """Split at line feeds only: `str.splitlines` would also cut at form feeds and Unicode separators."""
    return io.StringIO(text, newline="\n").readlines()

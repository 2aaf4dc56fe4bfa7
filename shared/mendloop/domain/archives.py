"""The one way an archive of a tree is read: as coming from somebody who wants it to be unpacked wrongly.

Nothing is written to a disk, and nothing is believed: not the sizes, not the names, not that there is an end.
"""

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from mendloop.domain.errors import Rejected, TooLarge, Unavailable

MOST_NAME_BYTES = 255
MOST_PATH_BYTES = 4_000
_HEADER_BYTES = 4_096
"""What one member may cost beside its content: two headers and their padding."""
_BLOCK = 1 << 16
_NO_PARTS = frozenset({"", ".", ".."})
_BROKEN = (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError, RecursionError)
"""What the standard library raises for an archive that was cut, or forged."""


@dataclass(frozen=True)
class Bounds:
    """`bytes`: of all files together, as they are unpacked, and of the archive itself."""

    bytes: int
    files: int


@dataclass(frozen=True)
class Entry:
    """A regular file. Owner, time, setuid and whatever else the archive says of it are dropped."""

    path: str
    executable: bool
    content: bytes


def read_archive(archive: bytes, what: str, bounds: Bounds) -> Iterator[Entry]:
    """The regular files of a tar.gz in its order. Links, devices, and names that are not UTF-8 are left out.

    TooLarge beyond the bounds, before more than that is read; Rejected for a path that leads out, is too long for a
    disk, or is there twice; Unavailable when it is no archive or was cut on the way.
    """
    if len(archive) > bounds.bytes:
        raise TooLarge(f"{what} has {len(archive)} bytes packed, the limit is {bounds.bytes}")
    unpacked = _Unpacked(archive, what, bounds)
    try:
        with tarfile.open(fileobj=unpacked, mode="r|", bufsize=_BLOCK) as tar:
            yield from _entries(tar, what, bounds)
    except _BROKEN as error:
        raise Unavailable(f"{what} cannot be read; it may have been cut on the way: {error}") from error


def is_tree_path(path: str) -> bool:
    """Whether a path can lie inside a tree: relative, normalised, no way out and not into git's own folder."""
    return "\x00" not in path and not any(part in _NO_PARTS or part.lower() == ".git" for part in path.split("/"))


class _Unpacked(io.RawIOBase):
    """The archive without its compression, up to a limit: headers of tar may claim to be gigabytes long, too."""

    def __init__(self, archive: bytes, what: str, bounds: Bounds) -> None:
        self._zipped = gzip.GzipFile(fileobj=io.BytesIO(archive))
        self._what, self._left = what, bounds.bytes + bounds.files * _HEADER_BYTES + _BLOCK

    def read(self, size: int = -1, /) -> bytes:
        found = self._zipped.read(_BLOCK if size < 0 else min(size, _BLOCK))
        self._left -= len(found)
        if self._left < 0:
            raise TooLarge(f"{self._what} unpacks to more than it may")
        return found


def _entries(tar: tarfile.TarFile, what: str, bounds: Bounds) -> Iterator[Entry]:
    seen, count, total = _Seen(what), 0, 0
    while (member := tar.next()) is not None:
        # Nothing is looked up by name, and the list of all members would grow beside the files.
        tar.members.clear()  # type: ignore[attr-defined]
        count, total = count + 1, total + member.size
        if total > bounds.bytes or count > bounds.files:
            raise TooLarge(f"{what} holds more than {bounds.bytes} bytes or {bounds.files} members")
        if not member.isreg() or not _is_text(member.name):
            continue
        seen.add(member.name)
        stream = tar.extractfile(member)
        yield Entry(member.name, bool(member.mode & 0o100), stream.read() if stream else b"")


def _is_text(name: str) -> bool:
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False


class _Seen:
    """The files so far. Whoever unpacks one path twice, or a file where a folder is, may come to another tree."""

    def __init__(self, what: str) -> None:
        self._what, self._files, self._folders = what, set[str](), set[str]()

    def add(self, path: str) -> None:
        if not is_tree_path(path):
            raise self._refused("that leads out", path)
        if len(path.encode()) > MOST_PATH_BYTES or any(
            len(part.encode()) > MOST_NAME_BYTES for part in path.split("/")
        ):
            raise self._refused("that is too long for a disk", path)
        if path in self._files or path in self._folders:
            raise self._refused("that is there twice", path)
        self._files.add(path)
        parent = path.rpartition("/")[0]
        while parent and parent not in self._folders:  # above a known folder, all are known
            if parent in self._files:
                raise self._refused("that is there twice", path)
            self._folders.add(parent)
            parent = parent.rpartition("/")[0]

    def _refused(self, why: str, path: str) -> Rejected:
        return Rejected(f"{self._what} holds a path {why}: {path[:80]!r}")

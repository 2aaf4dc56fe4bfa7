"""Archives of a tree: packed the same way whatever host they are from, unpacked with distrust."""

import gzip
import io
import tarfile
import zlib
from collections.abc import Collection, Iterable, Iterator

from mendloop.adapters.git_names import is_tree_path
from mendloop.domain.errors import Rejected, TooLarge, Unavailable

MAX_ARCHIVE_BYTES = 200_000_000
MAX_MEMBERS = 50_000

File = tuple[str, int, bytes]
"""Path, permission bits, content."""


def pack(files: Iterable[File]) -> bytes:
    """tar.gz, the same bytes for the same files: an archive is named by its hash, so both time stamps are fixed."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for path, mode, content in files:
            info = tarfile.TarInfo(path)
            info.size = len(content)
            info.mode = mode
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def unpack(content: bytes, *, limit: int = MAX_ARCHIVE_BYTES, wanted: Collection[str] | None = None) -> list[File]:
    """Regular files of a tar.gz whose one top folder is taken off, sorted by path. Links and devices are left out.

    `wanted`: only these paths are kept; all are looked at.

    TooLarge for a bomb, measured while it is read; Rejected for a path that leads out; Unavailable when it is broken.
    """
    if len(content) > limit:
        raise TooLarge(f"the archive has {len(content)} bytes, the limit is {limit}")
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r|gz") as tar:
            return sorted(_members(tar, limit, wanted))
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise Unavailable("the archive cannot be read; it may have been cut on the way") from error


def _members(tar: tarfile.TarFile, limit: int, wanted: Collection[str] | None) -> Iterator[File]:
    total = 0
    for count, member in enumerate(tar, 1):
        total += member.size
        if total > limit or count > MAX_MEMBERS:
            raise TooLarge(f"the archive holds more than {limit} bytes or {MAX_MEMBERS} members")
        path = member.name.partition("/")[2]
        if not member.isreg():
            continue
        if member.name.startswith("/") or not is_tree_path(path):
            raise Rejected(f"the archive holds a path that leads out: {member.name[:80]!r}")
        if wanted is not None and path not in wanted:
            continue
        stream = tar.extractfile(member)
        yield path, 0o755 if member.mode & 0o100 else 0o644, stream.read() if stream else b""

"""Archives of a tree: packed the same way whatever host they are from, unpacked with distrust."""

import gzip
import io
import tarfile
from collections.abc import Collection, Iterable

from mendloop.domain.archives import Bounds, read_archive

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
    """Regular files of a tar.gz whose one top folder is taken off, sorted by path.

    `wanted`: only these paths are kept; all are looked at. Errors as in `read_archive`.
    """
    found = read_archive(content, "the archive", Bounds(limit, MAX_MEMBERS))
    named = ((entry, entry.path.partition("/")[2]) for entry in found)
    return sorted(
        (path, 0o755 if entry.executable else 0o644, entry.content)
        for entry, path in named
        if path and (wanted is None or path in wanted)
    )

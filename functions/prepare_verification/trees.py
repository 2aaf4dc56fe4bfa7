"""Source trees as archives: read with bounds, changed, packed again the same way each time."""

import gzip
import io
import tarfile
from collections.abc import Mapping

from mendloop.domain.archives import Bounds, read_archive
from mendloop.domain.errors import TooLarge

MOST_BYTES = 150_000_000
MOST_FILES = 30_000
MOST_PACKED = 80_000_000

Tree = dict[str, tuple[bytes, bool]]
"""Content and whether it is executable, by repository path."""


def unpack(archive: bytes, what: str) -> Tree:
    """Regular files only. Errors as in `read_archive`."""
    found = read_archive(archive, f"the archive of {what}", Bounds(MOST_BYTES, MOST_FILES))
    return {entry.path: (entry.content, entry.executable) for entry in found}


def changed(tree: Tree, contents: Mapping[str, bytes]) -> Tree:
    """Another tree with these contents laid over it."""
    return {**tree, **{path: (content, tree.get(path, (b"", False))[1]) for path, content in contents.items()}}


def pack(tree: Tree, what: str) -> bytes:
    """tar.gz; the same tree gives the same bytes. TooLarge when it would not fit the sandbox."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, compresslevel=6) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tar,
    ):
        for path, (content, executable) in sorted(tree.items()):
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(content), 0o755 if executable else 0o644
            tar.addfile(info, io.BytesIO(content))
    if buffer.tell() > MOST_PACKED:
        raise TooLarge(f"{what} has {buffer.tell()} bytes packed, the limit is {MOST_PACKED}")
    return buffer.getvalue()

"""Source trees as archives: read with bounds, changed, packed again the same way each time."""

import gzip
import io
import tarfile
import zlib
from collections.abc import Mapping

from mendloop.domain.errors import PatchRefused, TooLarge, Unavailable
from mendloop.domain.patch import check_path

MOST_BYTES = 150_000_000
MOST_FILES = 30_000
MOST_PACKED = 80_000_000

Tree = dict[str, tuple[bytes, bool]]
"""Content and whether it is executable, by repository path."""


def unpack(archive: bytes, what: str) -> Tree:
    """Regular files only: links and devices are left out, a path that leads out is refused.

    TooLarge beyond the bounds, before more than that is read; Unavailable when the host sent no archive.
    """
    tree: Tree = {}
    total = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r|gz") as tar:
            for member in tar:
                if not member.isreg():
                    continue
                total += member.size
                if total > MOST_BYTES or len(tree) >= MOST_FILES:
                    raise TooLarge(f"{what} has more than {MOST_BYTES} bytes or {MOST_FILES} files")
                content = tar.extractfile(member)
                check_path(member.name)
                tree[member.name] = (content.read() if content else b"", bool(member.mode & 0o100))
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise Unavailable(f"the archive of {what} cannot be read: {error}") from error
    except PatchRefused as error:
        raise Unavailable(f"the archive of {what}: {error}") from error
    return tree


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

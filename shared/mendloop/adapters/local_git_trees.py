"""Trees of a local repository, read and written as git objects, so that no filter, attribute or hook has a say."""

import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from mendloop.adapters.git_archive import MAX_ARCHIVE_BYTES, pack
from mendloop.adapters.git_command import Git
from mendloop.adapters.git_names import tree_path
from mendloop.domain.errors import GitFailed, Rejected, TooLarge
from mendloop.ports import FileChange, TreeEntry

MOST_LISTED = 30_000_000
"""Bytes of a tree's list: about 300,000 files."""
MISSING = -1
"""The size of a file whose content is not in the repository."""


def entries(git: Git, revision: str, path: str = "") -> list[TreeEntry]:
    """Files of a tree, sorted by path; only those at or under `path` when given."""
    asked = ["ls-tree", "-r", "-l", "-z", "--full-tree", revision, *(["--", path] if path else [])]
    said = git.run(*asked, most=MOST_LISTED).stdout
    return sorted((_entry(line) for line in said.decode(errors="replace").split("\0") if line), key=lambda e: e.path)


def _entry(line: str) -> TreeEntry:
    meta, path = line.split("\t", 1)
    mode, _, sha, size = meta.split()
    # A partial clone lists files whose content it lacks: only who asks for that content fails.
    number = {"-": 0, "BAD": MISSING}.get(size)
    return TreeEntry(path=path, size=int(size) if number is None else number, mode=mode, sha=sha)


def blob(git: Git, sha: str) -> bytes:
    """A blob's content as stored."""
    return git.run("cat-file", "blob", sha).stdout


def archive_of(git: Git, revision: str) -> bytes:
    """tar.gz of the regular files, the same bytes for the same tree; TooLarge above 200 MB."""
    # A name that is no text is left out: two of them may look the same.
    files = [each for each in entries(git, revision) if each.mode.startswith("100") and "\ufffd" not in each.path]
    if lost := next((entry.path for entry in files if entry.size == MISSING), None):
        raise GitFailed(f"the content of {lost} is missing in the repository")
    total = sum(entry.size for entry in files)
    if total > MAX_ARCHIVE_BYTES:
        raise TooLarge(f"the tree of {revision[:12]} has {total} bytes, the limit is {MAX_ARCHIVE_BYTES}")
    contents = zip(files, blobs(git, files), strict=True)
    return pack((entry.path, int(entry.mode[-3:], 8), content) for entry, content in contents)


def blobs(git: Git, files: Sequence[TreeEntry]) -> Iterator[bytes]:
    """Contents in the order asked, by one git process.

    It answers with a line `<sha> blob <size>`, the content and a line end for each.
    """
    asked = "".join(f"{entry.sha}\n" for entry in files).encode()
    answer = io.BytesIO(git.run("cat-file", "--batch", stdin=asked).stdout)
    for _ in files:
        size = int(answer.readline().split()[2])
        yield answer.read(size)
        answer.read(1)


def commit_changes(git: Git, base: str, changes: Sequence[FileChange], message: str, author: tuple[str, str]) -> str:
    """One commit on top of `base`, built in an index of its own; nothing refers to it yet. Returns its hash."""
    modes = {entry.path: entry.mode for entry in entries(git, base)}
    with tempfile.TemporaryDirectory(prefix="mendloop-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git.run("read-tree", base, environment=index)
        lines = "".join(_index_line(git, change, modes, len(base)) for change in changes).encode()
        git.run("update-index", "-z", "--index-info", stdin=lines, environment=index)
        tree = git.run("write-tree", environment=index).stdout.decode().strip()
    name, email = author
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", email))
    }
    made = git.run("commit-tree", tree, "-p", base, "-F", "-", stdin=message.encode(), environment=who)
    return made.stdout.decode().strip()


def _index_line(git: Git, change: FileChange, modes: dict[str, str], hash_length: int) -> str:
    path = tree_path(change.path)
    mode = modes.get(path, "100644")
    if not mode.startswith("100"):
        raise Rejected(f"{path} is a symbolic link or submodule and cannot be changed")
    if change.content is None:
        return f"0 {'0' * hash_length}\t{path}\0"
    sha = git.run("hash-object", "-w", "--stdin", "--no-filters", stdin=change.content).stdout.decode().strip()
    return f"{mode} {sha}\t{path}\0"

"""A bare copy of a repository's commits, made without writing anything to the repository."""

from dataclasses import dataclass
from pathlib import Path

from mendloop.adapters.git_command import Git, git_folder, run_git
from mendloop.adapters.git_names import is_hash
from mendloop.domain.errors import GitFailed, NotFound, Rejected

COPY_SECONDS = 900.0
_MOST_SHALLOW = 10_000_000
DETACHED = "main"
"""Name of the copy's branch when no branch is checked out."""


@dataclass(frozen=True)
class Found:
    """A repository as it lies there. `folder` is the top of the work tree, or the bare repository."""

    folder: Path
    branch: str
    """The one that is checked out; empty when none is."""
    head: str
    shallow: bool
    changed: int
    """Files with changes that no commit holds; files that git does not know do not count."""


def find_repository(start: Path) -> Found:
    """The repository that holds this folder; Rejected says what to do when there is none, or it has no commit."""
    folder = next((each for each in (start, *start.parents) if _is_repository(each)), None)
    if folder is None:
        raise Rejected(f"{start} is not in a git repository", next_action="Name a clone of your code with --repo.")
    git = Git(str(folder))
    head = resolve(folder, "HEAD")
    if head is None:
        raise Rejected(f"{folder} has no commit yet", next_action="Commit your code first: the loop works on commits.")
    branch = git.run("symbolic-ref", "--quiet", "--short", "HEAD", expected=(0, 1)).stdout.decode().strip()
    shallow = git.text("rev-parse", "--is-shallow-repository") == "true"
    return Found(folder, branch, head, shallow, _changed(git, folder))


def resolve(folder: Path, name: str) -> str | None:
    """The commit that any name means to git in this repository (branch, tag, hash, `HEAD~2`), or None."""
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    done = Git(str(folder)).run(*asked, expected=(0, 1, 128))
    return done.stdout.decode().strip() or None if done.returncode == 0 else None


def copy_commits(found: Found, revision: str, copy: Path) -> None:
    """A bare repository with the history of head and `revision`; its one branch is the one that is checked out.

    Rejected when objects are missing, as in a partial clone.
    """
    copy.mkdir(parents=True)
    branch = found.branch or DETACHED
    _run(copy, "init", "--quiet", "--bare", f"--initial-branch={branch}")
    git = Git(str(found.folder), timeout_seconds=COPY_SECONDS)
    pack = copy / "objects" / "pack" / "pack-copied.pack"
    pack.parent.mkdir(parents=True, exist_ok=True)
    common = (git.folder / git.text("rev-parse", "--git-common-dir")).resolve()
    if (common / "shallow").is_file():
        # Its hashes, not the file: it could be a link to any file of this machine.
        (copy / "shallow").write_text("".join(f"{sha}\n" for sha in _hashes(common / "shallow")))
    wanted = f"{found.head}\n{revision}\n".encode()
    try:
        with pack.open("wb") as output:
            git.run("pack-objects", "--revs", "--stdout", "--quiet", stdin=wanted, output=output)
    except GitFailed as error:
        raise Rejected(
            f"the commits of {found.folder} cannot be copied: {error}",
            next_action="Is it a partial clone? Then bring its objects: git fetch --refetch --filter=blob:limit=100m.",
        ) from error
    _run(copy, "index-pack", str(pack))
    _run(copy, "update-ref", f"refs/heads/{branch}", found.head)
    _run(copy, "update-ref", "refs/mendloop/running", revision)


def _hashes(file: Path) -> list[str]:
    with file.open("rb") as opened:
        lines = opened.read(_MOST_SHALLOW).decode(errors="replace").splitlines()
    return [line for line in lines if is_hash(line)]


def _is_repository(folder: Path) -> bool:
    try:
        return bool(git_folder(folder))
    except NotFound:
        return False


def _changed(git: Git, folder: Path) -> int:
    if git.folder == folder.resolve():
        return 0
    # Index and work tree are looked at, never refreshed: optional locks are off.
    status = ("--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames")
    said = git.run(f"--work-tree={folder}", "-C", str(folder), "status", *status).stdout
    return len([entry for entry in said.split(b"\0") if entry])


def _run(folder: Path, *arguments: str) -> None:
    done = run_git(list(arguments), cwd=folder, timeout_seconds=COPY_SECONDS)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-300:]
        raise GitFailed(f"git {arguments[0]} ended with {done.returncode} in {folder}: {said}")

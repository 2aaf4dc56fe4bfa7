"""The CodeHost port on a git repository in a folder, bare or not. Work tree and index are never touched."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from mendloop.adapters.git_command import Git
from mendloop.adapters.git_names import branch_name, full_hash, is_ref_name, pull_request_in
from mendloop.adapters.local_git_requests import LocalPullRequests
from mendloop.adapters.local_git_trees import archive_of, blob, blobs, commit_changes, entries
from mendloop.contracts.mapping import Commit
from mendloop.domain.archives import is_tree_path
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import Conflict, GitFailed, NotFound, TooLarge
from mendloop.ports import BlameLine, Branch, Checks, FileChange, PullRequest, TreeEntry

MAX_FILE_BYTES = 5_000_000
MAX_DIFF_BYTES = 5_000_000
MAX_COMPARED = 1_000
BRANCH_PREFIX = "mendloop/"

_ABBREVIATED = re.compile(r"^[0-9a-f]{7,64}$")
_BLAMED = re.compile(r"^([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?$")
_FORMAT = "--format=tformat:%H%x00%P%x00%an%x00%ae%x00%ct%x00%B"
_DIFF = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/", "-U3")


class LocalGit:
    """A repository's `location` is the absolute path of its folder."""

    def default_branch(self, repository: Repository) -> str:
        """What HEAD names; main or master when HEAD is detached."""
        git = Git(repository.location)
        named = git.run("symbolic-ref", "--quiet", "--short", "HEAD", expected=(0, 1)).stdout.decode().strip()
        found = [named] if named else [name for name in ("main", "master") if _verify(git, f"refs/heads/{name}")]
        if not found:
            raise NotFound(f"{repository.location} has no default branch")
        return found[0]

    def deployed_revision(self, repository: Repository) -> tuple[str, str]:
        """A folder knows of no deployments."""
        return "", ""

    def team_members(self, repository: Repository, team: str) -> list[str]:
        """A folder knows of no teams."""
        return []

    def resolve(self, repository: Repository, name: str) -> str | None:
        """Branches first, then tags, then hashes of at least seven digits."""
        git = Git(repository.location)
        if not is_ref_name(name):
            return None
        tries = ["HEAD"] if name == "HEAD" else [f"refs/heads/{name}", f"refs/tags/{name}"]
        if _ABBREVIATED.fullmatch(name):
            tries.append(name)
        return next((found for tried in tries if (found := _verify(git, tried))), None)

    def tree(self, repository: Repository, revision: str) -> list[TreeEntry]:
        """All files, sorted by path."""
        git = Git(repository.location)
        return entries(git, _known(git, revision))

    def file(self, repository: Repository, revision: str, path: str) -> bytes | None:
        """Content; TooLarge above 5 MB."""
        git = Git(repository.location)
        revision = _known(git, revision)
        found = [entry for entry in entries(git, revision, path) if entry.path == path] if is_tree_path(path) else []
        if not found or not found[0].mode.startswith("100"):
            return None
        if found[0].size > MAX_FILE_BYTES:
            raise TooLarge(f"{path} has {found[0].size} bytes, the limit is {MAX_FILE_BYTES}")
        return blob(git, found[0].sha)

    def files(self, repository: Repository, revision: str, paths: Collection[str]) -> dict[str, bytes]:
        """One git process for all. Files above 5 MB are left out."""
        git = Git(repository.location)
        wanted = set(paths)
        listed = [entry for entry in entries(git, _known(git, revision)) if entry.path in wanted]
        regular = [entry for entry in listed if entry.mode.startswith("100") and 0 <= entry.size <= MAX_FILE_BYTES]
        return {entry.path: content for entry, content in zip(regular, blobs(git, regular), strict=True)}

    def blame(self, repository: Repository, revision: str, path: str, start: int, end: int) -> list[BlameLine]:
        """Lines beyond the end of the file are left out."""
        content = self.file(repository, revision, path)
        if content is None:
            raise NotFound(f"{path} is not in {revision[:12]}")
        lines = content.count(b"\n") + (1 if content and not content.endswith(b"\n") else 0)
        first, last = max(start, 1), min(end, lines)
        if first > last:
            return []
        said = Git(repository.location).text(
            "blame", "--porcelain", "--no-textconv", f"-L{first},{last}", revision, "--", path
        )
        found = (_BLAMED.match(line) for line in said.split("\n"))
        return [BlameLine(line=int(match.group(2)), commit=match.group(1)) for match in found if match]

    def commit(self, repository: Repository, revision: str) -> Commit:
        """NotFound when there is none."""
        git = Git(repository.location)
        return _log(git, "-n1", _known(git, revision))[0]

    def commits(
        self, repository: Repository, revision: str, *, path: str = "", since: datetime | None = None, limit: int = 50
    ) -> list[Commit]:
        """Newest first, by the committer's time."""
        git = Git(repository.location)
        asked = [f"-n{limit}", *([f"--max-age={int(since.timestamp())}"] if since else []), _known(git, revision)]
        return _log(git, *asked, *(["--", path] if path else []))

    def commit_diff(self, repository: Repository, revision: str) -> str:
        """Against the first parent; a root commit against nothing. Renames are shown as removal and addition."""
        git = Git(repository.location)
        parents = self.commit(repository, revision).parents
        between = [parents[0], revision] if parents else ["--root", revision]
        asked = ("diff-tree", "-r", "-p", "--no-commit-id", *_DIFF, *between, "--")
        return git.run(*asked, most=MAX_DIFF_BYTES).stdout.decode(errors="replace")

    def compare(self, repository: Repository, base: str, head: str) -> list[Commit]:
        """At most 1,000."""
        git = Git(repository.location)
        return _log(git, f"-n{MAX_COMPARED}", f"{_known(git, base)}..{_known(git, head)}")

    def archive(self, repository: Repository, revision: str) -> bytes:
        """Made from the objects themselves, so that export attributes and archive commands have no say."""
        git = Git(repository.location)
        return archive_of(git, _known(git, revision))

    def branch(self, repository: Repository, name: str) -> Branch | None:
        """The branch, or None."""
        git = Git(repository.location)
        head = _verify(git, f"refs/heads/{name}") if is_ref_name(name) else None
        if head is None:
            return None
        message = git.text("log", "-n1", "--no-show-signature", "--encoding=UTF-8", "--format=%B", head, "--")
        return Branch(name=name, head=head, message=message.strip())

    def push_branch(
        self,
        repository: Repository,
        name: str,
        base: str,
        changes: Sequence[FileChange],
        message: str,
        author: tuple[str, str],
    ) -> Branch:
        """Objects first, the branch last and only if it does not exist: a crash leaves nothing that can be seen."""
        git = Git(repository.location)
        reference = f"refs/heads/{branch_name(name)}"
        commit = commit_changes(git, _known(git, base), changes, message, author)
        nothing = "0" * len(commit)
        try:
            git.run("update-ref", "--no-deref", reference, commit, nothing)
        except GitFailed as error:
            if _verify(git, reference) is None:
                raise
            raise Conflict(f"the branch {name} exists already in {repository.location}") from error
        return Branch(name=name, head=commit, message=message.strip())

    def pull_request(self, repository: Repository, branch: str) -> PullRequest | None:
        """The newest one of this branch."""
        return self._requests(repository).newest(branch)

    def numbered(self, repository: Repository, number: str) -> PullRequest | None:
        """Of that number, or None."""
        return self._requests(repository).numbered(number)

    def open_pull_requests(self, repository: Repository) -> list[PullRequest]:
        """Open ones on mendloop's own branches, oldest first."""
        return [
            found
            for found in self._requests(repository).all()
            if found.state == "open" and found.branch.startswith(BRANCH_PREFIX)
        ]

    def open_pull_request(
        self,
        repository: Repository,
        branch: str,
        title: str,
        body: str,
        *,
        labels: Sequence[str] = (),
        reviewers: Sequence[str] = (),
    ) -> PullRequest:
        """A JSON document in git's folder; its address is the document's own."""
        if self.branch(repository, branch) is None:
            raise NotFound(f"there is no branch {branch} to open a pull request for")
        requests = self._requests(repository)
        made = requests.open(branch, self.default_branch(repository), title, body, labels, reviewers)
        return self._requests(repository).numbered(made.number) or made

    def checks(self, repository: Repository, revision: str) -> Checks:
        """What somebody wrote to `<git folder>/mendloop/checks/<revision>.json`; a folder runs no checks by itself."""
        git = Git(repository.location)
        return Checks.of(revision, _own(git).checks(_known(git, revision)))

    def examine(self, repository: Repository) -> str:
        """Where its documents are."""
        where = _own(Git(repository.location)).folder
        return f"pull requests against {self.default_branch(repository)} are documents in {where}"

    def mark_ready(self, repository: Repository, number: str) -> PullRequest:
        """In the document."""
        return self._requests(repository).mark_ready(number)

    def comment(self, repository: Repository, number: str, body: str) -> None:
        """In the document."""
        self._requests(repository).comment(number, body)

    def _requests(self, repository: Repository) -> LocalPullRequests:
        """As they stand: heads follow their branches, and what has reached the default branch is merged."""
        git = Git(repository.location)
        requests = _own(git)
        default = _verify(git, f"refs/heads/{self.default_branch(repository)}") or ""

        def merged(head: str) -> bool:
            return (
                bool(default) and git.run("merge-base", "--is-ancestor", head, default, expected=(0, 1)).returncode == 0
            )

        requests.follow(lambda branch: _verify(git, f"refs/heads/{branch}") or "", merged)
        return requests


def _own(git: Git) -> LocalPullRequests:
    return LocalPullRequests((git.folder / git.text("rev-parse", "--git-common-dir")).resolve())


def _verify(git: Git, name: str) -> str | None:
    """Full hash of the commit that a name means; None when git answers that there is none."""
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    done = git.run(*asked, expected=(0, 1, 128))
    if done.returncode == 128:
        # An ambiguous or unreadable name; git itself must still be able to answer, else this is an outage.
        git.run("rev-parse", "--git-dir")
        return None
    return done.stdout.decode().strip() or None


def _known(git: Git, revision: str) -> str:
    if _verify(git, full_hash(revision)) != revision:
        raise NotFound(f"there is no commit {revision[:12]} in {git.folder}")
    return revision


def _log(git: Git, *asked: str) -> list[Commit]:
    end = () if "--" in asked else ("--",)
    said = git.run("log", "-z", "--no-show-signature", "--no-color", "--encoding=UTF-8", _FORMAT, *asked, *end).stdout
    fields = said.decode(errors="replace").split("\0")
    return [_commit(fields[at : at + 6]) for at in range(0, len(fields) - 6, 6)]


def _time(seconds: str) -> datetime:
    """The beginning of time for what is none: whoever makes a commit may write anything there."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _commit(fields: list[str]) -> Commit:
    sha, parents, name, email, seconds, body = fields
    subject = body.strip().split("\n", 1)[0]
    return Commit(
        sha=sha,
        author_name=name,
        author_email=email,
        at=_time(seconds),
        subject=subject,
        parents=parents.split(),
        pull_request=pull_request_in(subject),
    )

"""The CodeHost port on GitHub and GitHub Enterprise Server. A repository's `location` is `owner/name`."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import quote

from mendloop.adapters import git_archive
from mendloop.adapters.git_names import branch_name, full_hash, is_ref_name
from mendloop.adapters.github import publishing, pull_requests, reading, standing
from mendloop.adapters.github.api import TIMEOUT_SECONDS, Api
from mendloop.adapters.github.repositories import path_of, pull_path
from mendloop.adapters.patience import Patience
from mendloop.contracts.mapping import Commit
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import NotFound, Rejected, TooLarge
from mendloop.ports import BlameLine, Branch, Checks, FileChange, PullRequest, TreeEntry

MAX_FILE_BYTES = 5_000_000
MAX_COMPARED = 1_000
MAX_MEMBERS = 200
_FEW = 10
"""Files up to which each is read by itself."""
BRANCH_PREFIX = "mendloop/"


class GitHub:
    """What never changes (trees, contents) and the default branch's name are kept for the life of the adapter.

    That life is one invocation.
    """

    def __init__(
        self, token: str, base_url: str = "", *, timeout: float = TIMEOUT_SECONDS, patience: Patience | None = None
    ) -> None:
        self._api = Api(token, base_url, timeout, patience)
        # An App's token for reading may not push, and need not.
        self._own = not token.startswith("ghs_")
        self._trees: dict[tuple[str, str], list[TreeEntry]] = {}
        self._blobs: dict[tuple[str, str], bytes] = {}
        self._roots: dict[str, str] = {}
        self._defaults: dict[str, str] = {}

    def default_branch(self, repository: Repository) -> str:
        """As GitHub's settings say."""
        known = self._defaults.get(repository.location)
        if known is None:
            known = reading.text_at(self._api.get(path_of(repository)), "default_branch")
            self._defaults[repository.location] = known
        return known

    def deployed_revision(self, repository: Repository) -> tuple[str, str]:
        """Of GitHub's deployments to an environment that is called production."""
        return standing.read_deployed(self._api, path_of(repository))

    def team_members(self, repository: Repository, team: str) -> list[str]:
        """At most 200; the token needs to read the organisation's members."""
        owner, _, name = team.partition("/")
        path = f"/orgs/{quote(owner, safe='')}/teams/{quote(name, safe='')}/members"
        return [member["login"] for member in islice(self._api.pages(path, MAX_MEMBERS), MAX_MEMBERS)]

    def resolve(self, repository: Repository, name: str) -> str | None:
        """None only when the repository itself can be read: GitHub says 404 for "not allowed", too."""
        if not is_ref_name(name):
            return None
        try:
            return reading.text_at(self._api.get(f"{path_of(repository)}/commits/{quote(name, safe='')}"), "sha")
        except (NotFound, Rejected):
            self.default_branch(repository)
            return None

    def tree(self, repository: Repository, revision: str) -> list[TreeEntry]:
        """All files, sorted by path."""
        key = (repository.location, full_hash(revision))
        if key not in self._trees:
            self._trees[key] = reading.read_tree(self._api, path_of(repository), revision)
        return self._trees[key]

    def file(self, repository: Repository, revision: str, path: str) -> bytes | None:
        """By way of the tree: the contents interface would follow links."""
        entry = next((found for found in self.tree(repository, revision) if found.path == path), None)
        if entry is None or not entry.mode.startswith("100"):
            return None
        if entry.size > MAX_FILE_BYTES:
            raise TooLarge(f"{path} has {entry.size} bytes, the limit is {MAX_FILE_BYTES}")
        return self._blob(repository, entry.sha)

    def files(self, repository: Repository, revision: str, paths: Collection[str]) -> dict[str, bytes]:
        """Few one by one; many by way of the archive, in which `export-ignore` files are missing."""
        wanted = frozenset(paths)
        if len(wanted) <= _FEW:
            listed = [entry for entry in self.tree(repository, revision) if entry.path in wanted]
            regular = [entry for entry in listed if entry.mode.startswith("100") and entry.size <= MAX_FILE_BYTES]
            return {entry.path: self._blob(repository, entry.sha) for entry in regular}
        packed = self._api.download(f"{path_of(repository)}/tarball/{full_hash(revision)}")
        return {path: content for path, _, content in git_archive.unpack(packed, wanted=wanted)}

    def blame(self, repository: Repository, revision: str, path: str, start: int, end: int) -> list[BlameLine]:
        """Lines beyond the end of the file are left out."""
        if not any(entry.path == path for entry in self.tree(repository, revision)):
            raise NotFound(f"{path} is not in {revision[:12]}")
        return reading.read_blame(self._api, repository.location, revision, path, start, end)

    def commit(self, repository: Repository, revision: str) -> Commit:
        """One commit."""
        return self._read(self._one(repository, revision))

    def commits(
        self, repository: Repository, revision: str, *, path: str = "", since: datetime | None = None, limit: int = 50
    ) -> list[Commit]:
        """Newest first."""
        asked = {"sha": full_hash(revision)}
        if path:
            asked["path"] = path
        if since:
            asked["since"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            found = list(islice(self._api.pages(f"{path_of(repository)}/commits", limit, **asked), limit))
        except (NotFound, Rejected):
            found = []
        if not found:
            self._one(repository, revision)
        return [self._read(item) for item in found]

    def commit_diff(self, repository: Repository, revision: str) -> str:
        """Against the first parent."""
        path = f"{path_of(repository)}/commits/{full_hash(revision)}"
        return self._api.text(path, "application/vnd.github.diff")

    def compare(self, repository: Repository, base: str, head: str) -> list[Commit]:
        """GitHub tells the oldest first; we the newest."""
        path = f"{path_of(repository)}/compare/{full_hash(base)}...{full_hash(head)}"
        found = [reading.commit_of(item) for item in self._api.pages(path, MAX_COMPARED, "commits")]
        return found[::-1]

    def archive(self, repository: Repository, revision: str) -> bytes:
        """GitHub's own archive, read with distrust and packed anew; `export-ignore` files are missing in it."""
        packed = self._api.download(f"{path_of(repository)}/tarball/{full_hash(revision)}")
        return git_archive.pack(git_archive.unpack(packed))

    def branch(self, repository: Repository, name: str) -> Branch | None:
        """The branch, or None when the repository answers that it has none."""
        if not is_ref_name(name):
            return None
        head = publishing.head_of(self._api, path_of(repository), name)
        if not head:
            self.default_branch(repository)
            return None
        message = reading.text_at(self._api.get(f"{path_of(repository)}/git/commits/{head}"), "message")
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
        """One commit on top of the base; the reference is created, never moved."""
        branch_name(name)
        modes = {entry.path: entry.mode for entry in self.tree(repository, base)}
        if base not in self._roots:
            self._read(self._one(repository, base))
        parent = (base, self._roots[base])
        commit = publishing.commit_changes(self._api, path_of(repository), parent, changes, modes, message, author)
        publishing.create_branch(self._api, path_of(repository), name, commit)
        return Branch(name=name, head=commit, message=message.strip())

    def pull_request(self, repository: Repository, branch: str) -> PullRequest | None:
        """The newest one of this branch."""
        return pull_requests.find_pull_request(self._api, repository.location, branch)

    def numbered(self, repository: Repository, number: str) -> PullRequest | None:
        """None only when the repository itself can be read."""
        try:
            return reading.pull_request_of(self._api.get(pull_path(repository, number)))
        except NotFound:
            self.default_branch(repository)
            return None

    def open_pull_requests(self, repository: Repository) -> list[PullRequest]:
        """On mendloop's own branches, oldest first."""
        asked = {"state": "open", "sort": "created", "direction": "asc"}
        found = self._api.pages(f"{path_of(repository)}/pulls", MAX_COMPARED, **asked)
        return [made for made in map(reading.pull_request_of, found) if made.branch.startswith(BRANCH_PREFIX)]

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
        """The open one of this branch where there is one."""
        base, at = self.default_branch(repository), path_of(repository)
        made = pull_requests.create_pull_request(self._api, (at, repository.location), branch, base, title, body)
        return pull_requests.complete(self._api, at, made, labels, reviewers)

    def checks(self, repository: Repository, revision: str) -> Checks:
        """Of check runs and statuses."""
        self._one(repository, revision)
        return standing.read_checks(self._api, path_of(repository), revision)

    def examine(self, repository: Repository) -> str:
        """The branch, what is open, what the token may, and how much of its quota is left."""
        still_open = len(self.open_pull_requests(repository))
        return f"{standing.examine(self._api, path_of(repository), own=self._own)}; {still_open} of mendloop's are open"

    def is_public(self, repository: Repository) -> bool:
        """Whether anybody can read it; in doubt, they can."""
        return self._api.get(path_of(repository)).get("private") is not True

    def mark_ready(self, repository: Repository, number: str) -> PullRequest:
        """By GraphQL, since REST cannot."""
        pull_path(repository, number)
        return pull_requests.mark_ready(self._api, path_of(repository), number)

    def comment(self, repository: Repository, number: str, body: str) -> None:
        """GitHub keeps the comments of pull requests with those of issues."""
        pull_path(repository, number)
        pull_requests.comment(self._api, path_of(repository), number, body)

    def _blob(self, repository: Repository, sha: str) -> bytes:
        key = (repository.location, sha)
        if key not in self._blobs:
            self._blobs[key] = reading.read_blob(self._api, path_of(repository), sha)
        return self._blobs[key]

    def _read(self, document: Any) -> Commit:
        """Of a commit's document, whose tree is remembered."""
        commit = reading.commit_of(document)
        self._roots[commit.sha] = reading.text_at(document, "commit", "tree", "sha")
        return commit

    def _one(self, repository: Repository, revision: str) -> Any:
        """A commit's document; GitHub says 422 for a hash that it does not know."""
        try:
            return self._api.get(f"{path_of(repository)}/commits/{full_hash(revision)}")
        except Rejected as error:
            raise NotFound(f"there is no commit {revision[:12]} in {repository.location}") from error

"""A repository with pull requests, in memory. History is made by `commit_files`; every port method works on it."""

import difflib
import gzip
import hashlib
import io
import tarfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mendloop.adapters.git_names import branch_name, full_hash, is_ref_name, pull_request_in, tree_path
from mendloop.contracts.mapping import Commit
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import Conflict, NotFound, PullRequestEnded
from mendloop.ports import BlameLine, Branch, Checks, CheckState, FileChange, PullRequest, TreeEntry

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@dataclass
class Stored:
    """One commit with its whole tree and, per path, which commit each line is from."""

    commit: Commit
    message: str
    files: dict[str, bytes]
    origins: dict[str, list[str]] = field(default_factory=dict)


class InMemoryCodeHost:
    """One repository, whatever `Repository` is asked for."""

    def __init__(self, default: str = "main") -> None:
        self.default = default
        self.commits_by_sha: dict[str, Stored] = {}
        self.branches: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.requests: list[PullRequest] = []
        self.asked: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
        self.reported: dict[str, dict[str, CheckState]] = {}
        self.comments: dict[str, list[str]] = {}
        self.refused: set[str] = set()
        """Labels and reviewers that the host does not take."""
        self.links: set[str] = set()
        self.deployed = ("", "")
        self.teams: dict[str, list[str]] = {}

    # --- making history, for tests ---

    def commit_files(
        self,
        files: Mapping[str, str | bytes | None],
        message: str = "Change",
        *,
        author: tuple[str, str] = ("Ann", "ann@example.com"),
        at: datetime | None = None,
        branch: str = "",
        parents: Sequence[str] | None = None,
    ) -> str:
        """Commit on a branch (the default one); None deletes a path. Returns the full hash."""
        name = branch or self.default
        before = [self.branches[name]] if parents is None and name in self.branches else list(parents or [])
        when = at or START + timedelta(days=len(self.commits_by_sha))
        changes = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        stored = self._make(before, changes, message, author, when)
        self.branches[name] = stored.commit.sha
        return stored.commit.sha

    def _make(
        self,
        parents: list[str],
        changes: Mapping[str, bytes | None],
        message: str,
        author: tuple[str, str],
        at: datetime,
    ) -> Stored:
        base = self.commits_by_sha[parents[0]] if parents else None
        files = dict(base.files) if base else {}
        for path, content in changes.items():
            if content is None:
                files.pop(path, None)
            else:
                files[path] = content
        tree = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
        sha = hashlib.sha1(repr((parents, tree, message, author, at)).encode()).hexdigest()
        subject = message.strip().split("\n", 1)[0]
        commit = Commit(
            sha=sha,
            author_name=author[0],
            author_email=author[1],
            at=at,
            subject=subject,
            parents=parents,
            pull_request=pull_request_in(subject),
        )
        stored = Stored(commit, message.strip(), files)
        stored.origins = {path: self._origins(base, path, content, sha) for path, content in files.items()}
        self.commits_by_sha[sha] = stored
        return stored

    @staticmethod
    def _origins(base: Stored | None, path: str, content: bytes, sha: str) -> list[str]:
        new = content.splitlines()
        if base is None or path not in base.files:
            return [sha] * len(new)
        origins = [sha] * len(new)
        matcher = difflib.SequenceMatcher(None, base.files[path].splitlines(), new, autojunk=False)
        for old_at, new_at, size in matcher.get_matching_blocks():
            origins[new_at : new_at + size] = base.origins[path][old_at : old_at + size]
        return origins

    # --- the port ---

    def default_branch(self, repository: Repository) -> str:
        return self.default

    def deployed_revision(self, repository: Repository) -> tuple[str, str]:
        return self.deployed

    def team_members(self, repository: Repository, team: str) -> list[str]:
        if team not in self.teams:
            raise NotFound(f"there is no team {team}")
        return self.teams[team]

    def resolve(self, repository: Repository, name: str) -> str | None:
        if not is_ref_name(name):
            return None
        named = {**self.tags, **self.branches, "HEAD": self.branches.get(self.default, "")}.get(name)
        if named:
            return named
        found = [sha for sha in self.commits_by_sha if len(name) >= 7 and sha.startswith(name)]
        return found[0] if len(found) == 1 else None

    def tree(self, repository: Repository, revision: str) -> list[TreeEntry]:
        return [
            TreeEntry(
                path=path,
                size=len(content),
                mode="120000" if path in self.links else "100644",
                sha=hashlib.sha1(content).hexdigest(),
            )
            for path, content in sorted(self._stored(revision).files.items())
        ]

    def file(self, repository: Repository, revision: str, path: str) -> bytes | None:
        return None if path in self.links else self._stored(revision).files.get(path)

    def files(self, repository: Repository, revision: str, paths: Collection[str]) -> dict[str, bytes]:
        stored = self._stored(revision).files
        return {path: stored[path] for path in paths if path in stored and path not in self.links}

    def blame(self, repository: Repository, revision: str, path: str, start: int, end: int) -> list[BlameLine]:
        origins = self._stored(revision).origins.get(path)
        if origins is None:
            raise NotFound(f"{path} is not in {revision}")
        numbered = list(enumerate(origins, 1))
        return [BlameLine(line=line, commit=sha) for line, sha in numbered if max(start, 1) <= line <= end]

    def commit(self, repository: Repository, revision: str) -> Commit:
        return self._stored(revision).commit

    def commits(
        self, repository: Repository, revision: str, *, path: str = "", since: datetime | None = None, limit: int = 50
    ) -> list[Commit]:
        self._stored(revision)
        found = [
            stored.commit
            for stored in self._ancestors(revision)
            if (not path or self._touches(stored, path)) and (since is None or stored.commit.at >= since)
        ]
        return found[:limit]

    def commit_diff(self, repository: Repository, revision: str) -> str:
        stored = self._stored(revision)
        before = self._before(stored)
        return "".join(
            _file_diff(path, before.get(path), stored.files.get(path))
            for path in sorted(before.keys() | stored.files.keys())
            if before.get(path) != stored.files.get(path)
        )

    def compare(self, repository: Repository, base: str, head: str) -> list[Commit]:
        known = {stored.commit.sha for stored in self._ancestors(base)}
        return [stored.commit for stored in self._ancestors(head) if stored.commit.sha not in known]

    def archive(self, repository: Repository, revision: str) -> bytes:
        packed = io.BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
            for path, content in sorted(self._stored(revision).files.items()):
                if path not in self.links:
                    info = tarfile.TarInfo(path)
                    info.size = len(content)
                    tar.addfile(info, io.BytesIO(content))
        return packed.getvalue()

    def branch(self, repository: Repository, name: str) -> Branch | None:
        head = self.branches.get(name)
        return Branch(name=name, head=head, message=self.commits_by_sha[head].message) if head else None

    def push_branch(
        self,
        repository: Repository,
        name: str,
        base: str,
        changes: Sequence[FileChange],
        message: str,
        author: tuple[str, str],
    ) -> Branch:
        self._stored(base)
        if branch_name(name) in self.branches:
            raise Conflict(f"the branch {name} exists already")
        contents = {tree_path(change.path): change.content for change in changes}
        at = START + timedelta(days=len(self.commits_by_sha))
        self.branches[name] = self._make([base], contents, message, author, at).commit.sha
        found = self.branch(repository, name)
        assert found
        return found

    def pull_request(self, repository: Repository, branch: str) -> PullRequest | None:
        found = next((found for found in reversed(self.requests) if found.branch == branch), None)
        return self.numbered(repository, found.number) if found else None

    def numbered(self, repository: Repository, number: str) -> PullRequest | None:
        found = next((found for found in self.requests if found.number == number), None)
        if found is None or found.state != "open":
            return found
        return found.model_copy(update={"head": self.branches.get(found.branch, found.head)})

    def open_pull_requests(self, repository: Repository) -> list[PullRequest]:
        return [found for found in self.requests if found.state == "open" and found.branch.startswith("mendloop/")]

    def checks(self, repository: Repository, revision: str) -> Checks:
        self._stored(revision)
        return Checks.of(revision, self.reported.get(revision, {}))

    def examine(self, repository: Repository) -> str:
        return f"pull requests against {self.default}, in memory"

    def mark_ready(self, repository: Repository, number: str) -> PullRequest:
        found = self._numbered(repository, number)
        if found.state != "open":
            raise PullRequestEnded(f"pull request {number} is {found.state}")
        return self.end(number, draft=False)

    def comment(self, repository: Repository, number: str, body: str) -> None:
        self._numbered(repository, number)
        said = self.comments.setdefault(number, [])
        if body not in said:
            said.append(body)

    def _numbered(self, repository: Repository, number: str) -> PullRequest:
        found = self.numbered(repository, number)
        if found is None:
            raise NotFound(f"there is no pull request {number}")
        return found

    def end(self, number: str, **fields: object) -> PullRequest:
        """Change a pull request as people do, e.g. `state="closed"`."""
        at = next(at for at, found in enumerate(self.requests) if found.number == number)
        head = self.branches.get(self.requests[at].branch, self.requests[at].head)
        self.requests[at] = self.requests[at].model_copy(update={"head": head, **fields})
        return self.requests[at]

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
        if branch not in self.branches:
            raise NotFound(f"there is no branch {branch}")
        known = self.pull_request(repository, branch)
        if known is None or known.state != "open":
            number = str(len(self.requests) + 1)
            url = f"https://code.example.com/pull/{number}"
            known = PullRequest(
                number=number,
                url=url,
                branch=branch,
                title=title,
                body=body,
                draft=True,
                state="open",
                head=self.branches[branch],
                base=self.default,
            )
            self.requests.append(known)
        self.asked.append((branch, tuple(labels), tuple(reviewers)))
        taken = {
            "labels": [*known.labels, *(new for new in labels if new not in {*known.labels, *self.refused})],
            "reviewers": [
                *known.reviewers,
                *(new for new in reviewers if new not in {*known.reviewers, *self.refused}),
            ],
        }
        return self.end(known.number, **taken)

    def _stored(self, revision: str) -> Stored:
        if full_hash(revision) not in self.commits_by_sha:
            raise NotFound(f"there is no commit {revision[:12]}")
        return self.commits_by_sha[revision]

    def _before(self, stored: Stored) -> dict[str, bytes]:
        return self.commits_by_sha[stored.commit.parents[0]].files if stored.commit.parents else {}

    def _touches(self, stored: Stored, path: str) -> bool:
        before = self._before(stored)
        changed = {p for p in before.keys() | stored.files.keys() if before.get(p) != stored.files.get(p)}
        return any(p == path or p.startswith(path + "/") for p in changed)

    def _ancestors(self, revision: str) -> list[Stored]:
        found, todo = {}, [revision]
        while todo:
            sha = todo.pop()
            if sha not in found:
                found[sha] = self._stored(sha)
                todo.extend(found[sha].commit.parents)
        return sorted(found.values(), key=lambda stored: stored.commit.at, reverse=True)


def _file_diff(path: str, before: bytes | None, after: bytes | None) -> str:
    head = [f"diff --git a/{path} b/{path}\n"]
    if before is None:
        head.append("new file mode 100644\n")
    if after is None:
        head.append("deleted file mode 100644\n")
    old = (before or b"").decode(errors="replace").splitlines(keepends=True)
    new = (after or b"").decode(errors="replace").splitlines(keepends=True)
    sides = ("/dev/null" if before is None else f"a/{path}", "/dev/null" if after is None else f"b/{path}")
    lines = difflib.unified_diff(old, new, *sides)
    return "".join(
        head + [line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines]
    )

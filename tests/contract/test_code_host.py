"""One contract: the fake, a local repository (bare and not), and GitHub through its double."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from mendloop.adapters.github import GitHub
from mendloop.adapters.local_git import LocalGit
from mendloop.domain.catalog import Repository
from mendloop.ports import CheckState
from tests.contract.code_host_suite import DAY, CodeHostSuite, Workshop, history
from tests.contract.git_workshop import GitWorkshop, git
from tests.contract.github_double import LOCATION, TOKEN, GitHubDouble
from tests.fakes.code_host import InMemoryCodeHost

__all__ = ["history"]


class MemoryWorkshop:
    def __init__(self) -> None:
        self.host = InMemoryCodeHost()
        self.repository = Repository(host="local_git", location="/nowhere")

    def commit(
        self, files: Mapping[str, str | None], message: str, author: tuple[str, str], at: datetime, branch: str = "main"
    ) -> str:
        return self.host.commit_files(files, message, author=author, at=at, branch=branch)

    def report(self, revision: str, name: str, state: CheckState) -> None:
        self.host.reported.setdefault(revision, {})[name] = state

    def close(self, number: str) -> None:
        self.host.end(number, state="closed", ended_at=DAY)

    def merge(self, number: str) -> str:
        head = self.host.requests[int(number) - 1].head
        self.host.end(number, state="merged", merge_commit=head, ended_at=DAY)
        return head

    def comments(self, number: str) -> list[str]:
        return self.host.comments.get(number, [])


class LocalWorkshop(GitWorkshop):
    """What people do is written to git's own folder."""

    def __init__(self, folder: Path, repository: Path | None = None) -> None:
        where = repository or folder
        super().__init__(folder, LocalGit(), Repository(host="local_git", location=str(where)))
        self.own = (where if repository else where / ".git") / "mendloop"

    def report(self, revision: str, name: str, state: CheckState) -> None:
        path = self.own / "checks" / f"{revision}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        told = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps({**told, name: state}))

    def close(self, number: str) -> None:
        path = self._path(number)
        path.write_text(json.dumps({**json.loads(path.read_text()), "state": "closed", "ended_at": DAY.isoformat()}))

    def merge(self, number: str) -> str:
        branch = json.loads(self._path(number).read_text())["branch"]
        git(self.folder, "merge", "-q", branch)
        return git(self.folder, "rev-parse", branch)

    def comments(self, number: str) -> list[str]:
        return list(json.loads(self._path(number).read_text()).get("comments", []))

    def _path(self, number: str) -> Path:
        return self.own / "pull-requests" / f"{number}.json"


class BareWorkshop(LocalWorkshop):
    """Commits go through a clone and are pushed."""

    def __init__(self, folder: Path, bare: Path) -> None:
        git(folder.parent, "init", "-q", "--bare", "-b", "main", str(bare))
        super().__init__(folder, bare)
        self.bare = bare

    def commit(
        self, files: Mapping[str, str | None], message: str, author: tuple[str, str], at: datetime, branch: str = "main"
    ) -> str:
        self._fetch(branch)
        sha = super().commit(files, message, author, at, branch)
        git(self.folder, "push", "-q", str(self.bare), branch)
        return sha

    def merge(self, number: str) -> str:
        self._fetch(json.loads(self._path(number).read_text())["branch"])
        merged = super().merge(number)
        git(self.folder, "push", "-q", str(self.bare), "main")
        return merged

    def _fetch(self, branch: str) -> None:
        if branch != "main":
            git(self.folder, "fetch", "-q", str(self.bare), f"+{branch}:{branch}")


class GitHubWorkshop(GitWorkshop):
    """What people do is done at the double."""

    def __init__(self, double: GitHubDouble) -> None:
        host = GitHub(TOKEN, double.url)
        super().__init__(double.folder, host, Repository(host="github", location=LOCATION))
        self.double = double

    def report(self, revision: str, name: str, state: CheckState) -> None:
        self.double.reported.setdefault(revision, {})[name] = state

    def close(self, number: str) -> None:
        self.double.end(int(number))

    def merge(self, number: str) -> str:
        head = str(self.double.pulls[int(number) - 1]["head"]["sha"])
        self.double.end(int(number), merged=head)
        return head

    def comments(self, number: str) -> list[str]:
        return [said["body"] for said in self.double.comments.get(int(number), [])]


class TestInMemory(CodeHostSuite):
    @pytest.fixture
    def workshop(self) -> Workshop:
        return MemoryWorkshop()


class TestLocalGit(CodeHostSuite):
    @pytest.fixture
    def workshop(self, tmp_path: Path) -> Workshop:
        return LocalWorkshop(tmp_path / "shop")


class TestBareLocalGit(CodeHostSuite):
    @pytest.fixture
    def workshop(self, tmp_path: Path) -> Workshop:
        return BareWorkshop(tmp_path / "work", tmp_path / "shop.git")


class TestGitHub(CodeHostSuite):
    @pytest.fixture
    def workshop(self, tmp_path: Path) -> Iterator[Workshop]:
        with GitHubDouble(tmp_path / "shop") as double:
            yield GitHubWorkshop(double)

"""One contract: the fake, a local repository (bare and not), and GitHub through its double."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from mendloop.adapters.github import GitHub
from mendloop.adapters.local_git import LocalGit
from mendloop.domain.catalog import Repository
from tests.contract.code_host_suite import CodeHostSuite, Workshop, history
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


class BareWorkshop(GitWorkshop):
    """Commits go through a clone and are pushed."""

    def __init__(self, folder: Path, bare: Path) -> None:
        git(folder.parent, "init", "-q", "--bare", "-b", "main", str(bare))
        super().__init__(folder, LocalGit(), Repository(host="local_git", location=str(bare)))
        self.bare = bare

    def commit(self, *args: object, **kwargs: object) -> str:
        sha = super().commit(*args, **kwargs)  # type: ignore[arg-type]
        git(self.folder, "push", "-q", str(self.bare), "main")
        return sha


class TestInMemory(CodeHostSuite):
    @pytest.fixture
    def workshop(self) -> Workshop:
        return MemoryWorkshop()


class TestLocalGit(CodeHostSuite):
    @pytest.fixture
    def workshop(self, tmp_path: Path) -> Workshop:
        folder = tmp_path / "shop"
        return GitWorkshop(folder, LocalGit(), Repository(host="local_git", location=str(folder)))


class TestBareLocalGit(CodeHostSuite):
    @pytest.fixture
    def workshop(self, tmp_path: Path) -> Workshop:
        return BareWorkshop(tmp_path / "work", tmp_path / "shop.git")


class TestGitHub(CodeHostSuite):
    @pytest.fixture
    def workshop(self, tmp_path: Path) -> Iterator[Workshop]:
        folder = tmp_path / "shop"
        with GitHubDouble(folder) as double:
            yield GitWorkshop(folder, GitHub(TOKEN, double.url), Repository(host="github", location=LOCATION))

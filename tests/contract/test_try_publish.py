"""`mendloop try --publish`: an approved change of mendloop's own copy, opened at GitHub once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mendloop.adapters.local_git import LocalGit
from mendloop.cli.main import app
from mendloop.cli.tryout.publish import Target, publish, read_target
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import Archived, BadInput, BaseMoved, Conflict, Misconfigured, NotFound
from mendloop.ports import FileChange
from tests.contract.code_host_suite import DAY, ME
from tests.contract.git_workshop import GitWorkshop, git
from tests.contract.github_double import TOKEN, GitHubDouble

ANN = ("Ann", "ann@example.com")
BRANCH = "mendloop/inc-0123456789abcdef"


@pytest.fixture
def double(tmp_path: Path) -> Iterator[GitHubDouble]:
    with GitHubDouble(tmp_path / "shop") as double:
        yield double


@pytest.fixture
def there(double: GitHubDouble) -> GitWorkshop:
    """What people push to GitHub."""
    workshop = GitWorkshop(double.folder, LocalGit(), Repository(host="local_git", location=str(double.folder)))
    workshop.commit({"a.py": "x = 1\n", "b.py": "y = 2\n"}, "Start", ANN, DAY)
    return workshop


@pytest.fixture
def copy(tmp_path: Path, there: GitWorkshop) -> Path:
    """mendloop's own, with an approved change."""
    folder = tmp_path / "copy.git"
    git(tmp_path, "clone", "-q", "--bare", str(there.folder), str(folder))
    host, here = LocalGit(), Repository(host="local_git", location=str(folder))
    base = host.resolve(here, "main") or ""
    changes = [FileChange(path="a.py", content=b"x = 2\n"), FileChange(path="t.py", content=b"assert True\n")]
    host.push_branch(here, BRANCH, base, changes, "Fix x\n\nMendloop-Incident: inc-0123456789abcdef", ME)
    host.open_pull_request(here, BRANCH, "Fix x", "## In five answers\n")
    return folder


def target(double: GitHubDouble, tmp_path: Path, token: str = TOKEN) -> Target:
    (tmp_path / "token").write_text(token + "\n")
    return read_target("github:acme/shop", tmp_path / "token", "", double.url)


def test_it_is_opened_once_as_it_was_approved(
    double: GitHubDouble, there: GitWorkshop, copy: Path, tmp_path: Path
) -> None:
    where = target(double, tmp_path)
    assert not where.public and "it may push" in where.words
    there.commit({"b.py": "y = 3\n"}, "Elsewhere", ANN, DAY)
    first, second = publish(where, copy, BRANCH), publish(where, copy, BRANCH)
    assert first.number == second.number == "1" and len(double.pulls) == 1
    assert (first.title, first.body, first.draft, first.labels) == ("Fix x", "## In five answers\n", True, ["mendloop"])
    assert git(double.folder, "show", f"{BRANCH}:a.py") == "x = 2"
    assert git(double.folder, "diff", "--name-only", f"{BRANCH}^", BRANCH).split() == ["a.py", "t.py"]
    assert "Mendloop-Incident" in git(double.folder, "log", "-1", "--format=%B", BRANCH)


def test_a_public_repository_is_told_so(double: GitHubDouble, there: GitWorkshop, tmp_path: Path) -> None:
    double.settings = {"private": False}
    assert target(double, tmp_path).public


def test_what_changed_there_meanwhile_is_not_overwritten(
    double: GitHubDouble, there: GitWorkshop, copy: Path, tmp_path: Path
) -> None:
    there.commit({"a.py": "x = 7\n"}, "Mine", ANN, DAY)
    with pytest.raises(BaseMoved, match=r"a\.py"):
        publish(target(double, tmp_path), copy, BRANCH)
    assert not double.pulls and double.branches() == ["main"]


def test_a_branch_of_that_name_with_another_content_is_left_alone(
    double: GitHubDouble, there: GitWorkshop, copy: Path, tmp_path: Path
) -> None:
    git(double.folder, "branch", BRANCH)
    with pytest.raises(Conflict, match="another content"):
        publish(target(double, tmp_path), copy, BRANCH)
    assert not double.pulls


def test_a_commit_that_was_never_pushed(double: GitHubDouble, there: GitWorkshop, copy: Path, tmp_path: Path) -> None:
    git(there.folder, "commit", "-q", "--amend", "-m", "Another start", GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a")
    git(there.folder, "reflog", "expire", "--expire=now", "--all")
    git(there.folder, "gc", "-q", "--prune=now")
    with pytest.raises(NotFound, match="is not in acme/shop") as caught:
        publish(target(double, tmp_path), copy, BRANCH)
    assert "Push the branch" in caught.value.next_action


def test_nothing_starts_where_nothing_could_be_published(
    double: GitHubDouble, there: GitWorkshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Misconfigured, match="Bad credentials") as caught:
        target(double, tmp_path, "wrong-token")
    assert "wrong-token" not in str(caught.value)
    double.settings = {"archived": True}
    with pytest.raises(Archived):
        target(double, tmp_path)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    for asked, file, variable in (
        ("gitlab:a/b", tmp_path / "token", ""),
        ("github:acme/shop", None, ""),
        ("github:acme/shop", tmp_path / "token", "GITHUB_TOKEN"),
        ("github:acme/shop", tmp_path / "none", ""),
        ("github:acme/shop", None, "NOT_SET_ANYWHERE"),
    ):
        with pytest.raises(BadInput):
            read_target(asked, file, variable, double.url)


def test_the_command_refuses_before_it_reads_anything(tmp_path: Path) -> None:
    arguments = ["try", "--repo", str(tmp_path), "--log", str(tmp_path / "log"), "--publish", "github:acme/shop"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2

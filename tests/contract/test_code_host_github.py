"""What only GitHub does: its errors, limits, cut trees and archives."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mendloop.adapters.github import GitHub
from mendloop.adapters.github.weather import kind_of
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import (
    AccessDenied,
    Archived,
    BranchProtected,
    Conflict,
    MendloopError,
    Misconfigured,
    NotFound,
    Permanent,
    Rejected,
    Throttled,
    TooLarge,
    Unavailable,
)
from tests.contract.code_host_suite import DAY, ME
from tests.contract.git_workshop import GitWorkshop, git
from tests.contract.github_double import LOCATION, TOKEN, GitHubDouble, Refused

REPOSITORY = Repository(host="github", location=LOCATION)


@pytest.fixture
def double(tmp_path: Path) -> Iterator[GitHubDouble]:
    with GitHubDouble(tmp_path / "shop") as double:
        yield double


@pytest.fixture
def sha(double: GitHubDouble) -> str:
    workshop = GitWorkshop(double.folder, GitHub(TOKEN, double.url), REPOSITORY)
    return workshop.commit({"a/b/c.py": "x = 1\n", "d.py": "y = 2\n"}, "Start", ("Ann", "ann@example.com"), DAY)


@pytest.mark.parametrize(
    ("status", "headers", "data", "expected"),
    [
        (401, {}, {}, Misconfigured),
        (403, {}, {"message": "Resource not accessible by integration"}, AccessDenied),
        (403, {"x-ratelimit-remaining": "0"}, {}, Throttled),
        (403, {"retry-after": "60"}, {}, Throttled),
        (403, {}, {"message": "You have exceeded a secondary rate limit."}, Throttled),
        (404, {}, {}, NotFound),
        (409, {}, {"message": "Git Repository is empty."}, Conflict),
        (422, {}, {}, Rejected),
        (429, {}, {}, Throttled),
        (500, {}, {}, Unavailable),
        (502, {}, None, Unavailable),
        (418, {}, "text", Permanent),
        (400, {}, {"errors": [{"type": "RATE_LIMITED"}]}, Throttled),
        (400, {}, {"errors": [{"type": "FORBIDDEN"}]}, AccessDenied),
    ],
)
def test_the_table(status: int, headers: dict[str, str], data: Any, expected: type[MendloopError]) -> None:
    assert kind_of(status, headers, data).error is expected


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (Refused(403, "You have exceeded a secondary rate limit", {"Retry-After": "60"}), Throttled),
        (Refused(403, "Resource not accessible by integration"), AccessDenied),
        (Refused(500, "oops"), Unavailable),
        (Refused(503, "down"), Unavailable),
    ],
)
def test_an_outage_is_never_not_found(
    double: GitHubDouble, sha: str, refused: Refused, expected: type[MendloopError]
) -> None:
    host = GitHub(TOKEN, double.url)
    for call in (
        lambda: host.resolve(REPOSITORY, "main"),
        lambda: host.branch(REPOSITORY, "main"),
        lambda: host.file(REPOSITORY, sha, "d.py"),
        lambda: host.pull_request(REPOSITORY, "main"),
        lambda: host.archive(REPOSITORY, sha),
        lambda: host.commit_diff(REPOSITORY, sha),
    ):
        double.faults.append(refused)
        with pytest.raises(expected):
            call()
        assert not double.faults


def test_a_repository_that_may_not_be_read_is_not_an_absent_branch(double: GitHubDouble, sha: str) -> None:
    host = GitHub(TOKEN, double.url)
    hidden = Repository(host="github", location="acme/hidden")
    with pytest.raises(NotFound):
        host.resolve(hidden, "main")
    with pytest.raises(NotFound):
        host.branch(hidden, "main")


def test_a_wrong_token_is_said(double: GitHubDouble, sha: str) -> None:
    with pytest.raises(Misconfigured, match="Bad credentials"):
        GitHub("wrong-token", double.url).default_branch(REPOSITORY)


def test_nobody_listening_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        GitHub(TOKEN, "http://127.0.0.1:9").default_branch(REPOSITORY)


def test_the_token_stands_in_headers_only_and_never_goes_to_the_archive_host(double: GitHubDouble, sha: str) -> None:
    host = GitHub(TOKEN, double.url)
    host.archive(REPOSITORY, sha)
    host.push_branch(REPOSITORY, "mendloop/inc-1", sha, [], "One", ME)
    host.open_pull_request(REPOSITORY, "mendloop/inc-1", "T", "B")
    assert all(TOKEN not in seen.path and TOKEN not in str(seen.body) for seen in double.seen)
    [fetched] = [seen for seen in double.seen if seen.path.startswith("/archive-host")]
    assert "authorization" not in fetched.headers


def test_errors_tell_neither_token_nor_signed_address(double: GitHubDouble, sha: str) -> None:
    double.faults += []
    host = GitHub("secret-wrong-token", double.url)
    with pytest.raises(MendloopError) as raised:
        host.archive(REPOSITORY, sha)
    assert "secret-wrong-token" not in str(raised.value)


def test_a_cut_tree_is_walked(double: GitHubDouble, sha: str) -> None:
    double.cut_trees = True
    found = GitHub(TOKEN, double.url).tree(REPOSITORY, sha)
    assert [entry.path for entry in found] == ["a/b/c.py", "d.py"]


def test_long_lists_are_paged(double: GitHubDouble, sha: str) -> None:
    host = GitHub(TOKEN, double.url)
    workshop = GitWorkshop(double.folder, host, REPOSITORY)
    for number in range(104):
        head = workshop.commit({}, f"Commit {number}", ("Ann", "ann@example.com"), DAY)
    assert len(host.compare(REPOSITORY, sha, head)) == 104
    assert len(host.commits(REPOSITORY, head, limit=103)) == 103


def test_labels_are_set(double: GitHubDouble, sha: str) -> None:
    host = GitHub(TOKEN, double.url)
    host.push_branch(REPOSITORY, "mendloop/inc-1", sha, [], "One", ME)
    host.open_pull_request(REPOSITORY, "mendloop/inc-1", "T", "B", labels=["mendloop"])
    assert double.labels == {1: ["mendloop"]}


def packed(*members: tuple[str, bytes, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(content)
            if kind in {tarfile.SYMTYPE, tarfile.LNKTYPE}:
                info.linkname, info.size = "/etc/passwd", 0
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize("name", ["top/../../x", "/abs", "top/.git/config", "top//x/../y", "top/a/../../x"])
def test_an_archive_with_a_way_out_is_refused(double: GitHubDouble, sha: str, name: str) -> None:
    double.tarball = packed((name, tarfile.REGTYPE, b"x"))
    with pytest.raises(Rejected, match="leads out"):
        GitHub(TOKEN, double.url).archive(REPOSITORY, sha)


def test_links_and_devices_are_left_out(double: GitHubDouble, sha: str) -> None:
    double.tarball = packed(
        ("top/link", tarfile.SYMTYPE, b""),
        ("top/hard", tarfile.LNKTYPE, b""),
        ("top/fifo", tarfile.FIFOTYPE, b""),
        ("top/a.py", tarfile.REGTYPE, b"x"),
    )
    with tarfile.open(fileobj=io.BytesIO(GitHub(TOKEN, double.url).archive(REPOSITORY, sha))) as tar:
        assert tar.getnames() == ["a.py"]


def test_a_bomb_is_stopped(double: GitHubDouble, sha: str) -> None:
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as zipped:
        info = tarfile.TarInfo("top/bomb")
        info.size = 300_000_000
        zipped.write(info.tobuf())
        for _ in range(30):
            zipped.write(b"\0" * 10_000_000)
    double.tarball = out.getvalue()
    assert len(double.tarball) < 400_000
    with pytest.raises(TooLarge):
        GitHub(TOKEN, double.url).archive(REPOSITORY, sha)


@pytest.mark.parametrize("content", [b"not an archive", b""])
def test_a_broken_archive_is_an_outage(double: GitHubDouble, sha: str, content: bytes) -> None:
    double.tarball = content
    with pytest.raises(Unavailable):
        GitHub(TOKEN, double.url).archive(REPOSITORY, sha)


def test_a_half_archive_is_an_outage(double: GitHubDouble, sha: str) -> None:
    double.tarball = packed(("top/a.py", tarfile.REGTYPE, bytes(range(256)) * 400))[:-40]
    with pytest.raises(Unavailable):
        GitHub(TOKEN, double.url).archive(REPOSITORY, sha)


def test_the_newest_production_deployment_that_succeeded(double: GitHubDouble, sha: str) -> None:
    made = [("4", "staging", "success"), ("3", "Production", "in_progress"), ("2", "production", "success")]
    made += [("1", "prod-eu", "success"), ("0", "production-like", "")]
    double.deployments = [{"id": int(number), "environment": name, "sha": number * 40} for number, name, _ in made]
    double.statuses = {number: [{"state": state}, {"state": "failure"}] for number, _, state in made if state}
    host = GitHub(TOKEN, double.url)
    assert host.deployed_revision(REPOSITORY) == ("2" * 40, "GitHub's deployment 2 to production")
    double.statuses.pop("2")
    assert host.deployed_revision(REPOSITORY) == ("1" * 40, "GitHub's deployment 1 to prod-eu")
    double.faults = [Refused(403, "Resource not accessible by integration")]
    with pytest.raises(AccessDenied):
        host.deployed_revision(REPOSITORY)


def test_a_teams_members_are_its_logins(double: GitHubDouble) -> None:
    double.teams["acme/shop-owners"] = ["dweber", "robin"]
    host = GitHub(TOKEN, double.url)
    assert host.team_members(REPOSITORY, "acme/shop-owners") == ["dweber", "robin"]
    with pytest.raises(NotFound):
        host.team_members(REPOSITORY, "acme/others")


@pytest.mark.parametrize(
    ("settings", "kind", "said"),
    [
        ({"archived": True}, Archived, "archived"),
        ({"permissions": {"push": False}}, AccessDenied, "may not push"),
    ],
)
def test_what_stands_in_the_way_of_publishing_is_seen_by_reading(
    double: GitHubDouble, sha: str, settings: dict[str, Any], kind: type[MendloopError], said: str
) -> None:
    host = GitHub(TOKEN, double.url)
    assert host.examine(REPOSITORY) == (
        "draft pull requests against main (private); the token: it may push, 4980 of 5000 requests are left this hour; "
        "0 of mendloop's are open"
    )
    double.settings = settings
    with pytest.raises(kind, match=said):
        host.examine(REPOSITORY)
    assert all(seen.method == "GET" for seen in double.seen)


@pytest.mark.parametrize(
    ("refused", "kind", "advice"),
    [
        (Refused(403, "Repository was archived so is read-only."), Archived, "Unarchive"),
        (Refused(422, "Repository rule violations found"), BranchProtected, "mendloop/*"),
        (Refused(403, "Resource protected", {"X-GitHub-SSO": "required; url=x"}), AccessDenied, "single sign-on"),
        (Refused(403, "This installation has been suspended"), AccessDenied, "suspension"),
        (Refused(403, "acme has an IP allow list enabled"), AccessDenied, "IP allow list"),
        (Refused(401, "Bad credentials"), Misconfigured, "expired, revoked"),
        (Refused(403, "Your token has expired"), Misconfigured, "new token"),
        (Refused(403, "Resource not accessible by integration"), AccessDenied, "docs/github.md"),
    ],
)
def test_each_refusal_names_its_way_out(
    double: GitHubDouble, sha: str, refused: Refused, kind: type[MendloopError], advice: str
) -> None:
    host = GitHub(TOKEN, double.url)
    host.tree(REPOSITORY, sha)
    host.commit(REPOSITORY, sha)
    double.faults.append(refused)
    with pytest.raises(kind) as caught:
        host.push_branch(REPOSITORY, "mendloop/inc-1", sha, [], "One", ME)
    assert advice in caught.value.next_action and type(caught.value) is kind


def test_the_permission_that_would_have_done_is_named(double: GitHubDouble, sha: str) -> None:
    headers = {"X-Accepted-GitHub-Permissions": "contents=write"}
    double.faults.append(Refused(403, "Resource not accessible by personal access token", headers))
    with pytest.raises(AccessDenied, match="contents=write"):
        GitHub(TOKEN, double.url).default_branch(REPOSITORY)


def test_a_default_branch_renamed_between_two_calls_is_a_lost_race(double: GitHubDouble, sha: str) -> None:
    host = GitHub(TOKEN, double.url)
    host.push_branch(REPOSITORY, "mendloop/inc-1", sha, [], "One", ME)
    host.default_branch(REPOSITORY)
    git(double.folder, "branch", "-m", "main", "trunk")
    with pytest.raises(Conflict, match="no longer called main"):
        host.open_pull_request(REPOSITORY, "mendloop/inc-1", "T", "B")
    double.default = "trunk"
    assert GitHub(TOKEN, double.url).open_pull_request(REPOSITORY, "mendloop/inc-1", "T", "B").base == "trunk"


def test_a_plan_without_drafts_gets_one_that_is_ready(double: GitHubDouble, sha: str) -> None:
    host = GitHub(TOKEN, double.url)
    host.push_branch(REPOSITORY, "mendloop/inc-1", sha, [], "One", ME)
    host.default_branch(REPOSITORY)
    double.faults.append(Refused(422, "Draft pull requests are not supported in this repository."))
    assert not host.open_pull_request(REPOSITORY, "mendloop/inc-1", "T", "B").draft

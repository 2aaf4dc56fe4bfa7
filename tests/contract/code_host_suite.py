"""What every code host must do; run against the fake, a local repository, and GitHub by way of its double."""

import io
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from mendloop.domain.catalog import Repository
from mendloop.domain.errors import Conflict, NotFound, PullRequestEnded, Rejected
from mendloop.domain.patch import changed_lines
from mendloop.ports import CheckState, CodeHost, FileChange, PullRequest

DAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NOBODY = "f" * 40
ME = ("mendloop", "mendloop@noreply.invalid")


class Workshop(Protocol):
    """A host with a way to make history in its repository."""

    host: CodeHost
    repository: Repository

    def commit(
        self, files: Mapping[str, str | None], message: str, author: tuple[str, str], at: datetime, branch: str = "main"
    ) -> str:
        """On top of the branch (a new one starts at main). Full hash."""

    def report(self, revision: str, name: str, state: CheckState) -> None:
        """As a check does."""

    def close(self, number: str) -> None:
        """As a person does, without merging."""

    def merge(self, number: str) -> str:
        """As a person does, without conflicts. The commit that holds it from then on."""

    def comments(self, number: str) -> list[str]:
        """On a pull request, oldest first."""


@pytest.fixture
def history(workshop: Workshop) -> list[str]:
    """Three commits by two people, a day apart."""
    ann, bob = ("Ann", "ann@example.com"), ("Bob", "bob@example.com")
    first = {"app/cart.py": "a = 1\nb = 2\nc = 3\n", "README.md": "shop\n", "app/exec.sh": "echo\n"}
    return [
        workshop.commit(first, "Start\n\nWith a body", ann, DAY),
        workshop.commit({"app/cart.py": "a = 1\nb = 5\nc = 3\n"}, "Change b (#12)", bob, DAY + timedelta(days=1)),
        workshop.commit({"README.md": "the shop\n"}, "Words", ann, DAY + timedelta(days=2)),
    ]


class CodeHostSuite:
    """Subclasses give a fixture `workshop`."""

    def test_the_members_of_a_team_are_logins_and_an_unknown_team_has_none(self, workshop: Workshop) -> None:
        try:
            assert workshop.host.team_members(workshop.repository, "acme/nobody") == []
        except NotFound as error:
            assert "acme/nobody" in str(error) or "nobody" in str(error)

    def test_a_host_without_deployments_knows_of_none(self, workshop: Workshop) -> None:
        workshop.commit({"a.py": "x\n"}, "Start", ME, DAY)
        assert workshop.host.deployed_revision(workshop.repository) == ("", "")

    def test_names_become_full_hashes(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        assert host.default_branch(repository) == "main"
        assert host.resolve(repository, "main") == history[2]
        assert host.resolve(repository, history[0]) == history[0]
        assert host.resolve(repository, history[1][:10]) == history[1]

    @pytest.mark.parametrize(
        "name", ["nope", NOBODY, "", "--help", "-x", "a..b", "main@{1}", "main^", "HEAD~1", "a b", "x\n", "a:b", "@"]
    )
    def test_what_is_no_name_here_is_none(self, workshop: Workshop, history: list[str], name: str) -> None:
        assert workshop.host.resolve(workshop.repository, name) is None

    def test_the_tree_is_sorted_and_whole(self, workshop: Workshop, history: list[str]) -> None:
        tree = workshop.host.tree(workshop.repository, history[0])
        assert [entry.path for entry in tree] == ["README.md", "app/cart.py", "app/exec.sh"]
        assert [entry.size for entry in tree] == [5, 18, 5]
        assert {entry.mode for entry in tree} == {"100644"}

    def test_a_file_at_each_revision(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        assert host.file(repository, history[0], "app/cart.py") == b"a = 1\nb = 2\nc = 3\n"
        assert host.file(repository, history[1], "app/cart.py") == b"a = 1\nb = 5\nc = 3\n"

    @pytest.mark.parametrize("path", ["nope.py", "app", "app/", "/app/cart.py", "../x", "app/../README.md", ""])
    def test_what_is_no_file_is_none(self, workshop: Workshop, history: list[str], path: str) -> None:
        assert workshop.host.file(workshop.repository, history[0], path) is None

    def test_an_unknown_revision_is_an_error_and_never_an_empty_answer(
        self, workshop: Workshop, history: list[str]
    ) -> None:
        host, repository = workshop.host, workshop.repository
        for call in (
            lambda: host.tree(repository, NOBODY),
            lambda: host.file(repository, NOBODY, "README.md"),
            lambda: host.commit(repository, NOBODY),
            lambda: host.commits(repository, NOBODY),
            lambda: host.compare(repository, NOBODY, history[0]),
            lambda: host.compare(repository, history[0], NOBODY),
            lambda: host.tree(repository, "main"),
            lambda: host.commit(repository, "--all"),
        ):
            with pytest.raises(NotFound):
                call()

    def test_blame_names_the_commit_of_each_line(self, workshop: Workshop, history: list[str]) -> None:
        found = workshop.host.blame(workshop.repository, history[2], "app/cart.py", 1, 99)
        assert [(line.line, line.commit) for line in found] == [(1, history[0]), (2, history[1]), (3, history[0])]
        [middle] = workshop.host.blame(workshop.repository, history[2], "app/cart.py", 2, 2)
        assert middle.commit == history[1]
        with pytest.raises(NotFound):
            workshop.host.blame(workshop.repository, history[2], "nope.py", 1, 2)

    def test_a_commit_tells_who_when_and_what(self, workshop: Workshop, history: list[str]) -> None:
        first, second, _ = (workshop.host.commit(workshop.repository, sha) for sha in history)
        assert (first.subject, first.parents, first.at) == ("Start", [], DAY)
        assert (second.author_name, second.author_email) == ("Bob", "bob@example.com")
        assert second.parents == [history[0]]
        assert (first.pull_request, second.pull_request) == ("", "12")

    def test_commits_newest_first_by_path_time_and_number(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        assert [c.sha for c in host.commits(repository, history[2])] == history[::-1]
        assert [c.sha for c in host.commits(repository, history[2], path="app/cart.py")] == [history[1], history[0]]
        assert [c.sha for c in host.commits(repository, history[2], path="app")] == [history[1], history[0]]
        since = DAY + timedelta(hours=12)
        assert [c.sha for c in host.commits(repository, history[2], since=since)] == [history[2], history[1]]
        assert [c.sha for c in host.commits(repository, history[2], limit=1)] == [history[2]]
        assert [c.sha for c in host.commits(repository, history[1])] == [history[1], history[0]]

    def test_a_commits_diff_with_both_prefixes(self, workshop: Workshop, history: list[str]) -> None:
        diff = workshop.host.commit_diff(workshop.repository, history[1])
        assert "diff --git a/app/cart.py b/app/cart.py\n" in diff
        assert "--- a/app/cart.py\n+++ b/app/cart.py\n" in diff
        assert "-b = 2\n+b = 5\n" in diff
        assert changed_lines(diff) == 2
        root = workshop.host.commit_diff(workshop.repository, history[0])
        assert "--- /dev/null\n+++ b/README.md\n" in root

    def test_compare_is_what_head_has_and_base_has_not(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        assert [c.sha for c in host.compare(repository, history[0], history[2])] == [history[2], history[1]]
        assert host.compare(repository, history[2], history[0]) == []
        assert host.compare(repository, history[1], history[1]) == []

    def test_the_archive_holds_the_tree(self, workshop: Workshop, history: list[str]) -> None:
        packed = workshop.host.archive(workshop.repository, history[0])
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as tar:
            assert sorted(tar.getnames()) == ["README.md", "app/cart.py", "app/exec.sh"]
            stream = tar.extractfile("app/cart.py")
            assert stream
            assert stream.read() == b"a = 1\nb = 2\nc = 3\n"
        assert packed == workshop.host.archive(workshop.repository, history[0])

    def test_many_files_in_one_go(self, workshop: Workshop, history: list[str]) -> None:
        asked = ["app/cart.py", "README.md", "not/there.py", "../outside"]
        found = workshop.host.files(workshop.repository, history[0], asked)
        assert sorted(found) == ["README.md", "app/cart.py"]
        assert found["app/cart.py"] == b"a = 1\nb = 2\nc = 3\n"

    def test_no_branch_is_none(self, workshop: Workshop, history: list[str]) -> None:
        assert workshop.host.branch(workshop.repository, "mendloop/inc-1") is None
        assert workshop.host.branch(workshop.repository, "--all") is None

    def test_a_pushed_branch_is_one_commit_on_the_base(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        changes = [
            FileChange(path="app/cart.py", content=b"a = 1\r\nb = 2\n\xff"),
            FileChange(path="tests/test_new.py", content=b"def test(): ...\n"),
            FileChange(path="README.md", content=None),
        ]
        pushed = host.push_branch(repository, "mendloop/inc-1", history[0], changes, "Fix\n\nMendloop-Content: x\n", ME)
        assert host.branch(repository, "mendloop/inc-1") == pushed
        assert pushed.message == "Fix\n\nMendloop-Content: x"
        commit = host.commit(repository, pushed.head)
        assert (commit.parents, commit.author_email) == ([history[0]], ME[1])
        assert [entry.path for entry in host.tree(repository, pushed.head)] == [
            "app/cart.py",
            "app/exec.sh",
            "tests/test_new.py",
        ]
        assert host.file(repository, pushed.head, "app/cart.py") == b"a = 1\r\nb = 2\n\xff"
        assert host.resolve(repository, "main") == history[2]

    def test_a_branch_is_never_moved(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        first = host.push_branch(repository, "mendloop/inc-1", history[0], [], "One", ME)
        with pytest.raises(Conflict):
            host.push_branch(repository, "mendloop/inc-1", history[1], [], "Two", ME)
        with pytest.raises(Conflict):
            host.push_branch(repository, "main", history[0], [], "Three", ME)
        found = host.branch(repository, "mendloop/inc-1")
        assert found
        assert found.head == first.head

    @pytest.mark.parametrize("name", ["-x", "a..b", "a b", "", "x.lock"])
    def test_a_bad_branch_name_is_refused(self, workshop: Workshop, history: list[str], name: str) -> None:
        with pytest.raises(Rejected):
            workshop.host.push_branch(workshop.repository, name, history[0], [], "One", ME)

    @pytest.mark.parametrize("path", ["../x", "/etc/x", ".git/config", "a/.GIT/x", "a//b", "a\x00b"])
    def test_a_path_out_of_the_tree_is_refused(self, workshop: Workshop, history: list[str], path: str) -> None:
        change = FileChange(path=path, content=b"x")
        with pytest.raises(Rejected):
            workshop.host.push_branch(workshop.repository, "mendloop/inc-1", history[0], [change], "One", ME)
        assert workshop.host.branch(workshop.repository, "mendloop/inc-1") is None

    def test_a_pull_request_is_opened_once_as_a_draft(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        host.push_branch(repository, "mendloop/inc-1", history[0], [], "One", ME)
        assert host.pull_request(repository, "mendloop/inc-1") is None
        assert host.open_pull_requests(repository) == []
        opened = host.open_pull_request(repository, "mendloop/inc-1", "Title ü", "Body\n", labels=["mendloop"])
        assert (opened.draft, opened.state, opened.branch) == (True, "open", "mendloop/inc-1")
        assert (opened.title, opened.body) == ("Title ü", "Body\n")
        assert "://" in opened.url
        assert host.open_pull_request(repository, "mendloop/inc-1", "Other", "Other") == opened
        assert host.pull_request(repository, "mendloop/inc-1") == opened
        assert host.open_pull_requests(repository) == [opened]

    def test_only_our_own_branches_are_counted(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        for name in ("feature", "mendloop/inc-1", "mendloop/inc-2"):
            host.push_branch(repository, name, history[0], [], name, ME)
            host.open_pull_request(repository, name, name, "")
        assert [made.branch for made in host.open_pull_requests(repository)] == ["mendloop/inc-1", "mendloop/inc-2"]

    def test_no_pull_request_without_a_branch(self, workshop: Workshop, history: list[str]) -> None:
        with pytest.raises(NotFound):
            workshop.host.open_pull_request(workshop.repository, "mendloop/nope", "T", "B")

    def test_what_a_pull_request_lacks_is_added_when_it_is_opened_again(
        self, workshop: Workshop, history: list[str]
    ) -> None:
        opened = open_one(workshop, history)
        assert (opened.labels, opened.reviewers, opened.base) == ([], [], "main")
        again = workshop.host.open_pull_request(
            workshop.repository, opened.branch, "T", "B", labels=["mendloop", "bug"], reviewers=["dana"]
        )
        assert (again.number, again.labels, again.reviewers) == (opened.number, ["mendloop", "bug"], ["dana"])
        assert workshop.host.numbered(workshop.repository, opened.number) == again

    def test_a_pull_request_by_its_number(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        opened = open_one(workshop, history)
        found = host.branch(repository, opened.branch)
        assert found and opened.head == found.head
        assert host.numbered(repository, opened.number) == opened
        assert host.numbered(repository, "99") is None

    def test_a_push_moves_the_head_that_the_pull_request_has(self, workshop: Workshop, history: list[str]) -> None:
        opened = open_one(workshop, history)
        pushed = workshop.commit({"more.py": "1\n"}, "By a person", ("Bob", "bob@example.com"), DAY, opened.branch)
        found = workshop.host.pull_request(workshop.repository, opened.branch)
        assert found and found.head == pushed != opened.head

    def test_how_a_pull_request_ends(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        closed, merged = open_one(workshop, history, "mendloop/inc-1"), open_one(workshop, history, "mendloop/inc-2")
        workshop.close(closed.number)
        after = host.numbered(repository, closed.number)
        assert after and (after.state, after.merge_commit) == ("closed", "") and after.ended_at
        commit = workshop.merge(merged.number)
        after = host.numbered(repository, merged.number)
        assert after and (after.state, after.merge_commit) == ("merged", commit) and after.ended_at
        assert host.pull_request(repository, "mendloop/inc-2") == after
        assert host.open_pull_requests(repository) == []

    def test_a_draft_is_made_ready_once(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        opened = open_one(workshop, history)
        assert opened.draft
        for _ in range(2):
            assert not host.mark_ready(repository, opened.number).draft
        found = host.numbered(repository, opened.number)
        assert found and not found.draft
        workshop.close(opened.number)
        with pytest.raises(PullRequestEnded, match="closed"):
            host.mark_ready(repository, opened.number)

    def test_a_comment_is_made_once_per_text(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        opened = open_one(workshop, history)
        for text in ("Checks are red.", "Checks are red.", "They are green."):
            host.comment(repository, opened.number, text)
        said = workshop.comments(opened.number)
        assert [line.splitlines()[-1] for line in said] == ["Checks are red.", "They are green."]

    def test_it_says_where_it_would_publish(self, workshop: Workshop, history: list[str]) -> None:
        assert "pull requests against main" in workshop.host.examine(workshop.repository)

    def test_no_such_pull_request(self, workshop: Workshop, history: list[str]) -> None:
        host, repository = workshop.host, workshop.repository
        with pytest.raises(NotFound):
            host.mark_ready(repository, "99")
        with pytest.raises(NotFound):
            host.comment(repository, "99", "Hello")

    def test_checks_are_red_with_one_red_and_green_when_all_have_ended_well(
        self, workshop: Workshop, history: list[str]
    ) -> None:
        host, repository, head = workshop.host, workshop.repository, history[2]
        seen = [host.checks(repository, head)]
        for name, state in (
            ("tests", CheckState.PENDING),
            ("lint", CheckState.GREEN),
            ("tests", CheckState.GREEN),
            ("types", CheckState.RED),
        ):
            workshop.report(head, name, state)
            seen.append(host.checks(repository, head))
        states = [CheckState.NONE, CheckState.PENDING, CheckState.PENDING, CheckState.GREEN, CheckState.RED]
        assert [each.state for each in seen] == states
        assert (seen[1].pending, seen[-1].failed) == (["tests"], ["types"])
        assert host.checks(repository, history[0]).state is CheckState.NONE
        with pytest.raises(NotFound):
            host.checks(repository, NOBODY)


def open_one(workshop: Workshop, history: list[str], branch: str = "mendloop/inc-1") -> PullRequest:
    """A pull request on a branch of its own, with one new file."""
    changes = [FileChange(path=f"{branch}.py", content=b"x = 1\n")]
    workshop.host.push_branch(workshop.repository, branch, history[2], changes, "One", ME)
    return workshop.host.open_pull_request(workshop.repository, branch, "T", "B")

"""What the user gives: understood, or refused with what to do; the repository is never written to."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mendloop.adapters.local_git import LocalGit
from mendloop.cli.tryout.inputs import Inputs, Options, read_inputs
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import Rejected

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TRACE = (
    "Traceback (most recent call last):\n"
    '  File "/app/shop/web.py", line 2, in handle\n    return event["items"]\n'
    "KeyError: 'items'\n"
)
FILES = {
    "shop/__init__.py": "",
    "shop/web.py": 'def handle(event, context):\n    return event["items"]\n\n\ndef one(event):\n    return event\n',
    "tests/test_web.py": "def test_nothing():\n    pass\n",
    "other/alone.py": "VALUE = 1\n",
}


def git(folder: Path, *arguments: str) -> str:
    names = ["-c", "user.name=Ann", "-c", "user.email=ann@shop.example", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", *names, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three commits on `trunk`."""
    folder = tmp_path / "The Shop"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "trunk")
    for number in range(3):
        for path, text in FILES.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text)
        (folder / "count").write_text(str(number))
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", f"Commit {number}")
    return folder


def read(repo: Path, tmp_path: Path, log: str = TRACE, **options: object) -> Inputs:
    tmp_path.mkdir(exist_ok=True)
    file = tmp_path / "given.log"
    file.write_text(log)
    return read_inputs(Options(repo=repo, log=file, **options), tmp_path / "copy.git", NOW)  # type: ignore[arg-type]


def fingerprint(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file, git's own too, with its content and when it was last written."""
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_dirty_tree_is_left_alone_and_left_out(repository: Path, tmp_path: Path) -> None:
    (repository / "shop/web.py").write_text("not committed")
    (repository / "count").write_text("staged")
    git(repository, "add", "count")
    (repository / "unknown").write_text("to git")
    before = fingerprint(repository)
    inputs = read(repository, tmp_path)
    assert fingerprint(repository) == before
    assert any(note.startswith("2 files have changes that are not committed") for note in inputs.notes)
    copied = Repository(host="local_git", location=str(inputs.copy))
    assert LocalGit().file(copied, inputs.revision, "shop/web.py") == FILES["shop/web.py"].encode()
    assert LocalGit().default_branch(copied) == "trunk"
    assert [commit.subject for commit in LocalGit().commits(copied, inputs.revision)] == [
        "Commit 2",
        "Commit 1",
        "Commit 0",
    ]


def test_a_shallow_clone_says_so_and_an_older_revision_says_how_to_get_it(repository: Path, tmp_path: Path) -> None:
    older = git(repository, "rev-parse", "HEAD~1")
    git(tmp_path, "clone", "-q", "--depth", "1", repository.as_uri(), "shallow")
    inputs = read(tmp_path / "shallow", tmp_path)
    assert any("a shallow clone" in note for note in inputs.notes)
    copied = Repository(host="local_git", location=str(inputs.copy))
    assert len(LocalGit().commits(copied, inputs.revision)) == 1
    with pytest.raises(Rejected, match="shallow clone holds no commit") as refused:
        read(tmp_path / "shallow", tmp_path, revision=older)
    assert "git fetch --unshallow" in refused.value.next_action


def test_a_revision_that_is_not_on_the_branch_is_copied_too(repository: Path, tmp_path: Path) -> None:
    git(repository, "checkout", "-q", "-b", "hotfix", "HEAD~1")
    (repository / "count").write_text("hot")
    git(repository, "commit", "-qam", "Hot")
    hot = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "-q", "trunk")
    inputs = read(repository, tmp_path, revision="hotfix")
    assert (inputs.revision, inputs.revision_given) == (hot, True)
    assert LocalGit().file(Repository(host="local_git", location=str(inputs.copy)), hot, "count") == b"hot"


def test_a_linked_work_tree_and_a_detached_head_work(repository: Path, tmp_path: Path) -> None:
    git(repository, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"), "HEAD~1")
    inputs = read(tmp_path / "linked", tmp_path)
    assert inputs.revision == git(repository, "rev-parse", "HEAD~1")
    assert any("no branch is checked out" in note for note in inputs.notes)


def test_a_hostile_repository_runs_nothing(repository: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    program.chmod(0o755)
    for name in ("filter.evil.clean", "filter.evil.smudge", "core.fsmonitor", "uploadpack.packObjectsHook"):
        git(repository, "config", name, str(program))
    (repository / ".gitattributes").write_text("* filter=evil\n")
    (repository / "shop/web.py").write_text("changed\n")
    read(repository, tmp_path)
    assert not mark.exists()


def test_a_service_in_a_folder_of_a_monorepo(repository: Path, tmp_path: Path) -> None:
    inputs = read(repository / "shop", tmp_path)
    assert (inputs.root, inputs.service) == ("shop", "the-shop-shop")
    with pytest.raises(Rejected, match="no file lies below 'nowhere'") as refused:
        read(repository, tmp_path / "again", root="nowhere")
    assert "other, shop, tests" in refused.value.next_action


def test_what_is_wrong_is_said_with_what_to_do(repository: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    cases = [
        (plain, TRACE, {}, "is not in a git repository", "--repo"),
        (empty, TRACE, {}, "has no commit yet", "Commit your code first"),
        (repository, "INFO all is well\n", {}, "no failure was found", "traceback"),
        (repository, TRACE, {"revision": "v9"}, "holds no commit 'v9'", "git log --oneline --all"),
        (repository, TRACE, {"revision": "--help"}, "holds no commit", "git log"),
        (repository, TRACE, {"test_command": "make test"}, "neither pytest nor unittest", "pytest -q"),
        (repository, TRACE, {"test_command": "pytest -q && true"}, "or more than that", "pytest -q tests"),
        (repository, TRACE, {"test_command": "nowhere/bin/python -m pytest"}, "cannot be used", "--test-command"),
        (repository, TRACE, {"request": tmp_path / "given.log"}, "holds no JSON", "one JSON document"),
        (repository, TRACE, {"entry_point": "shop.web:one"}, "no function of two arguments", "--entry-point"),
    ]
    for number, (repo, log, options, says, advice) in enumerate(cases):
        with pytest.raises(Rejected, match=says) as refused:
            read(repo, tmp_path / str(number) if "request" not in options else tmp_path, log, **options)
        assert advice in refused.value.next_action, says


def test_a_log_of_another_project_is_said_before_anything_is_started(repository: Path, tmp_path: Path) -> None:
    def strange(log: str, folder: str) -> bool:
        notes = read(repository, tmp_path / folder, log).notes
        return any("no file of the trace is in this repository" in note for note in notes)

    assert not strange(TRACE, "own")
    assert strange(TRACE.replace("shop/web.py", "till/counter.py"), "other")


def test_a_request_is_logged_just_before_the_failure_and_replayed_through_the_traces_entry(
    repository: Path, tmp_path: Path
) -> None:
    request = tmp_path / "request.json"
    request.write_text('{"items": null}')
    inputs = read(repository, tmp_path, f"INFO before\n{TRACE}", request=request)
    assert inputs.entry_point == "shop.web:handle"
    assert json.loads(inputs.events[inputs.main.event].message)["request"] == {"items": None}
    assert inputs.events[inputs.main.event + 1].message.startswith("Traceback")
    assert inputs.events[inputs.main.event].at < inputs.events[inputs.main.event + 1].at


def test_times_are_the_logs_own_or_the_files_and_never_in_the_future(repository: Path, tmp_path: Path) -> None:
    inputs = read(repository, tmp_path, f"2026-11-23 14:00:00 ERROR failed\n{TRACE}")
    assert inputs.events[0].at == NOW
    assert any("lie up to 2:00:00 in the future" in note for note in inputs.notes)
    file = tmp_path / "given.log"
    file.write_text(TRACE)
    old = NOW - timedelta(days=3)
    os.utime(file, (old.timestamp(), old.timestamp()))
    inputs = read_inputs(Options(repo=repository, log=file), tmp_path / "copy-2.git", NOW)
    assert old <= inputs.events[0].at < old + timedelta(seconds=1)
    assert len({event.at for event in inputs.events}) == len(inputs.events)


def test_mendloops_own_name_is_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "mendloop"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "shop.py").write_text("")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "One")
    assert read(folder, tmp_path).service == "try-mendloop"


def test_tests_and_their_environment_are_found(repository: Path, tmp_path: Path) -> None:
    alone = read(repository, tmp_path)
    assert (alone.tests.command, alone.tests.environment) == ("python -m pytest -q", "")
    made = repository / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(made)], check=True)
    with_environment = read(repository, tmp_path / "2")
    assert with_environment.tests.environment == str(made)
    unittest = read(
        repository, tmp_path / "3", test_command=f"'{made}/bin/python' -m unittest discover -s tests -p 'check_*.py'"
    )
    assert unittest.tests.command == "python -m pytest -q tests -o 'python_files=check_*.py'"
    assert unittest.tests.environment == str(made)
    nothing = read(repository, tmp_path / "4", root="other")
    assert nothing.tests.command == "" and any("nothing can be proved" in note for note in nothing.notes)

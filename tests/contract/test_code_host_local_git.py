"""A local repository that does its best to run something, or to be disturbed."""

import json
import os
import tarfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest

from mendloop.adapters.git_command import Git, GitFailed
from mendloop.adapters.local_git import LocalGit
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import MendloopError, NotFound, Rejected
from mendloop.ports import FileChange
from tests.contract.code_host_suite import DAY, ME
from tests.contract.git_workshop import GitWorkshop, git

ANN = ("Ann", "ann@example.com")
FILES = {"a.py": "x = 1\n", "b.py": "y = 2\n"}


@pytest.fixture
def workshop(tmp_path: Path) -> GitWorkshop:
    folder = tmp_path / "shop"
    return GitWorkshop(folder, LocalGit(), Repository(host="local_git", location=str(folder)))


def everything(workshop: GitWorkshop, sha: str) -> None:
    """Every method once."""
    host, repository = workshop.host, workshop.repository
    parent = host.commit(repository, sha).parents[0]
    host.default_branch(repository)
    host.resolve(repository, "main")
    host.tree(repository, sha)
    host.file(repository, sha, "a.py")
    host.blame(repository, sha, "a.py", 1, 5)
    host.commits(repository, sha, path="a.py")
    host.commit_diff(repository, sha)
    host.compare(repository, parent, sha)
    host.archive(repository, sha)
    host.push_branch(repository, "mendloop/inc-1", sha, [FileChange(path="a.py", content=b"z = 3\n")], "One", ME)
    host.branch(repository, "mendloop/inc-1")
    host.open_pull_request(repository, "mendloop/inc-1", "T", "B")
    host.open_pull_requests(repository)


def test_nothing_that_the_repository_or_the_person_set_up_is_run(
    workshop: GitWorkshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "ran"
    script = tmp_path / "trap"
    script.write_text(f'#!/bin/sh\necho "$0 $@" >> {mark}\ncat\n')
    script.chmod(0o755)
    workshop.commit({**FILES, ".gitattributes": "* filter=trap diff=trap merge=trap export-ignore\n"}, "One", ANN, DAY)
    sha = workshop.commit({"a.py": "x = 2\n"}, "Two", ANN, DAY)
    hooks = workshop.folder / ".git" / "hooks"
    for hook in ("pre-commit", "reference-transaction", "post-commit", "post-index-change", "update", "fsmonitor"):
        (hooks / hook).write_text(script.read_text())
        (hooks / hook).chmod(0o755)
    config = workshop.folder / ".git" / "config"
    traps = f"""
[core]
    fsmonitor = {script}
    sshCommand = {script}
    pager = {script}
    editor = {script}
    hooksPath = {hooks}
    alternateRefsCommand = {script}
    attributesFile = {workshop.folder}/.gitattributes
[diff]
    external = {script}
[diff "trap"]
    textconv = {script}
    command = {script}
[filter "trap"]
    clean = {script}
    smudge = {script}
    process = {script}
    required = true
[commit]
    gpgSign = true
[log]
    showSignature = true
[gpg]
    program = {script}
[tar "tar.gz"]
    command = {script}
[alias]
    log = !{script}
[protocol]
    allow = always
[credential]
    helper = {script}
"""
    config.write_text(config.read_text() + traps)
    own = tmp_path / "gitconfig"
    own.write_text(traps)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(own))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(script))
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    (workshop.folder / ".git" / "info" / "attributes").write_text("* filter=trap diff=trap\n")
    everything(workshop, sha)
    assert not mark.exists(), mark.read_text()
    with tarfile.open(fileobj=BytesIO(workshop.host.archive(workshop.repository, sha))) as tar:
        assert tar.getnames() == [".gitattributes", "a.py", "b.py"]


def test_an_ext_remote_of_a_partial_clone_is_never_asked(workshop: GitWorkshop, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    sha = workshop.commit(FILES, "One", ANN, DAY)
    blob = git(workshop.folder, "rev-parse", f"{sha}:a.py")
    config = workshop.folder / ".git" / "config"
    config.write_text(
        config.read_text().replace("repositoryformatversion = 0", "repositoryformatversion = 1")
        + "[extensions]\n\tpartialClone = origin\n"
        + f'[remote "origin"]\n\turl = ext::sh -c touch% {mark}\n\tpromisor = true\n'
        + '[protocol]\n\tallow = always\n[protocol "ext"]\n\tallow = always\n'
    )
    (workshop.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(MendloopError):
        workshop.host.file(workshop.repository, sha, "a.py")
    assert not mark.exists()


def test_links_are_listed_and_never_followed(workshop: GitWorkshop) -> None:
    workshop.commit(FILES, "One", ANN, DAY)
    (workshop.folder / "link").symlink_to("/etc/passwd")
    sha = workshop.commit({}, "Two", ANN, DAY)
    host, repository = workshop.host, workshop.repository
    assert [entry.mode for entry in host.tree(repository, sha) if entry.path == "link"] == ["120000"]
    assert host.file(repository, sha, "link") is None
    with tarfile.open(fileobj=BytesIO(host.archive(repository, sha))) as tar:
        assert "link" not in tar.getnames()
    with pytest.raises(Rejected, match="symbolic link"):
        host.push_branch(repository, "mendloop/inc-1", sha, [FileChange(path="link", content=b"x")], "One", ME)


def test_a_dirty_work_tree_and_index_stay_as_they_are(workshop: GitWorkshop) -> None:
    workshop.commit(FILES, "One", ANN, DAY)
    sha = workshop.commit({"a.py": "x = 2\n"}, "Two", ANN, DAY)
    (workshop.folder / "a.py").write_text("dirty\n")
    (workshop.folder / "b.py").write_text("staged\n")
    git(workshop.folder, "add", "b.py")
    index = (workshop.folder / ".git" / "index").read_bytes()
    everything(workshop, sha)
    assert (workshop.folder / ".git" / "index").read_bytes() == index
    assert (workshop.folder / "a.py").read_text() == "dirty\n"
    assert git(workshop.folder, "rev-parse", "HEAD") == sha
    assert not (workshop.folder / ".git" / "index.lock").exists()


def test_execution_bits_survive(workshop: GitWorkshop) -> None:
    (workshop.folder / "run.sh").write_text("echo\n")
    (workshop.folder / "run.sh").chmod(0o755)
    sha = workshop.commit(FILES, "One", ANN, DAY)
    host, repository = workshop.host, workshop.repository
    made = host.push_branch(repository, "x", sha, [FileChange(path="run.sh", content=b"echo 1\n")], "One", ME)
    assert [entry.mode for entry in host.tree(repository, made.head) if entry.path == "run.sh"] == ["100755"]


def test_racing_writers_of_one_branch_and_pull_request_make_one(workshop: GitWorkshop) -> None:
    sha = workshop.commit(FILES, "One", ANN, DAY)

    def race(number: int) -> str:
        try:
            change = FileChange(path="a.py", content=str(number).encode())
            LocalGit().push_branch(workshop.repository, "mendloop/inc-1", sha, [change], f"{number}", ME)
        except MendloopError as error:
            assert type(error).__name__ == "Conflict"
        return LocalGit().open_pull_request(workshop.repository, "mendloop/inc-1", str(number), "B").number

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(race, range(6))) == {"1"}
    found = list((workshop.folder / ".git" / "mendloop" / "pull-requests").glob("*.json"))
    assert [path.name for path in found] == ["1.json"]
    assert json.loads(found[0].read_text())["draft"] is True


def test_a_pull_request_that_reached_the_default_branch_is_merged(workshop: GitWorkshop) -> None:
    sha = workshop.commit(FILES, "One", ANN, DAY)
    host, repository = workshop.host, workshop.repository
    host.push_branch(repository, "mendloop/inc-1", sha, [FileChange(path="a.py", content=b"z\n")], "One", ME)
    host.open_pull_request(repository, "mendloop/inc-1", "T", "B")
    git(workshop.folder, "merge", "-q", "mendloop/inc-1")
    assert host.open_pull_requests(repository) == []
    found = host.pull_request(repository, "mendloop/inc-1")
    assert found
    assert found.state == "merged"


def test_a_folder_without_repository_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="holds no git repository"):
        LocalGit().default_branch(Repository(host="local_git", location=str(tmp_path)))


def test_a_broken_repository_is_an_error_and_not_an_absent_branch(workshop: GitWorkshop) -> None:
    workshop.commit(FILES, "One", ANN, DAY)
    (workshop.folder / ".git" / "config").write_text("[core\nbroken")
    with pytest.raises(GitFailed):
        workshop.host.branch(workshop.repository, "mendloop/inc-1")


def test_a_git_that_does_not_end_is_stopped(
    workshop: GitWorkshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.commit(FILES, "One", ANN, DAY)
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(GitFailed, match="did not end within 0.2 seconds"):
        Git(str(workshop.folder), timeout_seconds=0.2).text("log", "-n1")


def test_somebody_elses_repository_can_be_read(workshop: GitWorkshop) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a folder away")
    sha = workshop.commit(FILES, "One", ANN, DAY)
    for path in [workshop.folder, *workshop.folder.rglob("*")]:
        os.chown(path, 65534, 65534)
    assert workshop.host.resolve(workshop.repository, "main") == sha

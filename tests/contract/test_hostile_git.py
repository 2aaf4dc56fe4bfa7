"""What git itself is told by a hostile repository or a careless shell, one trick a test."""

import os
import subprocess
from pathlib import Path

import pytest

from functions.prepare_verification.trees import unpack
from mendloop.adapters import local_git_trees
from mendloop.adapters.git_command import Git, git_folder
from mendloop.adapters.local_git import LocalGit
from mendloop.adapters.local_git_copy import copy_commits, find_repository, resolve
from mendloop.adapters.local_git_trees import entries
from mendloop.domain.errors import GitFailed, MendloopError, NotFound, Rejected, TooLarge
from mendloop.ports import FileChange
from tests.contract.git_workshop import git
from tests.contract.test_code_host_local_git import ANN, everything
from tests.contract.test_hostile_repository import Lair, spring, tree_object

WHO = {f"GIT_{role}_{part}": "a@b" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}


@pytest.fixture
def lair(tmp_path: Path) -> Lair:
    return Lair(tmp_path)


def git_object(lair: Lair, kind: str, content: bytes) -> str:
    """Any bytes as an object; git's own commands would not make it."""
    file = lair.workshop.folder.parent / "object"
    file.write_bytes(content)
    return git(lair.workshop.folder, "hash-object", "-t", kind, "-w", "--literally", str(file))


def commit_of(lair: Lair, tree: str) -> str:
    return git(lair.workshop.folder, "commit-tree", tree, "-m", "Odd", **WHO)


def test_a_filter_whose_name_is_no_text_is_switched_off_too(lair: Lair, tmp_path: Path) -> None:
    name = b"tr\xffap"
    script = os.fsencode(lair.script)
    with (lair.git_folder / "config").open("ab") as config:
        config.write(b'[filter "' + name + b'"]\n\tclean = ' + script + b"\n\tprocess = " + script + b"\n\trequired\n")
    (lair.git_folder / "info").mkdir(exist_ok=True)
    (lair.git_folder / "info" / "attributes").write_bytes(b"* filter=" + name + b"\n")
    spring(lair, tmp_path)
    assert not lair.mark.exists(), lair.mark.read_text()
    subprocess.run(["git", "status"], cwd=lair.workshop.folder, capture_output=True, check=False)
    assert lair.mark.exists(), "the trap is none"


def test_more_filters_than_an_environment_holds_are_an_error_of_ours(lair: Lair) -> None:
    lair.configure("".join(f'[filter "{"x" * 100}{n}"]\n\tclean = cat\n' for n in range(10_000)))
    with pytest.raises(GitFailed):
        lair.workshop.host.tree(lair.workshop.repository, lair.head)


@pytest.mark.parametrize("path", [".:{}", ":{}", "{}:", "bin:{}"])
def test_no_program_of_the_repository_is_taken_for_git(path: str, lair: Lair, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (lair.git_folder, lair.git_folder / "bin"):
        folder.mkdir(exist_ok=True)
        (folder / "git").write_text(lair.script.read_text())
        (folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", path.format(os.environ["PATH"]))
    assert Git(str(lair.workshop.folder)).text("rev-parse", "HEAD") == lair.head
    assert not lair.mark.exists(), lair.mark.read_text()


PROGRAMS = ("GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_PAGER", "GIT_EDITOR", "GIT_PROXY_COMMAND", "PAGER", "EDITOR")
FOLDERS = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_EXEC_PATH", "GIT_REPLACE_REF_BASE", "GIT_GRAFT_FILE"),
    *("GIT_ATTR_SOURCE", "GIT_SHALLOW_FILE", "GIT_ICASE_PATHSPECS", "GIT_CEILING_DIRECTORIES"),
)


@pytest.mark.parametrize("names", [PROGRAMS, FOLDERS, ("GIT_TRACE",), ("GIT_CONFIG_PARAMETERS",)], ids=lambda n: n[0])
def test_the_callers_settings_have_no_say(
    names: tuple[str, ...], lair: Lair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git's hooks set some of these; whoever calls from one would work on another repository."""
    other = tmp_path / "other"
    other.mkdir()
    values = {"GIT_TRACE": str(lair.mark), "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor={lair.script}'"}
    for name in names:
        monkeypatch.setenv(name, values.get(name, str(lair.script if name in PROGRAMS else other)))
    everything(lair.workshop, lair.head)
    copy_commits(find_repository(lair.workshop.folder), lair.head, tmp_path / "copy")
    assert resolve(tmp_path / "copy", "HEAD") == lair.head
    assert not lair.mark.exists() and not list(other.iterdir())


def test_a_tree_that_holds_itself_many_times_over_ends(lair: Lair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten levels of ten: a few hundred bytes that list as ten thousand million files."""
    blob = git(lair.workshop.folder, "rev-parse", f"{lair.head}:b.py")
    tree = tree_object(lair, b"100644 a", blob)
    for _ in range(10):
        tree = git_object(lair, "tree", b"".join(b"40000 %d\0" % n + bytes.fromhex(tree) for n in range(10)))
    head = commit_of(lair, tree)
    monkeypatch.setattr(local_git_trees, "MOST_LISTED", 100_000)
    for call in (lair.workshop.host.tree, lair.workshop.host.archive):
        with pytest.raises(TooLarge):
            call(lair.workshop.repository, head)


def test_what_git_says_is_bounded_in_size_and_time(lair: Lair) -> None:
    git_at = Git(str(lair.workshop.folder))
    with pytest.raises(TooLarge, match="more than 3 bytes"):
        git_at.run("rev-parse", "HEAD", most=3)
    os.mkfifo(lair.git_folder / "nobody-writes")
    lair.configure("[include]\n\tpath = nobody-writes\n")
    waiting = Git(str(lair.workshop.folder), timeout_seconds=0.5)
    with pytest.raises(GitFailed, match=r"within 0\.5 seconds"):
        waiting.run("rev-parse", "HEAD")


def test_a_replaced_commit_is_not_believed(lair: Lair) -> None:
    other = lair.commit({"a.py": "planted\n"})
    first = git(lair.workshop.folder, "rev-parse", f"{other}^")
    git(lair.workshop.folder, "replace", first, other)
    assert lair.workshop.host.file(lair.workshop.repository, first, "a.py") == b"x = 2\n"
    assert b"planted" not in unpack(lair.workshop.host.archive(lair.workshop.repository, first), "it")["a.py"][0]


def test_attributes_change_no_byte_of_an_archive(lair: Lair) -> None:
    said = "x = '$Format:%an$ $Id$'\r\n"
    attributes = "* text eol=crlf working-tree-encoding=UTF-16 ident\na.py export-subst\nb.py export-ignore\n"
    head = lair.commit({"a.py": said, "b.py": said})
    blob = git_object(lair, "blob", attributes.encode())
    git(lair.workshop.folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},.gitattributes")
    head = commit_of(lair, git(lair.workshop.folder, "write-tree"))
    (lair.git_folder / "info").mkdir(exist_ok=True)
    (lair.git_folder / "info" / "attributes").write_text(attributes)
    found = unpack(lair.workshop.host.archive(lair.workshop.repository, head), "it")
    assert {path: content for path, (content, _) in found.items()} == {
        **{name: said.encode() for name in ("a.py", "b.py")},
        ".gitattributes": attributes.encode(),
    }
    assert lair.workshop.host.file(lair.workshop.repository, head, "a.py") == said.encode()


ODD = ("-rf", "--output=planted", "a\nb.py", "a\tb.py", 'a"b.py', "a\\b.py", "Shop.py", "shop.py", ":(top)a", "*.py")


def test_odd_names_of_files_are_names(lair: Lair) -> None:
    head = lair.commit({name: f"{n}\n" for n, name in enumerate(ODD)})
    host, repository = lair.workshop.host, lair.workshop.repository
    assert {entry.path for entry in host.tree(repository, head)} >= set(ODD)
    archived = unpack(host.archive(repository, head), "it")
    for n, name in enumerate(ODD):
        assert host.file(repository, head, name) == archived[name][0] == f"{n}\n".encode()
        assert [line.commit for line in host.blame(repository, head, name, 1, 1)] == [head]
        assert [commit.sha for commit in host.commits(repository, head, path=name)] == [head]
    assert "planted" in host.commit_diff(repository, head)
    assert not (lair.git_folder / "planted").exists()


def test_names_that_are_no_text_hinder_nobody(lair: Lair) -> None:
    blob = git(lair.workshop.folder, "rev-parse", f"{lair.head}:b.py")
    tree = b"".join(b"100644 %s\0" % name + bytes.fromhex(blob) for name in (b"a.py", b"b\xfe.py", b"b\xff.py"))
    head = commit_of(lair, git_object(lair, "tree", tree))
    assert set(unpack(lair.workshop.host.archive(lair.workshop.repository, head), "it")) == {"a.py"}


@pytest.mark.parametrize("name", ["--output=planted", "-n1", "a\0b", "a..b", "@{-1}", ":/One", "x" * 300, "a\nb", ""])
def test_no_name_of_a_revision_is_an_option(name: str, lair: Lair) -> None:
    assert lair.workshop.host.resolve(lair.workshop.repository, name) is None
    try:
        assert resolve(lair.workshop.folder, name) in {None, lair.head, git(lair.workshop.folder, "rev-parse", "HEAD^")}
    except MendloopError as error:
        assert isinstance(error, Rejected)
    with pytest.raises(NotFound):
        lair.workshop.host.tree(lair.workshop.repository, name)


@pytest.mark.parametrize("time", [b"99999999999999999999", b"253402300800", b"-1", b"x", b""])
def test_a_commit_of_no_time_is_a_commit(time: bytes, lair: Lair) -> None:
    tree = git(lair.workshop.folder, "rev-parse", f"{lair.head}^{{tree}}")
    line = b" A <a@b> " + time + b" +0000\n"
    head = git_object(
        lair, "commit", f"tree {tree}\nauthor".encode() + line + b"committer" + line + b"\nOdd\0end\x1b[2J\n"
    )
    found = lair.workshop.host.commit(lair.workshop.repository, head)
    assert (found.sha, found.parents) == (head, []) and found.subject.startswith("Odd")
    assert [commit.sha for commit in lair.workshop.host.commits(lair.workshop.repository, head)] == [head]


def test_a_signature_is_checked_by_no_program(lair: Lair) -> None:
    lair.configure(f"[gpg]\n\tprogram = {lair.script}\n[log]\n\tshowSignature = true\n")
    tree = git(lair.workshop.folder, "rev-parse", f"{lair.head}^{{tree}}")
    who = "A <a@b> 1700000000 +0000"
    seal = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
    said = f"tree {tree}\nparent {lair.head}\nauthor {who}\ncommitter {who}\n{seal}\n\nSigned\n"
    head = git_object(lair, "commit", said.encode())
    everything(lair.workshop, head)
    assert not lair.mark.exists(), lair.mark.read_text()
    git(lair.workshop.folder, "log", "-n1", head)
    assert lair.mark.exists(), "the trap is none"


def test_many_and_enormous_references_do_not_matter(lair: Lair) -> None:
    packed = "".join(f"{lair.head} refs/heads/{n:05}\n" for n in range(50_000))
    (lair.git_folder / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted\n{packed}")
    (lair.git_folder / "refs" / "heads" / "loop").write_text("ref: refs/heads/loop\n")
    (lair.git_folder / "refs" / "heads" / "long").write_text(lair.head * 100_000)
    host, repository = lair.workshop.host, lair.workshop.repository
    assert host.resolve(repository, "main") == host.resolve(repository, "04711") == lair.head
    assert host.resolve(repository, "loop") is host.resolve(repository, "long") is None


@pytest.mark.parametrize("said", [b"gitdir: /etc\n", b"gitdir: \xff\n", b"gitdir: ..\n", b"", b"x" * 5_000_000])
def test_a_pointer_to_no_repository_is_not_followed(said: bytes, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / ".git").write_bytes(said)
    with pytest.raises(NotFound):
        git_folder(tmp_path / "shop")


def test_a_linked_work_tree_is_read(lair: Lair, tmp_path: Path) -> None:
    git(lair.workshop.folder, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    found = find_repository(tmp_path / "side")
    assert (found.branch, found.head) == ("side", lair.head)
    assert entries(Git(str(tmp_path / "side")), lair.head)


def test_a_link_in_place_of_the_list_of_cut_commits_is_not_copied(lair: Lair, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("password\n")
    found = find_repository(lair.workshop.folder)
    copies = []
    for name, content in (("plain", ""), ("linked", "x")):
        if content:
            (lair.git_folder / "shallow").symlink_to(secret)
        try:
            copy_commits(found, lair.head, tmp_path / name)
        except MendloopError as error:
            assert "password" not in (tmp_path / name / "shallow").read_text(), error
        copies.append(tmp_path / name)
    assert not (copies[0] / "shallow").exists()


def test_borrowed_objects_are_read_and_the_copy_stands_alone(lair: Lair, tmp_path: Path) -> None:
    """A clone by --reference has them; they are objects by their hash, and no program is asked for them."""
    lair.configure(f"[core]\n\talternateRefsCommand = {lair.script}\n")
    git(tmp_path, "clone", "-q", "--shared", str(lair.workshop.folder), "borrowing")
    found = find_repository(tmp_path / "borrowing")
    copy_commits(found, found.head, tmp_path / "copy")
    assert not (tmp_path / "copy" / "objects" / "info" / "alternates").exists()
    lair.workshop.folder.rename(tmp_path / "gone")
    assert len(entries(Git(str(tmp_path / "copy")), found.head)) == 2
    assert not lair.mark.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_repository_is_read_without_being_trusted(lair: Lair, tmp_path: Path) -> None:
    for path in [lair.workshop.folder, *lair.workshop.folder.rglob("*")]:
        os.chown(path, 12_345, 12_345)
    assert find_repository(lair.workshop.folder).head == lair.head
    everything(lair.workshop, lair.head)


def test_what_is_committed_is_what_was_given(lair: Lair) -> None:
    """No line end, filter or hook has a say in what is published."""
    lair.configure(f"[core]\n\tautocrlf = true\n\thooksPath = {lair.git_folder}\n")
    host = LocalGit()
    change = FileChange(path="a.py", content=b"x = '$Id$'\r\n\xff")
    branch = host.push_branch(lair.workshop.repository, "mendloop/x", lair.head, [change], "One", ANN)
    assert host.file(lair.workshop.repository, branch.head, "a.py") == change.content

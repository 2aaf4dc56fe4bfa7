"""Repositories that try to run something, to reach out, or to lead out of their tree: one trap, one test.

Each trap is sprung by everything that production does with a repository and by what `mendloop try` does before it.
"""

import contextlib
import io
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.prepare_verification.trees import unpack
from mendloop.adapters import git_archive
from mendloop.adapters.local_git import LocalGit
from mendloop.adapters.local_git_copy import copy_commits, find_repository
from mendloop.adapters.sandbox.inside.start import _unpack
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import MendloopError, Rejected
from tests.contract.code_host_suite import DAY
from tests.contract.git_workshop import GitWorkshop, git
from tests.contract.test_code_host_local_git import ANN, FILES, everything

HOOKS = (
    "pre-commit",
    "post-commit",
    "post-checkout",
    "post-index-change",
    "reference-transaction",
    "fsmonitor-watchman",
)
Trap = Callable[["Lair"], None]


class Lair:
    """A repository with two commits and a dirty file, beside a script that leaves a mark when it is run."""

    def __init__(self, folder: Path) -> None:
        self.mark, self.script = folder / "ran", folder / "script"
        self.script.write_text(f'#!/bin/sh\necho "$0 $*" >> {self.mark}\nexit 1\n')
        self.script.chmod(0o755)
        repository = Repository(host="local_git", location=str(folder / "shop"))
        self.workshop = GitWorkshop(folder / "shop", LocalGit(), repository)
        self.git_folder = self.workshop.folder / ".git"
        self.commit(FILES)
        self.head = self.commit({"a.py": "x = 2\n"})
        (self.workshop.folder / "a.py").write_text("x = 3\n")

    def commit(self, files: dict[str, str]) -> str:
        self.head = self.workshop.commit(files, "One", ANN, DAY)
        return self.head

    def configure(self, text: str, file: Path | None = None) -> None:
        """More lines for the repository's own configuration, or for another one."""
        target = file or self.git_folder / "config"
        target.write_text((target.read_text() if target.exists() else "") + text)


def hooks(lair: Lair) -> None:
    folder = lair.git_folder / "hooks"
    for name in HOOKS:
        (folder / name).write_text(lair.script.read_text())
        (folder / name).chmod(0o755)
    lair.configure(f"[core]\n\thooksPath = {folder}\n\tfsmonitor = {folder}/fsmonitor-watchman\n")


def filters(lair: Lair) -> None:
    lair.configure(
        f'[filter "trap"]\n\tclean = {lair.script}\n\tsmudge = {lair.script}\n\tprocess = {lair.script}\n\trequired\n'
        f'[diff "trap"]\n\ttextconv = {lair.script}\n\tcommand = {lair.script}\n'
        f'[merge "trap"]\n\tdriver = {lair.script}\n'
    )
    attributes = "* filter=trap diff=trap merge=trap\n"
    (lair.git_folder / "info").mkdir(exist_ok=True)
    (lair.git_folder / "info" / "attributes").write_text(attributes)
    (lair.workshop.folder / ".gitattributes").write_text(attributes)


def included_filters(lair: Lair) -> None:
    filters(lair)
    config = lair.git_folder / "config"
    config.rename(lair.git_folder / "hidden")
    lair.configure("[core]\n\trepositoryformatversion = 0\n[include]\n\tpath = hidden\n")


def submodule(lair: Lair) -> None:
    url = f"ext::{lair.script} %S"
    modules = f'[submodule "inner"]\n\tpath = inner\n\turl = {url}\n\tfetchRecurseSubmodules = true\n'
    inner = GitWorkshop(lair.workshop.folder / "inner", LocalGit(), lair.workshop.repository)
    inner.commit({"inner.py": "x = 1\n"}, "One", ANN, DAY)
    lair.commit({".gitmodules": modules})
    inner.commit({"inner.py": "x = 2\n"}, "Two", ANN, DAY)
    lair.configure(
        f'[submodule "inner"]\n\turl = {url}\n\tactive = true\n\tupdate = !{lair.script}\n'
        "[submodule]\n\trecurse = true\n[fetch]\n\trecurseSubmodules = true\n"
        "[diff]\n\tsubmodule = log\n[status]\n\tsubmoduleSummary = true\n"
    )
    (lair.workshop.folder / "a.py").write_text("x = 4\n")
    lair.configure(f"[core]\n\tfsmonitor = {lair.script}\n", inner.folder / ".git" / "config")


def protocols(lair: Lair) -> None:
    lair.configure(
        f'[remote "origin"]\n\turl = ext::{lair.script} %S\n\tpromisor = true\n\tpartialCloneFilter = blob:none\n'
        '[extensions]\n\tpartialClone = origin\n[protocol]\n\tallow = always\n[protocol "ext"]\n\tallow = always\n'
        f'[url "ext::{lair.script} "]\n\tinsteadOf = https://\n'
    )
    config = lair.git_folder / "config"
    config.write_text(config.read_text().replace("repositoryformatversion = 0", "repositoryformatversion = 1"))
    blob = git(lair.workshop.folder, "rev-parse", f"{lair.head}:b.py")
    (lair.git_folder / "objects" / blob[:2] / blob[2:]).unlink()


def programs(lair: Lair) -> None:
    lair.configure(
        f"[core]\n\tpager = {lair.script}\n\teditor = {lair.script}\n\tsshCommand = {lair.script}\n"
        f"\talternateRefsCommand = {lair.script}\n\taskPass = {lair.script}\n[diff]\n\texternal = {lair.script}\n"
        f"[gpg]\n\tprogram = {lair.script}\n[log]\n\tshowSignature = true\n[commit]\n\tgpgSign = true\n"
        f"[credential]\n\thelper = {lair.script}\n[alias]\n\tstatus = !{lair.script}\n\tlog = !{lair.script}\n"
        f"[uploadpack]\n\tpackObjectsHook = {lair.script}\n[trace2]\n\teventTarget = {lair.mark}\n"
    )


TRAPS: tuple[Trap, ...] = (hooks, filters, included_filters, submodule, protocols, programs)


def spring(lair: Lair, tmp_path: Path) -> None:
    """All that is done with a repository; what cannot be answered is an error of ours."""
    for use in (
        lambda: everything(lair.workshop, lair.head),
        lambda: copy_commits(find_repository(lair.workshop.folder), lair.head, tmp_path / "copy"),
    ):
        with contextlib.suppress(MendloopError):
            use()


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: str(trap.__name__))
def test_nothing_of_the_repository_is_run(trap: Trap, tmp_path: Path) -> None:
    lair = Lair(tmp_path)
    trap(lair)
    spring(lair, tmp_path)
    assert not lair.mark.exists(), lair.mark.read_text()


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: str(trap.__name__))
def test_each_trap_closes_on_whoever_uses_git_plainly(trap: Trap, tmp_path: Path) -> None:
    """Otherwise the tests around this one could not fail."""
    lair = Lair(tmp_path)
    trap(lair)
    for words in ("status", "diff", "cat-file -p HEAD:b.py", "submodule update --init", "checkout -q -b other"):
        with contextlib.suppress(subprocess.CalledProcessError):
            git(lair.workshop.folder, *words.split())
    assert lair.mark.exists()


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: str(trap.__name__))
def test_a_dirty_repository_with_a_trap_is_copied_or_refused(trap: Trap, tmp_path: Path) -> None:
    lair = Lair(tmp_path)
    trap(lair)
    before = git(lair.workshop.folder, "rev-parse", "HEAD"), (lair.workshop.folder / "a.py").read_text()
    found = find_repository(lair.workshop.folder)
    assert found.head == before[0] and found.changed >= 1
    assert (lair.workshop.folder / "a.py").read_text() == before[1]
    assert not lair.mark.exists(), lair.mark.read_text()


@pytest.mark.parametrize("name", ["GIT_CONFIG_SYSTEM", "GIT_CONFIG_GLOBAL", "GIT_CONFIG", "XDG_CONFIG_HOME", "HOME"])
def test_the_machines_configuration_has_no_say(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lair = Lair(tmp_path)
    own = tmp_path / "own"
    file = {"XDG_CONFIG_HOME": own / "git" / "config", "HOME": own / ".gitconfig"}.get(name, own / "config")
    file.parent.mkdir(parents=True)
    lair.configure(f"[core]\n\tfsmonitor = {lair.script}\n[diff]\n\texternal = {lair.script}\n", file)
    monkeypatch.setenv(name, str(own if name in {"XDG_CONFIG_HOME", "HOME"} else file))
    monkeypatch.delenv("GIT_CONFIG_NOSYSTEM", raising=False)
    spring(lair, tmp_path)
    assert not lair.mark.exists(), lair.mark.read_text()


@pytest.mark.parametrize("name", ["..", ".git", ".GIT"])
def test_a_tree_that_leads_out_is_never_written_out(name: str, tmp_path: Path) -> None:
    """Git's own commands refuse to make such a tree; whoever writes the object by hand does not ask them."""
    lair = Lair(tmp_path)
    blob = git(lair.workshop.folder, "rev-parse", f"{lair.head}:b.py")
    inner = tree_object(lair, f"100755 {'config' if name != '..' else 'outside.py'}".encode(), blob)
    outer = tree_object(lair, f"40000 {name}".encode(), inner)
    who = {f"GIT_{role}_{part}": "a@b" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    head = git(lair.workshop.folder, "commit-tree", outer, "-m", "Out", **who)
    archive = lair.workshop.host.archive(lair.workshop.repository, head)
    with pytest.raises(Rejected):
        unpack(archive, "the base")
    jail = tmp_path / "jail" / "tree"
    jail.parent.mkdir()
    (tmp_path / "packed.tar.gz").write_bytes(archive)
    _unpack(str(tmp_path / "packed.tar.gz"), jail)
    assert not (jail.parent / "outside.py").exists()


def tree_object(lair: Lair, entry: bytes, sha: str) -> str:
    file = lair.workshop.folder.parent / "tree"
    file.write_bytes(entry + b"\0" + bytes.fromhex(sha))
    return git(lair.workshop.folder, "hash-object", "-t", "tree", "-w", "--literally", str(file))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE], ids=["symlink", "hard link"])
def test_a_link_in_an_archive_opens_no_way_out(kind: bytes, tmp_path: Path) -> None:
    """A link first, then a file below it: the old way out of an archive."""
    outside = tmp_path / "outside"
    outside.mkdir()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        link = tarfile.TarInfo("top/link")
        link.type, link.linkname = kind, str(outside)
        tar.addfile(link)
        below = tarfile.TarInfo("top/link/planted.py")
        below.size = 1
        tar.addfile(below, io.BytesIO(b"x"))
    content = packed.getvalue()
    assert [path for path, _, _ in git_archive.unpack(content)] == ["link/planted.py"]
    assert list(unpack(content, "it")) == ["top/link/planted.py"]
    (tmp_path / "packed.tar.gz").write_bytes(content)
    _unpack(str(tmp_path / "packed.tar.gz"), tmp_path / "tree")
    assert list(outside.iterdir()) == []
    assert (tmp_path / "tree" / "top" / "link" / "planted.py").read_bytes() == b"x"

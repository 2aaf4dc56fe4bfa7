"""The one way git is run: nothing of the machine's or the repository's own set-up may change what it does.

A repository can carry hooks, filters, diff drivers, aliases and remotes of somebody else's choice. Each is switched
off here, in the environment or by settings that win over the repository's own.
"""

import os
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from subprocess import CompletedProcess
from typing import BinaryIO

from mendloop.adapters.bounded_process import TooLong, TooMuch, run_bounded
from mendloop.domain.errors import GitFailed, Misconfigured, NotFound, Rejected, TooLarge

TIMEOUT_SECONDS = 60.0
MOST_OUTPUT = 300_000_000
_MOST_POINTER = 4_096

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.alternateRefsCommand=",
    "core.sshCommand=false",
    "core.askPass=",
    "core.pager=cat",
    "core.autocrlf=false",
    "core.quotePath=false",
    "credential.helper=",
    "diff.external=",
    "blame.ignoreRevsFile=",
    "log.follow=false",
    "log.mailmap=false",
    "log.showSignature=false",
    "commit.gpgSign=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "protocol.allow=never",
)

_ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_PAGER": "cat",
}


_LOST = re.compile(r"unable to read [0-9a-f]{40}|cannot read blob|missing blob|promisor remote")


class Git:
    """Git on one repository, given by the folder that holds it (bare or not). Never touches work tree or index."""

    def __init__(self, location: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.folder = git_folder(Path(location))
        self.timeout_seconds = timeout_seconds

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        expected: tuple[int, ...] = (0,),
        environment: Mapping[str, str] | None = None,
        output: BinaryIO | None = None,
        most: int = MOST_OUTPUT,
    ) -> CompletedProcess[bytes]:
        """Run `git <arguments>`; GitFailed when the exit status is none of `expected`, or the time is over.

        `output`: an open file that gets standard output, where that may be too large to hold; else TooLarge when git
        says more than `most` bytes: a few trees that hold each other many times over list without an end.
        """
        done = self._run(list(arguments), stdin, {**self._without_filters, **(environment or {})}, output, most)
        if done.returncode not in expected:
            said = done.stderr.decode(errors="replace").strip()[-300:]
            told = f"git {arguments[0]} ended with {done.returncode} in {self.folder}: {said}"
            # A partial clone lacks contents for good: trying again would not bring them.
            raise NotFound(told) if _LOST.search(said) else GitFailed(told)
        return done

    @cached_property
    def _without_filters(self) -> dict[str, str]:
        """Settings that empty each filter the repository defines: blame would run them by `info/attributes`."""
        found = self._run(["config", "--null", "--name-only", "--get-regexp", r"^filter\."], b"", {})
        if found.returncode not in {0, 1}:
            said = found.stderr.decode(errors="replace").strip()[-300:]
            raise GitFailed(f"git cannot read the configuration of {self.folder}: {said}")
        names = sorted({name.rpartition(".")[0] for name in os.fsdecode(found.stdout).split("\0") if name})
        emptied = [(f"{name}.{key}", "") for name in names for key in ("clean", "smudge", "process")]
        settings = emptied + [(f"{name}.required", "false") for name in names]
        pairs = enumerate(settings)
        return {
            "GIT_CONFIG_COUNT": str(len(settings)),
            **{f"GIT_CONFIG_{part}_{at}": pair[part == "VALUE"] for at, pair in pairs for part in ("KEY", "VALUE")},
        }

    def _run(
        self,
        arguments: list[str],
        stdin: bytes,
        environment: Mapping[str, str],
        output: BinaryIO | None = None,
        most: int = MOST_OUTPUT,
    ) -> CompletedProcess[bytes]:
        # Naming both folders keeps git from looking for a repository elsewhere and from reading a work tree's files.
        return run_git(
            [f"--git-dir={self.folder}", f"--work-tree={self.folder}", *arguments],
            cwd=self.folder,
            stdin=stdin,
            environment=environment,
            timeout_seconds=self.timeout_seconds,
            output=output,
            most=most,
        )

    def text(self, *arguments: str) -> str:
        """Standard output as text without the trailing line end."""
        return self.run(*arguments).stdout.decode(errors="replace").rstrip("\n")


def run_git(
    arguments: list[str],
    *,
    cwd: Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    protocols: str = "none",
    timeout_seconds: float = TIMEOUT_SECONDS,
    output: BinaryIO | None = None,
    most: int = MOST_OUTPUT,
) -> CompletedProcess[bytes]:
    """Run git with the clean set-up, whatever its exit status. `protocols`: colon-separated, e.g. `file` to clone."""
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    # GIT_ALLOW_PROTOCOL wins over protocol.* in the repository's own configuration.
    own = {"PATH": _search_path(), "GIT_ALLOW_PROTOCOL": protocols}
    try:
        return run_bounded(
            ["git", "--no-pager", "--no-replace-objects", *settings, *arguments],
            folder=cwd,
            stdin=stdin,
            environment={**_ENVIRONMENT, **own, **(environment or {})},
            seconds=timeout_seconds,
            most=most,
            output=output,
        )
    except FileNotFoundError as error:
        raise Misconfigured("git is not installed, or the repository's folder vanished") from error
    except OSError as error:
        raise GitFailed(f"git cannot be run in {cwd}: {error.strerror}") from error
    except ValueError as error:
        raise Rejected("a name with a zero byte is nothing that git knows") from error
    except TooLong as error:
        raise GitFailed(f"git did not end within {timeout_seconds:g} seconds in {cwd}") from error
    except TooMuch as error:
        raise TooLarge(f"git says more than {most} bytes in {cwd}") from error


def _search_path() -> str:
    """Of the caller's, only what is absolute: an empty part or a dot means the repository's own folder."""
    parts = os.environ.get("PATH", "").split(os.pathsep)
    return os.pathsep.join(part for part in parts if Path(part).is_absolute()) or os.defpath


def git_folder(location: Path) -> Path:
    """The folder git keeps a repository in; NotFound when `location` holds none."""
    inside = location / ".git"
    if inside.is_file():
        # A linked work tree or submodule: the file says where the folder is.
        with inside.open("rb") as file:
            said = file.read(_MOST_POINTER)
        folders: tuple[Path, ...] = (location / os.fsdecode(said.removeprefix(b"gitdir:").split(b"\n")[0].strip()),)
    else:
        folders = (inside, location)
    try:
        found = next((folder for folder in folders if _is_git_folder(folder)), None)
    except (OSError, ValueError):
        # What the file says is no path.
        found = None
    if found is None:
        raise NotFound(f"{location} holds no git repository")
    return found.resolve()


def _is_git_folder(folder: Path) -> bool:
    # A linked work tree has its objects elsewhere.
    return (folder / "HEAD").is_file() and ((folder / "objects").is_dir() or (folder / "commondir").is_file())

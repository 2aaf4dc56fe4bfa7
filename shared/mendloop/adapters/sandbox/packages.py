"""The Packages port by uv: wheels only, so that installing runs no code of anybody's.

The environment is made once per build, from the base's files: all trees are tested with the same packages.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from mendloop.adapters.bounded_process import TooLong, TooMuch, run_bounded
from mendloop.adapters.sandbox.jail import interpreter
from mendloop.contracts.verification import TestJob
from mendloop.domain.archives import Bounds, read_archive
from mendloop.domain.errors import Unavailable, Unsupported
from mendloop.ports import ArtifactStore

_BOUNDS = Bounds(150_000_000, 30_000)
_SECONDS = 600.0
_MOST_OUTPUT = 4_000_000
_NO_CODE = ("--no-build", "--no-config")
"""A source distribution's build is its author's code; a configuration file in the tree would choose the index."""
_UNREACHABLE = ("error sending request", "dns error", "connection", "timed out", "failed to fetch")


class UvPackages:
    """`index`: address of a package index other than PyPI."""

    def __init__(self, artifacts: ArtifactStore, index: str = "", *, uv: str = "") -> None:
        self._artifacts, self._index, self._uv = artifacts, index, uv

    def install(self, job: TestJob) -> str:
        """Errors as the port says."""
        folder = Path(tempfile.mkdtemp(prefix="mendloop-packages-"))
        files = self._files(job, folder / "asked")
        environment = folder / "environment"
        self._run(["venv", "--no-project", "--python", interpreter(), str(environment)], folder)
        wanted = [word for file in self._requirements(files, folder) for word in ("--requirement", str(file))]
        install = ["pip", "install", *_NO_CODE, "--python", str(environment / "bin" / "python")]
        self._run([*install, *wanted], folder)
        if not list((environment / "lib").glob("python*/site-packages/pytest/__init__.py")):
            self._run([*install, "pytest"], folder)
        return str(environment)

    def _files(self, job: TestJob, into: Path) -> list[Path]:
        """What is named, and every other file of those folders that one of them may include."""
        folders = {PurePosixPath(name).parent for name in job.packages}
        for entry in read_archive(self._artifacts.get(job.base), "the base", _BOUNDS):
            path = PurePosixPath(entry.path)
            if path.parent in folders and path.suffix in {".txt", ".toml", ".lock", ".in"}:
                (into / path).parent.mkdir(parents=True, exist_ok=True)
                (into / path).write_bytes(entry.content)
        return [into / name for name in job.packages]

    def _requirements(self, files: list[Path], folder: Path) -> list[Path]:
        """Files that `uv pip install` reads; a lock is written out as requirements with their hashes."""
        if files[0].name != "uv.lock":
            return files
        exported = folder / "exported.txt"
        words = ["export", "--frozen", "--no-emit-workspace", "--all-groups", "--all-extras", "--no-header"]
        self._run([*words, "--project", str(files[0].parent), "--output-file", str(exported)], folder)
        return [exported]

    def _run(self, words: Sequence[str], folder: Path) -> None:
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "UV_CACHE_DIR": str(folder / "cache"),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_PROGRESS": "1",
            **({"UV_DEFAULT_INDEX": self._index} if self._index else {}),
        }
        try:
            done = run_bounded(
                [self._uv or _found(), *words],
                folder=folder,
                stdin=b"",
                environment=environment,
                seconds=_SECONDS,
                most=_MOST_OUTPUT,
                output=None,
            )
        except (TooLong, TooMuch) as error:
            raise Unsupported(f"packages could not be installed within {_SECONDS:.0f} seconds") from error
        if done.returncode:
            raise _failure(done.stderr.decode("utf-8", "replace"))


def _failure(said: str) -> Unavailable | Unsupported:
    """The first line that says something; the index's trouble apart from the project's."""
    lines = [line.strip(" ×╰─▶│├") for line in said.splitlines()]
    told = " ".join(line for line in lines if line and not line.startswith(("Using", "Creating", "Activate")))[:300]
    if any(word in said.lower() for word in _UNREACHABLE):
        return Unavailable(f"the package index could not be reached: {told}")
    return Unsupported(
        f"the project's packages cannot be installed without building any: {told}",
        next_action="Lock versions that have wheels for this Python, or name a python_environment.",
    )


def _found() -> str:
    """From the wheel. A bundle that was unpacked without file modes gets an executable copy."""
    from uv import find_uv_bin

    program = Path(find_uv_bin())
    if os.access(program, os.X_OK):
        return str(program)
    copy = Path(tempfile.mkdtemp(prefix="uv-")) / "uv"
    shutil.copyfile(program, copy)
    copy.chmod(0o755)
    return str(copy)

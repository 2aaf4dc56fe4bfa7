"""What the two jails share: the folder of a run, the interpreter, the packages of the test runner."""

import importlib.util
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Protocol

from mendloop.adapters.sandbox.environment import Environment
from mendloop.domain.errors import Misconfigured

RUNNER_PACKAGES = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py")
"""Bound one by one, so that no plugin and no library of ours is importable by project code."""
RUNNER_DISTRIBUTIONS = ("pytest", "pluggy")
"""Asked for their version while pytest runs: their metadata must stand beside them."""


@dataclass(frozen=True)
class Place:
    """Where a run finds things, as seen by the program inside; `prefix` is the command that enters the jail."""

    prefix: tuple[str, ...]
    python: str
    job: str
    work: str
    site: str
    uid: int | None
    processes: int | None


class Jail(Protocol):
    """A way to run a program that project code cannot leave."""

    @property
    def name(self) -> str:
        """As written in the result."""

    def unusable(self, environment: Environment | None = None) -> str:
        """Why it does not work here, with this environment, or the empty text."""

    def place(self, folder: Path, environment: Environment | None = None) -> Place:
        """`folder/job` is input; `folder/work` and `folder/site` may be used where nothing private is mounted."""


def interpreter() -> str:
    """The real Python below any virtual environment."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = Path(sys.base_prefix) / "bin" / name
    return str(found if found.exists() else Path(sys.executable).resolve())


def runner_packages() -> dict[str, Path]:
    """Folder of each package, or file of a module, by its name on disk; Misconfigured when the bundle lacks one."""
    found = {}
    for name in RUNNER_PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise Misconfigured(f"the sandbox needs the package {name}; the layer of run_tests does not hold it")
        place = Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
        found[place.name] = place
    for name in RUNNER_DISTRIBUTIONS:
        place = _metadata(name)
        found[place.name] = place
    return found


def _metadata(name: str) -> Path:
    """The `.dist-info` folder; Misconfigured when it was stripped from the bundle."""
    try:
        files = metadata.distribution(name).files or []
    except metadata.PackageNotFoundError as error:
        raise Misconfigured(f"the sandbox needs the metadata of {name}; the layer of run_tests lacks it") from error
    record = next(file for file in files if file.name == "METADATA")
    return Path(str(record.locate())).parent

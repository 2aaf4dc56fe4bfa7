"""A Python environment of this machine, as a jail may see it: read-only, and only the parts that running needs.

Of a virtual environment these are `bin`, `lib`, `share` and `pyvenv.cfg`, with the interpreter that it was made from.
What else lies there, such as a `pip.conf` with an index's password, is not shown.
"""

from dataclasses import dataclass
from pathlib import Path

from mendloop.domain.errors import Misconfigured

_PARTS = ("bin", "lib", "lib64", "share", "pyvenv.cfg")
_SYSTEM = Path("/usr")
"""Every jail shows it already."""


@dataclass(frozen=True)
class Environment:
    """`python` is its interpreter, `bin` the folder of its programs, `shown` the folders and files it is made of."""

    python: str
    bin: str
    shown: tuple[Path, ...]


def read_environment(prefix: str) -> Environment:
    """By its folder: a virtual environment's, or the prefix of a Python. Misconfigured when nothing can run there."""
    root = Path(prefix)
    python = next((path for name in ("python3", "python") if (path := root / "bin" / name).exists()), None)
    if not root.is_absolute() or python is None:
        raise Misconfigured(
            f"{prefix} holds no Python environment: there is no bin/python3",
            next_action="Name the folder of a virtual environment on this machine (python_environment).",
        )
    made_from = _made_from(root / "pyvenv.cfg")
    real = python.resolve().parent.parent
    if made_from is None:
        return Environment(str(python), str(root / "bin"), _distinct([root, real]))
    parts = [path for name in _PARTS if (path := root / name).exists()]
    # An interpreter that was copied into the environment lies in it, and is shown with `bin`.
    beside = [path for path in (made_from, made_from.resolve(), real) if path != root.resolve()]
    return Environment(str(python), str(root / "bin"), (*parts, *_distinct(beside)))


def _made_from(settings: Path) -> Path | None:
    """The prefix of the Python that a virtual environment was made from; None when it is no virtual environment."""
    if not settings.is_file():
        return None
    pairs = (line.partition("=") for line in settings.read_text(encoding="utf-8", errors="replace").splitlines())
    home = next((value.strip() for key, _, value in pairs if key.strip() == "home"), "")
    return Path(home).parent if home.startswith("/") else _SYSTEM


def _distinct(prefixes: list[Path]) -> tuple[Path, ...]:
    """Each once, without those that every jail shows. The file system's root is nobody's prefix."""
    kept = [path for path in dict.fromkeys(prefixes) if path != Path("/") and not path.is_relative_to(_SYSTEM)]
    return tuple(path for path in kept if not any(path != other and path.is_relative_to(other) for other in kept))

"""The Python environment that a project's tests need: found, asked, and refused with what to do."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from mendloop.adapters.sandbox.environment import read_environment
from mendloop.domain.errors import Misconfigured, Rejected

_PROBE = (
    "import sys, importlib.util as u\n"
    "try: import pytest; v = pytest.__version__\n"
    "except Exception: v = ''\n"
    "print(sys.prefix, '%d.%d' % sys.version_info[:2], v, sep='\\n')"
)
_FOLDERS = (".venv", "venv", "env", ".env")
_OLDEST = (3, 7)
_OWN_PYTEST = (3, 10)
"""From here on the sandbox's own pytest works, where the environment has none."""


def find_interpreter(folders: Sequence[Path]) -> Path | None:
    """The interpreter of a virtual environment that lies in the project, else of the one the shell is in."""
    places = [folder / name for folder in folders for name in _FOLDERS]
    places += [Path(active)] if (active := os.environ.get("VIRTUAL_ENV", "")) else []
    for place in places:
        if (place / "pyvenv.cfg").is_file() and place.resolve() != Path(sys.prefix).resolve():
            return place / "bin" / "python3"
    return None


def usable_environment(interpreter: Path) -> tuple[str, str]:
    """The folder of its environment, and a note about it; Rejected when the sandbox cannot use it."""
    prefix, version, pytest = _asked(interpreter)
    if version < _OLDEST:
        raise Rejected(
            f"{interpreter} is Python {_dotted(version)}, and the sandbox needs {_dotted(_OLDEST)} or newer",
            next_action="Name a newer interpreter in --test-command.",
        )
    if not pytest and version < _OWN_PYTEST:
        raise Rejected(
            f"{interpreter} (Python {_dotted(version)}) has no pytest",
            next_action=f"Install it there: {interpreter} -m pip install pytest",
        )
    try:
        read_environment(prefix)
    except Misconfigured as error:
        raise _unusable(interpreter, str(error)) from error
    own = f"pytest {pytest}" if pytest else "the sandbox's pytest"
    return prefix, f"the tests run in {prefix}, read-only (Python {_dotted(version)}, {own})"


def _asked(interpreter: Path) -> tuple[str, tuple[int, int], str]:
    """Prefix, version and pytest's version, by asking the interpreter itself: it is the user's, and no project code."""
    command = [str(interpreter.absolute()), "-I", "-c", _PROBE]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=False, env={"PATH": os.defpath}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unusable(interpreter, str(error)) from error
    lines = done.stdout.splitlines()
    if done.returncode or len(lines) < 2:
        raise _unusable(interpreter, (done.stderr.strip().splitlines() or ["it says nothing"])[-1])
    major, _, minor = lines[1].partition(".")
    return lines[0], (int(major), int(minor)), lines[2] if len(lines) > 2 else ""


def _unusable(interpreter: Path, why: str) -> Rejected:
    return Rejected(
        f"the interpreter {interpreter} cannot be used: {why}",
        next_action="Name one in --test-command, e.g. '.venv/bin/python -m pytest -q'.",
    )


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(str(part) for part in version)

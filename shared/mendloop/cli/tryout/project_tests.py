"""How the project's own tests are run: the command, and the Python environment that they need."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mendloop.cli.tryout.interpreter import find_interpreter, usable_environment
from mendloop.domain.errors import Rejected
from mendloop.domain.policy import is_test
from mendloop.domain.test_command import read_test_command

PYTEST = "python -m pytest -q"
_SHELL = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<"})
"""No shell reads the command: these words would be handed to pytest as files."""


@dataclass(frozen=True)
class ProjectTests:
    """For the catalog: `command` is pytest or empty; `environment` a folder or empty. `notes` are for the person."""

    command: str
    environment: str = ""
    notes: tuple[str, ...] = ()


def project_tests(given: str, folders: Sequence[Path], paths: Sequence[str]) -> ProjectTests:
    """From `--test-command`, or found: `paths` are the files below the root at the revision that is mended.

    An environment is looked for in `folders`, the root first, where the command names no interpreter by its path.
    Rejected when the command is no pytest or unittest command, or its interpreter cannot be used.
    """
    words = _words(given)
    if not words:
        found = _found(paths)
        return _with_environment(found, find_interpreter(folders)) if found.command else found
    command, interpreter = _command(words)
    if interpreter:
        return _with_environment(ProjectTests(command), interpreter)
    return _with_environment(ProjectTests(command), find_interpreter(folders))


def _words(given: str) -> list[str]:
    try:
        return shlex.split(given)
    except ValueError as error:
        raise Rejected(f"the test command {given!r} is no command: {error}") from error


def _found(paths: Sequence[str]) -> ProjectTests:
    tests = [path for path in paths if path.endswith(".py") and is_test(path)]
    if tests:
        return ProjectTests(PYTEST, notes=(f"{len(tests)} test files: `{PYTEST}`, which runs unittest's tests too",))
    note = "no test file named test_*.py or *_test.py: nothing can be proved; name the tests with --test-command"
    return ProjectTests("", notes=(note,))


def _command(words: list[str]) -> tuple[str, Path | None]:
    """The command as the catalog takes it, and the interpreter where the command names it by its path."""
    program, interpreter = Path(words[0]), None
    if "/" in words[0]:
        interpreter = program if program.name.startswith("python") else program.parent / "python3"
        words = [program.name, *words[1:]]
    if words[0].startswith("python"):
        words = ["python", *words[1:]]
        if words[1:3] == ["-m", "unittest"]:
            words = ["python", "-m", "pytest", "-q", *_as_pytest(words[3:])]
    command = shlex.join(words)
    if read_test_command(command) is None or _SHELL.intersection(words):
        raise Rejected(
            f"`{command}` is neither pytest nor unittest, or more than that",
            next_action="Give the command that they come to, e.g. '.venv/bin/python -m pytest -q tests'.",
        )
    return command, interpreter


def _as_pytest(arguments: list[str]) -> list[str]:
    """`discover [-s FOLDER] [-p PATTERN]` in pytest's words."""
    if arguments and arguments[0] != "discover":
        raise Rejected(
            f"unittest's names {' '.join(arguments)!r} cannot be turned into pytest's",
            next_action="Give them as pytest knows them: --test-command 'python -m pytest -q FILE::CLASS::TEST'.",
        )
    left, folder, pattern = list(arguments[1:]), "", ""
    while left:
        word = left.pop(0)
        if word in {"-s", "--start-directory"} and left:
            folder = left.pop(0)
        elif word in {"-p", "--pattern"} and left:
            pattern = left.pop(0)
        elif word in {"-t", "--top-level-directory"} and left:
            left.pop(0)
        elif not word.startswith("-"):
            folder = folder or word
    return [*([folder] if folder else []), *(["-o", f"python_files={pattern}"] if pattern else [])]


def _with_environment(tests: ProjectTests, interpreter: Path | None) -> ProjectTests:
    if interpreter is None:
        note = "no virtual environment of the project was found: the tests get the standard library and pytest only"
        return replace(tests, notes=(*tests.notes, note))
    prefix, note = usable_environment(interpreter)
    return replace(tests, environment=prefix, notes=(*tests.notes, note))

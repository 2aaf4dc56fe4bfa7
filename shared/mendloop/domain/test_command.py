"""The catalog's test command, as far as a red → green proof can drive it: pytest, with arguments of its own."""

import re
import shlex
from dataclasses import dataclass

_PYTHON = re.compile(r"python(3(\.\d+)?)?")


@dataclass(frozen=True)
class TestCommand:
    """`python -m pytest ARGUMENTS` (the folder itself is importable, as Python does) or `pytest ARGUMENTS`."""

    __test__ = False

    arguments: tuple[str, ...]
    folder_importable: bool


def read_test_command(text: str) -> TestCommand | None:
    """None when it is not a plain pytest command line: no shell, no other runner."""
    try:
        words = shlex.split(text)
    except ValueError:
        return None
    if words[:1] and _PYTHON.fullmatch(words[0]) and words[1:3] == ["-m", "pytest"]:
        return TestCommand(tuple(words[3:]), folder_importable=True)
    if words[:1] in (["pytest"], ["py.test"]):
        return TestCommand(tuple(words[1:]), folder_importable=False)
    return None

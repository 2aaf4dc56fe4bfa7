"""The runbook as a reader follows it: tasks, their commands in order, and what each must answer."""

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
SAMPLE = "inc-0123456789abcdef"
_TASK = re.compile(r"^### (\d+)\. (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"\(exit code (\d)\)")


@dataclass
class Command:
    """One line after `$`, and the lines below it."""

    words: list[str]
    expected: list[str] = field(default_factory=list)
    code: int = 0


@dataclass(frozen=True)
class Task:
    """One numbered section."""

    number: int
    title: str
    commands: list[Command]


def text() -> str:
    return RUNBOOK.read_text(encoding="utf-8")


def tasks() -> list[Task]:
    parts = _TASK.split(text())
    return [
        Task(int(number), title, _commands(body))
        for number, title, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    ]


def _commands(body: str) -> list[Command]:
    found: list[Command] = []
    for language, block in _BLOCK.findall(body):
        assert language == "console", f"a block of {language or 'nothing'}: a task shows commands and their answers"
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Command(shlex.split(line[2:])))
            elif code := _EXIT.fullmatch(line):
                found[-1].code = int(code[1])
            else:
                found[-1].expected.append(line)
    return found


def missing(expected: list[str], answer: str, incident_id: str) -> str:
    """The first expected line that does not come in its order, "" when all do. `…` stands for anything in a line."""
    lines = iter(answer.splitlines())
    for wanted in expected:
        parts = [re.escape(part.strip()) for part in wanted.replace(SAMPLE, incident_id).split("…")]
        pattern = re.compile(".*".join(parts))
        if not any(pattern.search(line) for line in lines):
            return wanted
    return ""

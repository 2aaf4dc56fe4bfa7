"""The read-only tools of the model, and the calls that end its work. Answers are bounded, redacted and fenced."""

import re
from collections.abc import Callable
from typing import Literal

from pydantic import Field, ValidationError

from functions.draft_patch.context import Tree
from mendloop.contracts.base import Contract
from mendloop.contracts.draft import Claim
from mendloop.domain.errors import PatchRefused
from mendloop.domain.patch import check_path
from mendloop.domain.redaction import redact

_LONGEST = 8_000
_MOST_LINES = 200
_MOST_HITS = 30
_MOST_SEARCHED = 400
_MOST_COMMITS = 10


class ReadFile(Contract):
    """Read lines of one file."""

    path: str
    start: int = Field(default=1, ge=1)
    end: int = Field(default=_MOST_LINES, ge=1)


class Search(Contract):
    """Lines that hold a text, in Python files."""

    text: str = Field(min_length=2, max_length=200)


class ListFiles(Contract):
    """Paths below a folder."""

    folder: str = ""


class Blame(Contract):
    """Which commit last touched each line of a part of a file."""

    path: str
    start: int = Field(ge=1)
    end: int = Field(ge=1)


class Callers(Contract):
    """Where a function or a class of that name is used, in Python files."""

    name: str = Field(min_length=2, max_length=100)


class ProposedEdit(Contract):
    """Replace `search`, which occurs exactly once in `path`, by `replace`."""

    path: str
    search: str = Field(min_length=1)
    replace: str


class ProposeEdits(Contract):
    """The change, what it rests on, and a test that shows the failure."""

    edits: list[ProposedEdit] = Field(min_length=1, max_length=20)
    rationale: list[Claim] = Field(min_length=1, max_length=10)
    summary: Claim | None = None
    risks: list[str] = Field(default_factory=list, max_length=10)
    discarded: list[str] = Field(default_factory=list, max_length=10)
    regression_test: str = Field(default="", max_length=4_000)


class GiveUp(Contract):
    """No safe change."""

    reason: str = Field(max_length=2_000)


class RecommendAction(Contract):
    """No change of the code cures it: what somebody should do instead, and what shows that."""

    kind: Literal["configuration", "data", "capacity", "dependency", "credentials", "communication"]
    action: str = Field(min_length=10, max_length=1_000)
    rationale: list[Claim] = Field(min_length=1, max_length=10)


_TOOLS: dict[str, type[Contract]] = {
    "read_file": ReadFile,
    "search": Search,
    "list_files": ListFiles,
    "blame": Blame,
    "callers": Callers,
    "propose_edits": ProposeEdits,
    "recommend_action": RecommendAction,
    "give_up": GiveUp,
}


def definitions() -> list[dict[str, object]]:
    """What the model is offered: nothing here writes, runs, or reaches a network."""
    return [
        {"name": name, "description": kind.__doc__ or name, "input_schema": kind.model_json_schema()}
        for name, kind in _TOOLS.items()
    ]


def parse(name: str, given: object) -> Contract | str:
    """The call, or what is wrong with it in words for the model."""
    kind = _TOOLS.get(name)
    if kind is None:
        return f"There is no tool {name!r}."
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()[:5])
        return "Not a valid call: " + "; ".join(problems)


def answer(call: Contract, tree: Tree, fence: Callable[[str], str]) -> str:
    """A read-only tool's answer."""
    if isinstance(call, ReadFile):
        text = _read(call, tree)
    elif isinstance(call, Search):
        text = _found(tree, lambda line: call.text in line)
    elif isinstance(call, ListFiles):
        text = "\n".join(path for path in tree.paths if path.startswith(call.folder.strip("/")))
    elif isinstance(call, Blame):
        text = _blame(call, tree)
    elif isinstance(call, Callers):
        used = re.compile(rf"(?<!def )(?<!class )\b{re.escape(call.name)}\b")
        text = _found(tree, lambda line: bool(used.search(line)) and "import" not in line)
    else:
        text = "This call is answered elsewhere."
    return fence(redact(text)[:_LONGEST] or "Nothing found.")


def _lines(path: str, tree: Tree) -> list[str] | str:
    """The file's lines, or why there are none. A link is not followed: it is no file of the tree."""
    try:
        check_path(path)
    except PatchRefused as refusal:
        return str(refusal)
    content = tree.read(path)
    if content is None or b"\0" in content:
        return f"{path} is no text file of the repository."
    return content.decode("utf-8", "replace").split("\n")


def _read(call: ReadFile, tree: Tree) -> str:
    lines = _lines(call.path, tree)
    if isinstance(lines, str):
        return lines
    end = min(call.end, call.start + _MOST_LINES - 1)
    return "\n".join(f"{number}\t{line}" for number, line in enumerate(lines, 1) if call.start <= number <= end)


def _blame(call: Blame, tree: Tree) -> str:
    lines = _lines(call.path, tree)
    if isinstance(lines, str):
        return lines
    last = len(lines) - (not lines[-1])
    end = min(call.end, call.start + _MOST_LINES - 1, last)
    if call.start > end:
        return f"{call.path} has {last} lines."
    repository = tree.service.repository
    found = tree.code.blame(repository, tree.revision, call.path, call.start, end)
    commits = list(dict.fromkeys(each.commit for each in found))[:_MOST_COMMITS]
    subjects = {sha: tree.code.commit(repository, sha) for sha in commits}
    said = [f"{sha[:12]} {commit.at:%Y-%m-%d} {commit.subject}" for sha, commit in subjects.items()]
    return "\n".join([*said, *(f"{each.line}\t{each.commit[:12]}" for each in found)])


def _found(tree: Tree, fits: Callable[[str], bool]) -> str:
    hits: list[str] = []
    for path in [path for path in tree.paths if path.endswith(".py")][:_MOST_SEARCHED]:
        content = (tree.read(path) or b"").decode("utf-8", "replace")
        hits += [f"{path}:{at}: {line.strip()}" for at, line in enumerate(content.split("\n"), 1) if fits(line)]
        if len(hits) >= _MOST_HITS:
            break
    return "\n".join(hits[:_MOST_HITS])

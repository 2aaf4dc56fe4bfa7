"""A plan becomes a git repository, in one fast-import."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from mendloop.adapters.git_command import run_git
from mendloop.cli.demo.production.models import Change, Plan
from mendloop.domain.errors import Misconfigured

BRANCH = "main"
HISTORY_DAYS = 150
Tree = dict[str, str]


def trees(plan: Plan) -> list[Tree]:
    """The whole tree after each change; ValueError when an edit's old text does not stand exactly once."""
    tree: Tree = {}
    after = []
    for change in plan.changes:
        tree = {**tree, **change.files}
        for edit in change.edits:
            if tree[edit.path].count(edit.old) != 1:
                raise ValueError(f"{change.message}: {edit.old!r} is not once in {edit.path}")
            tree[edit.path] = tree[edit.path].replace(edit.old, edit.new)
        after.append(tree)
    return after


def write_repository(plan: Plan, folder: Path, now: datetime) -> list[str]:
    """Make the repository with a work tree; the commits' names in the plan's order."""
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", f"--initial-branch={BRANCH}")
    marks = folder / ".git" / "marks"
    dates = _dates(plan, now)
    stream = b"".join(
        _commit(mark, change, tree, date)
        for mark, (change, tree, date) in enumerate(zip(plan.changes, trees(plan), dates, strict=True), start=1)
    )
    _git(folder, "fast-import", "--quiet", f"--export-marks={marks}", stdin=stream)
    _git(folder, "reset", "--quiet", "--hard", BRANCH)
    named: Mapping[str, str] = dict(line.split() for line in marks.read_text().splitlines())
    marks.unlink()
    return [named[f":{mark}"] for mark in range(1, len(plan.changes) + 1)]


def write_tree(tree: Mapping[str, str], folder: Path) -> None:
    """The files of one revision, without git."""
    for path, text in tree.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def _dates(plan: Plan, now: datetime) -> list[datetime]:
    """Months for the growth; the deployed commit five hours old, those after it younger."""
    deployed = plan.deployed
    recent = now - timedelta(hours=5)
    step = timedelta(days=HISTORY_DAYS) / max(deployed, 1)
    before = [recent - step * (deployed - index) for index in range(deployed + 1)]
    later = len(plan.changes) - deployed - 1
    return before + [recent + timedelta(hours=4) * (index + 1) / (later + 1) for index in range(later)]


def _commit(mark: int, change: Change, tree: Mapping[str, str], date: datetime) -> bytes:
    who = f"{change.author.name} <{change.author.mail}> {int(date.timestamp())} +0000"
    parts = [
        f"commit refs/heads/{BRANCH}\nmark :{mark}\nauthor {who}\ncommitter {who}\n".encode(),
        _data(change.message),
    ]
    if mark > 1:
        parts.append(f"from :{mark - 1}\n".encode())
    for path in sorted({*change.files, *(edit.path for edit in change.edits)}):
        parts += [f"M 100644 inline {path}\n".encode(), _data(tree[path])]
    return b"".join([*parts, b"\n"])


def _data(text: str) -> bytes:
    content = text.encode()
    return b"data %d\n%s\n" % (len(content), content)


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> None:
    done = run_git(list(arguments), cwd=folder, stdin=stdin)
    if done.returncode != 0:
        raise Misconfigured(f"git {arguments[0]} failed in {folder}: {done.stderr.decode(errors='replace')[-300:]}")

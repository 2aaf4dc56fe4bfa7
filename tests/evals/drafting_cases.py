"""Cases for `mendloop eval drafting` from the development set's runnable failures, and the judgement on its drafts.

    python -m tests.evals.drafting_cases plant   --out DIR [--bench ../shared/bench] [--case NAME …]
    python -m tests.evals.drafting_cases genuine --out DIR [--bench …] [--case NAME …]
    mendloop eval drafting --cases DIR/cases.jsonl --repos DIR --out DIR/drafts.jsonl
    python -m tests.evals.drafting_cases judge   --out DIR [--bench …]

`plant`: the fix, its inverse committed on top (with its tests, as a bad change would take them along), two innocent
commits, which is what runs in production; then two more on the branch, one in the very function. `genuine`: the commit
before the fix, as it was. `judge` runs the true fix's own test on every draft (../shared/bench/run_case.py) and prints
the table. BENCH_MIRROR names the repositories' mirrors.
"""

import argparse
import ast
import json
import shutil
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench.try_cases import AFTER, SET, Bench, git

NOTE = "Looked through once more."


def runnable(folder: Path) -> list[str]:
    """Names of all cases whose test can be run."""
    lines = (folder / "data" / "dev" / "runnable.jsonl").read_text().splitlines()
    return [json.loads(line)["id"] for line in lines]


def planted(bench: Bench, name: str, out: Path) -> dict[str, Any]:
    """A repository with the regression in its history, and the case's row."""
    case, truth, _ = bench.rows(name)
    folder = out / f"planted+{name}" / "repo"
    bench.work_tree(case, truth["fix_commit"], folder)
    at = datetime.fromisoformat(git(folder, "log", "-1", "--format=%cI"))
    git(folder, "read-tree", "-u", "--reset", case["base_commit"])
    at = _commit(folder, "Simplify after a look at the callers", at + timedelta(days=1))
    path = truth["truth_files"][0]
    others = [each for each in git(folder, "ls-files", "*.py").splitlines() if each not in truth["truth_files"]]
    for each in (others[0], path):
        _append(folder / each)
        at = _commit(folder, f"Look through {Path(each).name}", at + timedelta(hours=5))
    running = git(folder, "rev-parse", "HEAD")
    _append(folder / others[1])
    at = _commit(folder, f"Look through {Path(others[1]).name}", at + timedelta(hours=5))
    _comment_in(folder / path, [each.partition("::")[2] for each in truth["truth_functions"]])
    at = _commit(folder, f"Comment on {Path(path).name}", at + timedelta(hours=5))
    return _row(bench, name, folder, f"planted/{name}", running, at)


def genuine(bench: Bench, name: str, out: Path) -> dict[str, Any]:
    """The commit before the fix, and the case's row."""
    case, _, _ = bench.rows(name)
    folder = out / f"genuine+{name}" / "repo"
    bench.work_tree(case, case["base_commit"], folder)
    at = datetime.fromisoformat(git(folder, "log", "-1", "--format=%cI"))
    return _row(bench, name, folder, f"genuine/{name}", case["base_commit"], at)


def _row(bench: Bench, name: str, folder: Path, repo: str, running: str, at: datetime) -> dict[str, Any]:
    case, _, ran = bench.rows(name)
    tests = Path(ran["test"].split()[-1].split("::")[0])
    selected = tests if (folder / tests).is_file() else tests.parent
    return {
        "id": name,
        "language": case["language"],
        "repo": repo,
        "base_commit": running,
        "head": git(folder, "rev-parse", "HEAD"),
        "at": (at + AFTER).isoformat(),
        "trace": case["trace"],
        "test_command": f"python -m pytest -q {selected}",
        "python_environment": str(bench.interpreter(ran).parent.parent),
    }


def _commit(folder: Path, subject: str, at: datetime) -> datetime:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", subject, at=at)
    return at


def _append(file: Path) -> None:
    with file.open("a", encoding="utf-8") as text:
        text.write(f"\n# {NOTE}\n")


def _comment_in(file: Path, functions: list[str]) -> None:
    """Above the first import, and as the first line of each function that the fix changed."""
    content = file.read_text(encoding="utf-8")
    lines, tree = content.split("\n"), ast.parse(content)
    places = {(at.lineno, at.col_offset) for name in functions if (at := _body(tree, name))}
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    first = next((node for node in imports if getattr(node, "module", "") != "__future__"), None)
    places |= {(first.lineno, 0)} if first else set()
    for line, column in sorted(places, reverse=True):
        lines.insert(line - 1, f"{' ' * column}# {NOTE}")
    file.write_text("\n".join(lines), encoding="utf-8")


def _body(tree: ast.AST, name: str) -> ast.stmt | None:
    node: Any = tree
    for part in name.split("."):
        node = next((child for child in getattr(node, "body", []) if getattr(child, "name", "") == part), None)
    return node.body[0] if node is not None and getattr(node, "body", None) else None


def make(kind: str, bench: Bench, names: list[str], out: Path) -> int:
    """Repositories and `cases.jsonl` below `out`."""
    rows = []
    for name in names:
        shutil.rmtree(out / f"{kind}+{name}", ignore_errors=True)
        rows.append((planted if kind == "planted" else genuine)(bench, name, out))
    (out / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    print(f"{len(rows)} cases in {out / 'cases.jsonl'}")
    return 0 if rows else 1


def judge(bench: Bench, out: Path) -> int:
    """The true fix's test on each draft; exit 1 when nothing was drafted."""
    drafts = _rows(out / "drafts.jsonl")
    tells = [(draft, _repaired(bench, out, draft) if draft["diff"] else None) for draft in drafts]
    print("| case | route | drafted | regression test | proof | true fix's test | lines | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for draft, passes in tells:
        who = draft["drafter"] or draft["status"]
        said = "" if passes is None else "passes" if passes else "fails"
        cells = (draft["id"], draft["route"], who, draft["regression"], draft["proof"], said)
        print("| " + " | ".join([*cells, str(draft["changed_lines"] or ""), str(draft["seconds"])]) + " |")
    proved = [passes for draft, passes in tells if draft["proof"] == "proved"]
    count = {
        name: sum(draft["status"] == name for draft in drafts) for name in ("drafted", "declined", "ticket", "errored")
    }
    print(
        f"\n{len(drafts)} cases: {count}; proved {len(proved)}, of these {sum(map(bool, proved))} pass the true fix's"
    )
    print(f"test; of {count['drafted']} drafts {sum(bool(passes) for _, passes in tells)} pass it.")
    return 0 if count["drafted"] else 1


def _repaired(bench: Bench, out: Path, draft: dict[str, Any]) -> bool:
    """The draft's edits alone, on the case's own base: its regression test is not what is judged."""
    rows = bench.rows(draft["id"])
    case = next(row for row in _rows(out / "cases.jsonl") if row["id"] == draft["id"])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "repo"
        git(out, "clone", "--quiet", "--shared", str(out / case["repo"].replace("/", "+") / "repo"), str(folder))
        git(folder, "checkout", "--quiet", case["head"])
        patch = Path(scratch) / "draft.patch"
        patch.write_text(_code_only(draft["diff"]))
        git(folder, "apply", str(patch))
        return bench.repaired(rows, _as_on(rows[0]["base_commit"], folder), Path(scratch))


def _as_on(base: str, folder: Path) -> str:
    """What the draft changed, as a patch of the case's base: the innocent commits' comments are not there."""
    changed = git(folder, "diff", "--name-only").splitlines()
    for path in changed:
        lines = (folder / path).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / path).write_text("".join(line for line in lines if NOTE not in line), encoding="utf-8")
    patch = folder.parent / "as-on-base.patch"  # a patch may end in blank lines of context
    git(folder, "diff", f"--output={patch}", base, "--", *changed)
    return patch.read_text(encoding="utf-8")


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _code_only(diff: str) -> str:
    parts = ["diff --git " + part for part in diff.split("diff --git ")[1:]]
    return "".join(part for part in parts if "\nnew file mode" not in part)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["plant", "genuine", "judge"])
    parser.add_argument("--case", action="append", default=[], help="one of the cases; may be repeated")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--bench", type=Path, default=SET)
    given = parser.parse_args()
    bench = Bench(given.bench)
    given.out.mkdir(parents=True, exist_ok=True)
    if given.command == "judge":
        return judge(bench, given.out)
    kind = "planted" if given.command == "plant" else "genuine"
    return make(kind, bench, given.case or runnable(given.bench), given.out)


if __name__ == "__main__":
    sys.exit(main())

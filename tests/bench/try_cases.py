"""`mendloop try` on real failures of public repositories, each against an expectation written before its run.

    python -m tests.bench.try_cases [NAME …] [--bench ../shared/bench] [--out FILE]

Needs the development set of real failures (its README: BENCH_MIRROR names the repositories' mirrors) and the network
once, for the virtual environments with the cases' pinned packages. A case runs in two forms:

- as it happened: a work tree at the commit before the fix, with a history that ends there;
- planted: the fix, its inverse committed on top (tests too), three innocent commits after it. The failure is the same.

The log holds the case's own trace in one of the set's layouts, hours after the last commit. The tests are the file that
holds the case's failing test, in the case's own Python. Exit code 1 when fewer than two thirds name the right file
first, no draft is proved, or nothing ran; an end other than expected is shown, and is no failure by itself.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SET = ROOT.parent / "shared" / "bench"
AFTER = timedelta(hours=6)


@dataclass(frozen=True)
class Expected:
    """Written before the run. `draft` is the drafter, or the reason code of none; `proof` a verification status."""

    name: str
    case: str
    planted: bool
    layout: str
    draft: str
    proof: str | None
    outcome: str
    why: str


EXPECTED = (
    Expected(
        "luigi-017", "py-luigi-017", False, "lines", "revert", "not_reproduced", "ticket",
        "a commit 13 days older changed the function that raises; the test that it changed passed before and after",
    ),
    Expected(
        "luigi-011", "py-luigi-011", False, "structured", "no_suspect", None, "ticket",
        "the function was last changed three years before: nothing to undo",
    ),
    Expected(
        "tqdm-001", "py-tqdm-001", False, "trace", "gate_refused", None, "ticket",
        "the suspect brought in the whole function: undoing it takes the function away, which the gate refuses",
    ),
    Expected(
        "luigi-017-planted", "py-luigi-017", True, "whole", "revert", "proved", "pull_request",
        "the inverse is the suspect, and took away the tests that show the failure",
    ),
    Expected(
        "luigi-011-planted", "py-luigi-011", True, "lines", "revert", "proved", "pull_request",
        "the inverse is the suspect, and took away the test that shows the failure",
    ),
    Expected(
        "tqdm-001-planted", "py-tqdm-001", True, "trace", "revert", "not_reproduced", "ticket",
        "the inverse is the suspect, but its test file is not named as pytest names tests, and no guess reproduces it",
    ),
)  # fmt: skip


class Bench:
    """The development set, with its own scripts for work trees and environments."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        sys.path.insert(0, str(folder))
        self._run_case = importlib.import_module("run_case")
        self._checkout = importlib.import_module("checkout")

    def rows(self, case: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        data = str(self._folder / "data")
        case_row, truth, runnable = (self._run_case.lookup(data, name, case) for name in ("cases", "truth", "runnable"))
        return case_row, truth, runnable

    def row(self, kind: str, case: str) -> dict[str, Any]:
        """Of `cases`, `truth`, `suspects` or `runnable`."""
        row: dict[str, Any] = self._run_case.lookup(str(self._folder / "data"), kind, case)
        return row

    def work_tree(self, case: dict[str, Any], commit: str, folder: Path) -> None:
        self._checkout.materialise({**case, "base_commit": commit}, str(folder))

    def interpreter(self, runnable: dict[str, Any]) -> Path:
        return Path(self._run_case.venv(runnable["python"], runnable["requirements"])) / "bin" / "python3"

    def repaired(self, rows: tuple[dict[str, Any], ...], diff: str, scratch: Path) -> bool:
        """Whether the true fix's own test passes with this patch."""
        patch = scratch / "offered.patch"
        patch.write_text(diff)
        return not self._run_case.run_case(*rows, patch=str(patch))["failed"]


def git(folder: Path, *arguments: str, at: datetime | None = None) -> str:
    date = at.isoformat() if at else datetime.now(UTC).isoformat()
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    names = ["-c", "user.name=Robin Example", "-c", "user.email=robin@example.org", "-c", "core.hooksPath=/dev/null"]
    done = subprocess.run(
        ["git", "-C", str(folder), *names, *arguments],
        check=True, capture_output=True, text=True, env={**os.environ, **dates},
    )  # fmt: skip
    return done.stdout.strip()


def prepare(bench: Bench, expected: Expected, rows: tuple[dict[str, Any], ...], folder: Path) -> datetime:
    """The work tree; when it was last committed to."""
    case, truth, _ = rows
    bench.work_tree(case, truth["fix_commit"] if expected.planted else case["base_commit"], folder)
    last = datetime.fromisoformat(git(folder, "log", "-1", "--format=%cI"))
    if not expected.planted:
        return last
    git(folder, "revert", "--no-commit", "HEAD")
    last += timedelta(days=1)
    git(folder, "commit", "-qm", "Simplify after a look at the parameters", at=last)
    others = sorted(path for path in git(folder, "ls-files", "*.py").splitlines() if path not in truth["truth_files"])
    for path in [truth["truth_files"][0], *others[:2]]:
        with (folder / path).open("a") as file:
            file.write("\n# Looked through once more.\n")
        last += timedelta(hours=5)
        git(folder, "commit", "-qam", f"Look through {Path(path).name}", at=last)
    return last


def write_log(case: dict[str, Any], layout: str, at: datetime, file: Path) -> None:
    """The trace alone as text, or a layout's events as filter-log-events prints them, moved to `at`."""
    if layout == "trace":
        file.write_text(case["trace"])
        os.utime(file, (at.timestamp(), at.timestamp()))
        return
    events = case["variants"][layout]
    shift = round(at.timestamp() * 1000) - events[0]["timestamp"]
    moved = [{**event, "timestamp": event["timestamp"] + shift} for event in events]
    file.write_text(json.dumps({"events": moved, "searchedLogStreams": []}))


def run(bench: Bench, expected: Expected, scratch: Path) -> dict[str, Any]:
    """One case through the command as a user types it; what came of it."""
    rows = bench.rows(expected.case)
    case, truth, runnable = rows
    repository, log, report = scratch / case["repo"].split("/")[1], scratch / "failure.log", scratch / "report.json"
    last = prepare(bench, expected, rows, repository)
    write_log(case, expected.layout, last + AFTER, log)
    tests = runnable["test"].split()[-1].split("::")[0]
    command = [Path(sys.executable).parent / "mendloop", "try", "--repo", repository, "--log", log]
    command += ["--revision", "HEAD", "--test-command", f"{bench.interpreter(runnable)} -m pytest -q {tests}"]
    command += ["--approve", "--report", report]
    began = time.monotonic()
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, timeout=1500, check=False
    )
    found: dict[str, Any] = {"name": expected.name, "exit": done.returncode, "seconds": round(time.monotonic() - began)}
    if not report.exists():
        return {**found, "error": (done.stdout + done.stderr)[-1500:]}
    said = json.loads(report.read_text())
    draft, proof = said["draft"] or {}, said["verification"] or {}
    first = said["targets"][0]["path"] if said["targets"] else None
    found |= {
        "first": first,
        "right_file": first in truth["truth_files"],
        "draft": draft.get("drafter") or draft.get("reason_code") or None,
        "proof": proof.get("status"),
        "proof_reason": proof.get("reason"),
        "suite": proof.get("suite"),
        "outcome": said["outcome"],
        "reason": said["reason"],
    }
    if said["pull_request"]:
        found["passes_true_fix_test"] = bench.repaired(rows, said["pull_request"]["diff"], scratch)
    return found


def show(expected: Expected, found: dict[str, Any]) -> None:
    """What was expected and what came."""
    if "error" in found:
        print(f"{expected.name}: did not end\n{found['error']}")
        return
    same = all(found[name] == getattr(expected, name) for name in ("draft", "proof", "outcome"))
    print(f"{expected.name}: {'as expected' if same else 'OTHER than expected'}, {found['seconds']} s")
    print(f"  expected  {expected.draft} / {expected.proof} / {expected.outcome}: {expected.why}")
    print(f"  found     {found['draft']} / {found['proof']} / {found['outcome']}: {found['reason']}")
    print(f"  file      {found['first']} ({'right' if found['right_file'] else 'wrong'})")
    if found["proof"]:
        print(f"  proof     {found['proof_reason']} {found['suite']}")
    if "passes_true_fix_test" in found:
        print(f"  the true fix's test {'passes' if found['passes_true_fix_test'] else 'FAILS'} with the offered change")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="some of the runs only")
    parser.add_argument("--bench", type=Path, default=SET)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    chosen = [one for one in EXPECTED if not arguments.names or one.name in arguments.names]
    bench, results = Bench(arguments.bench), []
    for expected in chosen:
        with tempfile.TemporaryDirectory(prefix="mendloop-case-") as scratch:
            found = run(bench, expected, Path(scratch))
        results.append(found)
        show(expected, found)
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=2) + "\n")
    right = sum(bool(found.get("right_file")) for found in results)
    proved = sum(found.get("proof") == "proved" for found in results)
    repaired = sum(bool(found.get("passes_true_fix_test")) for found in results)
    print(f"{len(results)} runs: first file right in {right}, proved {proved}, of these repaired {repaired}")
    return 0 if results and 3 * right >= 2 * len(results) and proved else 1


if __name__ == "__main__":
    sys.exit(main())

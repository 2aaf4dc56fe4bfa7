"""`mendloop map` and `mendloop eval mapping` on a folder: what they print, and what they must not see."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mendloop.adapters.local_git import LocalGit
from mendloop.cli.main import app
from mendloop.domain.catalog import Repository
from tests.contract.git_workshop import GitWorkshop

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
DANA = ("Dana Example", "dana@example.com")
RATES = "def rate_of(item):\n    return item.get('rate', 1)\n"
TOTALS = "from shop.rates import rate_of\n\n\ndef total(items):\n    return sum(1 + rate_of(item) for item in items)\n"
TRACE = (
    'Traceback (most recent call last):\n  File "/var/task/shop/totals.py", line 5, in <genexpr>\n'
    "    return sum(1 + rate_of(item) for item in items)\n"
    "TypeError: unsupported operand type(s) for +: 'int' and 'NoneType'\n"
)


class Bench:
    """One case of one repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        repository = Repository(host="local_git", location=str(folder / "owner+shop" / "repo"))
        self.workshop = GitWorkshop(folder / "owner+shop" / "repo", LocalGit(), repository)
        self.commit({"shop/rates.py": RATES, "shop/totals.py": TOTALS}, "All of it", days=9)
        self.base = self.commit({"shop/rates.py": RATES.replace(", 1", "")}, "Tidy up rates", days=2)

    def commit(self, files: dict[str, str | None], message: str, days: float) -> str:
        return self.workshop.commit(files, message, DANA, NOW - timedelta(days=days))

    def cases(self, **fields: Any) -> Path:
        row = {"id": "one", "repo": "owner/shop", "base_commit": self.base, "language": "python", "trace": TRACE}
        file = self.folder / "cases.jsonl"
        file.write_text(json.dumps({**row, **fields}) + "\n", encoding="utf-8")
        return file

    def run(self, *more: str, **fields: Any) -> tuple[int, str, list[dict[str, Any]]]:
        out = self.folder / "out.jsonl"
        given = ["--cases", str(self.cases(**fields)), "--repos", str(self.folder), "--out", str(out), *more]
        done = CliRunner().invoke(app, ["eval", "mapping", *given])
        rows = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
        return done.exit_code, done.output, [json.loads(row) for row in rows]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_case_is_predicted_in_the_format_that_is_scored(bench: Bench) -> None:
    code, said, (row,) = bench.run()
    assert code == 0 and "1 cases mapped, 0 not" in said
    assert row["id"] == "one" and {"shop/rates.py", "shop/totals.py"} == set(row["files"])
    assert {"shop/rates.py::rate_of", "shop/totals.py::total"} == set(row["functions"])
    assert bench.base in row["suspects"]


def test_a_commit_made_later_changes_no_prediction(bench: Bench) -> None:
    """The true fix stands in the same repository: nothing of it may be seen."""
    _, _, before = bench.run()
    bench.commit({"shop/rates.py": RATES + "\n\ndef rate_of_all(items):\n    return 0\n"}, "Fix rate_of", days=1)
    bench.commit({"shop/totals.py": None, "shop/sums.py": TOTALS}, "Fix total: move it", days=0.5)
    _, _, after = bench.run()
    assert after == before and before


def test_one_case_is_explained_in_words(bench: Bench) -> None:
    code, said, rows = bench.run("--explain", "one")
    assert code == 0 and len(rows) == 1
    assert f"At {bench.base[:12]}" in said and "raised at shop/totals.py:5" in said and "owner Dana Example" in said
    code, said, rows = bench.run("--explain", "another")
    assert code == 1 and rows == [] and "0 cases mapped" in said


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"repo": "owner/none"}, "is not under"), ({"base_commit": "d" * 40}, "there is no commit")],
    ids=["no repository", "no revision"],
)
def test_nothing_mapped_is_a_failure_with_its_reason(bench: Bench, fields: dict[str, str], why: str) -> None:
    code, said, (row,) = bench.run(**fields)
    assert code == 1 and why in said
    assert row == {"id": "one", "files": [], "functions": [], "suspects": []}


def test_one_log_is_mapped_as_json(bench: Bench) -> None:
    log = bench.folder / "log.txt"
    log.write_text(TRACE, encoding="utf-8")
    given = ["--repo", bench.workshop.repository.location, "--revision", bench.base, "--log", str(log), "--json"]
    done = CliRunner().invoke(app, ["map", *given])
    said = json.loads(done.output)
    assert said["revision"] == bench.base and said["owner"]["name"] == "Dana Example"
    assert said["targets"][0].keys() == {"path", "function", "lines", "score", "reasons"}
    assert all(one["commit"] and one["reasons"] for one in said["suspects"]) and said["suspects"]

"""What counts as a hit, and under which class a miss is listed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evals.mapping_scores import missed_because, place_hits, suspect_hits

TRUTH = {"truth_files": ["a.py"], "truth_functions": ["a.py::f"]}


def test_places_are_counted_by_rank_and_functions_only_where_one_was_changed() -> None:
    found = {"files": ["b.py", "a.py"], "functions": ["b.py::g", "a.py::g", "a.py::f"]}
    hits = {"file@1": False, "file@3": True, "function@1": False, "function@3": True}
    assert place_hits(found, TRUTH) == hits
    assert place_hits(found, {**TRUTH, "truth_functions": []}).keys() == {"file@1", "file@3"}


def test_suspects_are_counted_only_where_a_commit_is_known() -> None:
    found = {"suspects": ["1", "2", "3", "4"]}
    assert suspect_hits(found, {"suspects": ["3"]}) == {"suspect@1": False, "suspect@3": True}
    assert suspect_hits(found, {"suspects": ["4"]}) == {"suspect@1": False, "suspect@3": False}
    assert suspect_hits(found, {"suspects": []}) == suspect_hits(found, None) == {}


@pytest.mark.parametrize(
    ("clues", "first", "why"),
    [
        ({}, {"on_trace": 1.0}, "not a candidate, nor its file"),
        ({"a.py::other": {}}, {"on_trace": 1.0}, "not a candidate, its file is"),
        ({"a.py::f": {"on_trace": 1.0}}, {"on_trace": 1.0, "raises": 1.0}, "on the trace, behind one that raises"),
        ({"a.py::f": {"called": 1.0}}, {"on_trace": 1.0}, "beside the trace, behind another frame"),
        ({"a.py::f": {"on_trace": 1.0}}, {"called": 1.0}, "on the trace, behind one that no frame names"),
    ],
)
def test_a_miss_has_a_class(clues: dict[str, dict[str, float]], first: dict[str, float], why: str) -> None:
    known = {"b.py::g": first, **clues}
    rows = [{"path": name[:4], "function": name[6:], "clues": one} for name, one in known.items()]
    assert missed_because(rows, {"functions": ["b.py::g"]}, TRUTH) == why


def test_nothing_predicted_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_text(json.dumps({"id": "one", "language": "python", **TRUTH}) + "\n")
    (tmp_path / "suspects.jsonl").write_text("")
    (tmp_path / "out.jsonl").write_text("")
    asked = [sys.executable, "-m", "tests.evals.mapping_scores", str(tmp_path / "out.jsonl"), "--bench", str(tmp_path)]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert done.returncode == 1 and "no case of the set was predicted" in done.stderr

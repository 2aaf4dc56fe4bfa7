"""`mendloop draft`, `verify` and `eval drafting` on a git repository whose last-but-one commit took a guard away."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mendloop.cli.main import app
from mendloop.domain.budget import Tokens, cost
from tests.unit.claude.double import message, served

GOOD = "def total(items):\n    return sum(item['price'] for item in items or [])\n"
BAD = GOOD.replace(" or []", "")
TEST = "from shop.totals import total\n\n\ndef test_one():\n    assert total([{'price': 2}]) == 2\n"
GUARDED = TEST + "\n\ndef test_none():\n    assert total(None) == 0\n"
TRACE = (
    "Traceback (most recent call last):\n"
    '  File "/var/task/shop/totals.py", line 2, in total\n    return sum(item["price"] for item in items)\n'
    "TypeError: 'NoneType' object is not iterable\n"
)


def git(folder: Path, *arguments: str) -> str:
    names = ["-c", "user.name=Ann", "-c", "user.email=ann@shop.example", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, subject: str, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".py").write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", subject)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """`repos/ann+shop/repo` with three commits, `failure.log`, and `cases.jsonl`."""
    folder = tmp_path / "repos" / "ann+shop" / "repo"
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "Add totals", shop__totals=GOOD, tests__test_totals=GUARDED)
    commit(folder, "Tidy up totals", shop__totals=BAD, tests__test_totals=TEST)
    commit(folder, "Say what it is", shop__notes='"""Notes."""\n')
    (tmp_path / "failure.log").write_text(TRACE)
    case = {"id": "one", "repo": "ann/shop", "base_commit": git(folder, "rev-parse", "HEAD"), "trace": TRACE}
    case["test_command"] = "python -m pytest -q"
    (tmp_path / "cases.jsonl").write_text(json.dumps(case) + "\n")
    return tmp_path


def mendloop(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def drafted(place: Path, *more: object) -> dict[str, Any]:
    repo = place / "repos" / "ann+shop" / "repo"
    answer = mendloop("draft", "--repo", repo, "--log", place / "failure.log", "--json", *more)
    assert answer.exit_code == 0, answer.output
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_a_draft_can_be_verified(place: Path) -> None:
    draft = drafted(place, "--drafter", "revert", "--sandbox", "none")
    assert (draft["kind"], draft["drafter"], draft["regression"]["source"]) == (
        "code_fix", "revert", "suspect_removed_test",
    )  # fmt: skip
    assert "+    return sum(item['price'] for item in items or [])" in draft["diff"]
    (place / "draft.json").write_text(json.dumps(draft))
    repo = place / "repos" / "ann+shop" / "repo"
    verdict = mendloop("verify", "--repo", repo, "--draft", place / "draft.json", "--json")
    assert verdict.exit_code == 0, verdict.output
    assert json.loads(verdict.stdout)["status"] == "proved"


def test_verify_fails_where_nothing_was_run(place: Path) -> None:
    (place / "draft.json").write_text(json.dumps(drafted(place, "--sandbox", "none")))
    repo = place / "repos" / "ann+shop" / "repo"
    verdict = mendloop("verify", "--repo", repo, "--draft", place / "draft.json", "--sandbox", "none")
    assert verdict.exit_code == 1
    assert "skipped" in verdict.output


def test_what_no_code_change_cures_is_a_recommended_action(place: Path) -> None:
    (place / "failure.log").write_text(TRACE.replace("TypeError: 'NoneType'", "ReadTimeout: 'NoneType'"))
    found = drafted(place)
    assert (found["kind"], found["reason_code"], found["diff"]) == ("action_recommended", "dependency_timeout", "")


def test_a_model_is_recorded_and_replayed_without_server_and_key(place: Path) -> None:
    edit = {"path": "shop/totals.py", "search": "in items)", "replace": "in items or [])"}
    claim = {"text": "No items are allowed.", "citations": ["shop/totals.py:2"]}
    use = {"type": "tool_use", "id": "toolu_1", "name": "propose_edits"}
    block = {**use, "input": {"edits": [edit], "rationale": [claim]}}
    (place / "key").write_text("the-key")
    named = ("--drafter", "claude", "--sandbox", "none", "--model", "claude-sonnet-4-6")
    with served(message(content=[block], stop_reason="tool_use")) as double:
        asked = ("--model-key-file", place / "key", "--model-url", double.url)
        first = drafted(place, *named, *asked, "--record", place / "talk.jsonl")
    assert first["drafter"] == "claude" and first["spending"]["turns"] == 1 and double.refused == []
    assert "the-key" not in (place / "talk.jsonl").read_text()
    again = drafted(place, *named, "--replay", place / "talk.jsonl")
    first["spending"]["seconds"] = again["spending"]["seconds"]  # the clock is the only thing that is not recorded
    assert again == first
    (place / "failure.log").write_text(TRACE.replace("not iterable", "not to be iterated"))
    repo = place / "repos" / "ann+shop" / "repo"
    words = ("draft", "--repo", repo, "--log", place / "failure.log", *named, "--replay", place / "talk.jsonl")
    other = mendloop(*words)
    assert other.exit_code and "something else was asked then" in other.output.replace("\n", " ")


def test_a_compatible_server_is_reached_by_the_environment_too(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "key").write_text("the-key")
    give_up = {"type": "tool_use", "id": "toolu_1", "name": "give_up", "input": {"reason": "No."}}
    with served(message(content=[give_up], stop_reason="tool_use")) as double:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", double.url)
        found = drafted(place, "--drafter", "claude", "--model", "m", "--model-key-file", place / "key")
    assert (found["kind"], len(double.seen), double.refused) == ("explanation", 1, [])


def test_a_failed_proof_goes_back_to_the_model_with_its_output_and_is_repaired(place: Path) -> None:
    """The whole way: the double of the API, the real SDK, the real sandbox, and what it cost."""
    claim = {"text": "No items are allowed.", "citations": ["shop/totals.py:2"]}
    blocks = [
        {
            "type": "tool_use",
            "id": "toolu_1",
            "name": "propose_edits",
            "input": {
                "edits": [{"path": "shop/totals.py", "search": "in items)", "replace": f"in items or {instead})"}],
                "rationale": [claim],
                "regression_test": "from shop.totals import total\n\n\ndef test_none():\n    assert total(None) == 0\n",
            },
        }
        for instead in ("[{'price': 1}]", "[]")
    ]
    (place / "key").write_text("the-key")
    answers = [message(content=[block], stop_reason="tool_use") for block in blocks]
    with served(*answers) as double:
        named = ("--drafter", "claude", "--model", "claude-sonnet-4-6", "--model-key-file", place / "key")
        # No commit is left whose test could be put back: the model's own is what proves.
        git(place / "repos" / "ann+shop" / "repo", "checkout", "-q", "--orphan", "new")
        git(place / "repos" / "ann+shop" / "repo", "commit", "-qm", "All of it")
        found = drafted(place, *named, "--model-url", double.url)
    assert "assert 1 == 0" in str(double.seen[1]["messages"][0]) and len(double.seen) == 2
    assert double.refused == [] and "in items or [])" in found["diff"]
    assert found["regression"]["source"] == "drafter"
    one = cost("claude-sonnet-5", Tokens(10, 5, 7, 100), datetime.now(UTC).date())
    assert (found["spending"]["turns"], found["spending"]["micro_dollars"]) == (2, 2 * one)


def test_an_evaluation_counts_every_case_and_fails_when_nothing_was_drafted(place: Path) -> None:
    words = (
        "eval",
        "drafting",
        "--cases",
        place / "cases.jsonl",
        "--repos",
        place / "repos",
        "--json",
        "--sandbox",
        "none",
    )
    answer = mendloop(*words, "--out", place / "out.jsonl")
    assert answer.exit_code == 0, answer.output
    row = json.loads((place / "out.jsonl").read_text())
    assert (row["status"], row["gate"], row["compiles"], row["proof"]) == ("drafted", "passed", True, "skipped")
    assert json.loads(answer.stdout)["proved"] == 0
    empty = mendloop("eval", "drafting", "--cases", place / "cases.jsonl", "--repos", place)
    assert empty.exit_code == 1
    assert "errored: 1" in empty.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--drafter", "magic"), "there is no drafter 'magic'"),
        (("--drafter", "claude"), "--drafter claude needs --model"),
        (("--record", "x"), "--record and --replay are for a drafter that asks a model"),
        (("--revision", "nowhere"), "does not know the revision nowhere"),
    ],
)
def test_wrong_input_is_said(place: Path, words: tuple[str, ...], says: str) -> None:
    repo = place / "repos" / "ann+shop" / "repo"
    answer = mendloop("draft", "--repo", repo, "--log", place / "failure.log", *words)
    assert answer.exit_code in {2, 3}
    assert says in answer.output

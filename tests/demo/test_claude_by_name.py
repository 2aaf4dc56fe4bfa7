"""`mendloop demo --drafter claude`: the model is reached because it was asked for, with the key that was given."""

import difflib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mendloop.cli.demo.production import Production, make_production
from mendloop.cli.drafter import chosen_drafter
from mendloop.cli.main import app
from mendloop.domain.errors import Misconfigured
from tests.e2e.conftest import tools_or_skip
from tests.unit.claude.double import message, served

SEED = 90210
KEY = "key-given-by-file"


def undone(production: Production) -> list[dict[str, str]]:
    """The edits that take back what the planted commit did to its file."""
    (planted,) = production.planted
    bad, good = (
        subprocess.run(
            ["git", "-C", str(production.repository), "show", f"{revision}:{planted.path}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines(keepends=True)
        for revision in (planted.commit, f"{planted.commit}^")
    )
    changes = difflib.SequenceMatcher(None, bad, good).get_opcodes()
    return [
        {
            "path": planted.path,
            "search": "".join(bad[first - 1 : end]),
            "replace": "".join([bad[first - 1], *good[first_good:end_good]]),
        }
        for kind, first, end, first_good, end_good in changes
        if kind != "equal"
    ]


def use(name: str, **given: object) -> tuple[int, dict[str, Any]]:
    """An answer that uses one tool."""
    called = {"type": "tool_use", "id": f"tool-{name}", "name": name, "input": given}
    return message(content=[called], stop_reason="tool_use")


@pytest.mark.cloud
@pytest.mark.timeout(420)
def test_claude_drafts_what_becomes_the_pull_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools_or_skip()
    monkeypatch.setenv("MENDLOOP_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "planted-in-the-callers-shell")
    (tmp_path / "key").write_text(KEY + "\n")
    edits = undone(make_production("regression", seed=SEED, into=tmp_path / "same"))
    rationale = [{"text": "The value may be absent.", "citations": [edits[0]["path"]]}]
    answers = use("read_file", path=edits[0]["path"]), use("propose_edits", edits=edits, rationale=rationale)
    with served(*answers) as double:
        words = ["demo", "--seed", str(SEED), "--approve", "--report", str(tmp_path / "report.json")]
        words += ["--drafter", "claude", "--model", "some-model", "--model-key-file", str(tmp_path / "key")]
        result = CliRunner().invoke(app, [*words, "--model-url", double.url])
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["outcome"] == "pull_request" and report["verification"]["status"] == "proved"
    assert "a new change" in report["pull_request"]["body"] and edits[0]["replace"].splitlines()[-1] in result.output
    assert {said["model"] for said in double.seen} == {"some-model"}
    assert {sent.get("x-api-key", "") + sent.get("authorization", "") for sent in double.headers} <= {
        KEY,
        f"Bearer {KEY}",
    }


@pytest.mark.parametrize(
    ("name", "model", "key", "says"),
    [
        ("claude", "", "k", "--model NAME"),
        ("claude", "some-model", None, "--model-key-file FILE"),
        ("claude", "some-model", "", "on one line"),
        ("claude", "some-model", "two words", "on one line"),
        ("claude", "some-model", "absent", "cannot be read"),
        ("revert", "some-model", None, "are for --drafter claude"),
        ("oracle", "", None, "no drafter 'oracle'"),
    ],
)
def test_what_is_missing_is_said(name: str, model: str, key: str | None, says: str, tmp_path: Path) -> None:
    file = tmp_path / "key" if key is not None else None
    if file and key != "absent":
        file.write_text(str(key))
    with pytest.raises(Misconfigured, match=says):
        chosen_drafter(name, model, file, "")

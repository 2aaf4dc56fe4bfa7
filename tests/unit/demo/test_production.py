import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mendloop.adapters.git_command import run_git
from mendloop.cli.demo.production import Production, make_production
from mendloop.cli.demo.production.scenarios import SCENARIOS
from mendloop.cli.demo.silence import silent_address
from mendloop.domain.errors import Misconfigured
from tests.scenarios.ends import ENDS

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SEEDS = range(6)
FAIL = """
import importlib, json, sys, traceback
module, function = sys.argv[1].split(":")
try:
    getattr(importlib.import_module(module), function)(json.loads(sys.argv[2]), None)
except Exception as error:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    print(json.dumps([type(error).__name__, frame.filename, frame.name]))
else:
    print("null")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Production]:
    return {seed: make_production("regression", seed, tmp_path_factory.mktemp("p") / "p", NOW) for seed in SEEDS}


def git(production: Production, *arguments: str) -> str:
    done = run_git(list(arguments), cwd=production.repository)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().strip()


def tree(production: Production, revision: str, into: Path) -> Path:
    folder = into / revision
    folder.mkdir()
    archive = run_git(["archive", revision], cwd=production.repository).stdout
    subprocess.run(["tar", "x", "-C", str(folder)], input=archive, check=True)
    return folder


def suite(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def outcome(folder: Path, entry_point: str, request: object, **environment: str) -> list[str] | None:
    command = [sys.executable, "-B", "-c", FAIL, entry_point, json.dumps(request)]
    variables = {**os.environ, **environment}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env=variables)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_suite_is_green_where_it_matters(made: dict[int, Production], seed: int, tmp_path: Path) -> None:
    production = made[seed]
    commits = git(production, "rev-list", "main").split()
    assert len(commits) >= 12
    sampled = {production.deployed_revision, commits[0], commits[-1 - seed % (len(commits) - 1)]}
    for revision in sampled:
        done = suite(tree(production, revision, tmp_path))
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("seed", SEEDS)
def test_the_failing_request_fails_in_the_planted_function(made: dict[int, Production], seed: int) -> None:
    production = made[seed]
    planted = production.planted[0]
    failed = outcome(production.code, production.entry_point, production.failing_requests[0])
    assert failed == [planted.exception, str(production.code / planted.path), planted.function]
    for request in production.healthy_requests:
        assert outcome(production.code, production.entry_point, request) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_undoing_the_suspect_heals_the_request(made: dict[int, Production], seed: int, tmp_path: Path) -> None:
    production = made[seed]
    before = tree(production, f"{production.planted[0].commit}^", tmp_path)
    assert outcome(before, production.entry_point, production.failing_requests[0]) is None
    undone = before / production.planted[0].path
    deployed = tree(production, production.deployed_revision, tmp_path)
    (deployed / production.planted[0].path).write_text(undone.read_text())
    assert outcome(deployed, production.entry_point, production.failing_requests[0]) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_suspect_is_deployed_mixed_and_followed(made: dict[int, Production], seed: int) -> None:
    production = made[seed]
    planted = production.planted[0]
    assert planted.commit == production.deployed_revision
    after = f"{production.deployed_revision}..main"
    assert len(git(production, "rev-list", after).split()) == 3
    assert git(production, "log", "--format=%h", after, "--", planted.path)
    touched = git(production, "show", "--format=", "--name-only", planted.commit).split()
    assert planted.path in touched and "README.md" in touched
    assert any(path.startswith("tests/") for path in touched) == (production.request_field == "")
    assert git(production, "status", "--porcelain") == ""
    assert git(production, "fsck", "--strict") == ""
    seconds = NOW.timestamp() - int(git(production, "show", "-s", "--format=%ct", planted.commit))
    assert 3600 <= seconds <= 12 * 3600


@pytest.mark.parametrize("seed", SEEDS)
def test_messages_give_nothing_away(made: dict[int, Production], seed: int) -> None:
    messages = git(made[seed], "log", "--format=%B").lower()
    for hint in ("bug", "break", "plant", "guard", "suspect", "regress", "fault", "demo", "mendloop"):
        assert hint not in messages
    assert len(set(git(made[seed], "log", "--format=%ae").split())) >= 3


def test_seeds_differ_in_place_kind_and_evidence(made: dict[int, Production]) -> None:
    planted = [production.planted[0] for production in made.values()]
    assert len({(one.path, one.function) for one in planted}) == len(planted)
    assert len({one.exception for one in planted}) >= 4
    assert {production.request_field for production in made.values()} == {"", "request"}


def test_a_seed_gives_the_same_commits_again(made: dict[int, Production], tmp_path: Path) -> None:
    again = make_production("regression", 3, tmp_path / "again", NOW)
    assert git(again, "rev-parse", "main") == git(made[3], "rev-parse", "main")


@pytest.mark.parametrize("scenario", ["missing-value", "fixed-already", "two-faults"])
@pytest.mark.parametrize("seed", [2, 5])
def test_other_scenarios_fail_where_they_say(scenario: str, seed: int, tmp_path: Path) -> None:
    production = make_production(scenario, seed, tmp_path / "made", NOW)
    for planted, request in zip(production.planted, production.failing_requests, strict=True):
        failed = outcome(production.code, production.entry_point, request)
        assert failed == [planted.exception, str(production.code / planted.path), planted.function]
        healed = outcome(production.repository, production.entry_point, request) is None
        assert healed == (scenario == "fixed-already")
    assert suite(production.code).returncode == 0
    assert suite(production.repository).returncode == 0


@pytest.mark.parametrize("seed", [2, 3])
def test_a_neighbour_that_never_answers_times_out(seed: int, tmp_path: Path) -> None:
    production = make_production("dependency-timeout", seed, tmp_path / "made", NOW)
    silent = {production.neighbour: silent_address()}
    for folder in (production.code, production.repository):
        failed = outcome(folder, production.entry_point, production.failing_requests[0], **silent)
        assert failed is not None and failed[0] == production.planted[0].exception == "TimeoutError"
        assert suite(folder).returncode == 0
    for request in production.healthy_requests:
        assert outcome(production.code, production.entry_point, request) is None
    touched = git(production, "show", "--format=", "--name-only", production.deployed_revision).split()
    assert production.planted[0].path in touched and production.planted[0].commit == ""


def test_an_old_bug_is_months_old(tmp_path: Path) -> None:
    for seed in range(4):
        production = make_production("missing-value", seed, tmp_path / str(seed), NOW)
        planted = production.planted[0]
        before = git(production, "log", "--format=%ct", production.deployed_revision, "--", planted.path).split()
        assert planted.commit == "" and NOW.timestamp() - int(before[0]) > 60 * 86_400


def test_a_repair_is_on_the_default_branch_and_not_deployed(tmp_path: Path) -> None:
    said = set()
    for seed in range(6):
        production = make_production("fixed-already", seed, tmp_path / str(seed), NOW)
        repaired = production.planted[0].repaired_in
        ahead = git(production, "rev-list", f"{production.deployed_revision}..main").split()
        assert repaired in ahead and repaired != ahead[0]
        said.add(git(production, "show", "-s", "--format=%s", repaired).split()[0])
    assert said == {"Fix", "Accept"}


def test_the_suspects_message_varies_by_seed(made: dict[int, Production]) -> None:
    said = {git(production, "show", "-s", "--format=%s", production.planted[0].commit) for production in made.values()}
    words = {" ".join(message.split()[:2]) for message in said}
    assert len(said) == len(made) and len(words) >= 3


def test_every_scenario_says_what_happens_and_how_it_ends() -> None:
    text = (Path(__file__).parents[3] / "docs" / "scenarios.md").read_text()
    for scenario in SCENARIOS.values():
        assert f"| `{scenario.name}` | {scenario.happens} | {scenario.ends} |" in text
    assert set(SCENARIOS) == set(ENDS)


def test_an_unknown_scenario_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="regression"):
        make_production("no-such", 1, tmp_path / "made")

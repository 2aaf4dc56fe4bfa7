"""A build installs what the project asks for from an index on loopback, then tests in the jail with it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.run_tests.step import run_build
from mendloop import documents
from mendloop.adapters.sandbox import build_sandbox
from mendloop.adapters.sandbox.bubblewrap import Bubblewrap
from mendloop.adapters.sandbox.packages import UvPackages
from mendloop.contracts.verification import TestRun
from mendloop.domain.errors import Unavailable
from tests.fakes.artifacts import InMemoryArtifacts
from tests.unit.sandbox.index import RUNNER, installed, made, serving, source_only
from tests.unit.sandbox.jobs import make_job, run_of, statuses

PROJECT = {
    "tests/test_priced.py": "def test_price():\n    import priced\n\n    assert priced.PRICE == 3\n",
    "uv.toml": '[[index]]\nurl = "http://127.0.0.1:1/simple"\ndefault = true\n',  # chooses nothing here
}
LOCK = """version = 1
requires-python = ">=3.11"

[[package]]
name = "shop"
version = "1.0"
source = {{ virtual = "." }}
dependencies = [{{ name = "priced" }}]

[[package]]
name = "priced"
version = "1.0"
source = {{ registry = "{index}" }}
wheels = [{{ url = "{index}/priced/priced-1.0-py3-none-any.whl", hash = "sha256:{digest}" }}]
"""
DECLARED = '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["priced"]\n'


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the index holds."""
    folder = tmp_path_factory.mktemp("index")
    installed(folder, *RUNNER)
    (folder / "digest").write_text(made(folder, "priced", "1.0", {"priced.py": "PRICE = 3\n"}))
    source_only(folder, "unbuilt", "1.0")
    return folder


@pytest.fixture(scope="module")
def index(shelf: Path) -> Iterator[str]:
    """Its address."""
    with serving(shelf) as address:
        yield address


@pytest.fixture
def jail() -> Iterator[None]:
    reason = Bubblewrap().unusable()
    if reason and os.environ.get("MENDLOOP_REQUIRE_CLOUD"):
        pytest.fail(f"the jail must work here: {reason}")
    if reason:
        pytest.skip(f"NO JAIL, installed packages are untested: {reason}")
    yield


def built(index: str, files: dict[str, str], packages: list[str]) -> TestRun:
    artifacts = InMemoryArtifacts()
    project = {**PROJECT, **files}
    job = make_job(artifacts, {}, project=project, regression_id="", packages=packages, timeout_seconds=60)
    ref = documents.store(artifacts, "sandbox/job.json", job)
    sandbox = build_sandbox("bubblewrap", artifacts)
    result = run_build(ref, artifacts=artifacts, packages=UvPackages(artifacts, index), sandbox=sandbox)
    stored = artifacts.read(job.result_key)
    assert stored and TestRun.model_validate_json(stored) == result, "the judge reads what was stored"
    return result


def sources(index: str, shelf: Path) -> dict[str, tuple[dict[str, str], list[str]]]:
    lock = LOCK.format(index=index, digest=(shelf / "digest").read_text())
    project = {"pyproject.toml": DECLARED}
    return {
        "requirements": ({"requirements.txt": "-r base.txt\n", "base.txt": "priced\n"}, ["requirements.txt"]),
        "declared": (project, ["pyproject.toml"]),
        "locked": ({**project, "uv.lock": lock}, ["uv.lock", "pyproject.toml"]),
    }


@pytest.mark.parametrize("source", ["requirements", "declared", "locked"])
def test_the_tests_import_what_was_installed(jail: None, index: str, shelf: Path, source: str) -> None:
    result = built(index, *sources(index, shelf)[source])
    assert result.skipped == ""
    assert statuses(run_of(result, "base", "suite")) == {"tests/test_priced.py::test_price": "passed"}
    assert result.sandbox == "bubblewrap"


def test_a_wheel_that_is_not_the_locked_one_is_refused(index: str, shelf: Path) -> None:
    files = {"pyproject.toml": DECLARED, "uv.lock": LOCK.format(index=index, digest="0" * 64)}
    result = built(index, files, ["uv.lock", "pyproject.toml"])
    assert result.runs == [] and "hash" in result.skipped.lower()


BUILDS = {
    "a source distribution": "unbuilt==1.0\n",
    "a repository": "priced @ git+https://code.example.com/priced\n",
    "itself": "-e .\n",
    "a folder": "./local\n",
}
RUNS = {
    "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n',
    "evil.py": "from pathlib import Path\nPath('{mark}').touch()\n",
}


@pytest.mark.parametrize("asked", BUILDS.values(), ids=BUILDS)
def test_nothing_is_built_since_building_runs_its_authors_code(index: str, asked: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    project = {name: text.replace("{mark}", str(mark)) for name, text in RUNS.items()}
    local = {f"local/{name}": text for name, text in project.items()}
    result = built(index, {**project, **local, "requirements.txt": asked}, ["requirements.txt"])
    assert result.runs == [] and result.skipped.startswith("the project's packages cannot be installed")
    assert not mark.exists()


def test_an_index_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\necho 'error: Request failed: error sending request for url (https://x/)' >&2\nexit 2\n")
    uv.chmod(0o755)
    artifacts = InMemoryArtifacts()
    job = make_job(artifacts, {}, project={"requirements.txt": "priced\n"}, packages=["requirements.txt"])
    with pytest.raises(Unavailable, match="the package index could not be reached"):
        UvPackages(artifacts, uv=str(uv)).install(job)

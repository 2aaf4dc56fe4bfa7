"""Projects that want a better verdict than they deserve: what is caught, and what is named because it cannot be."""

import socket
from collections.abc import Iterator

import pytest

from functions.judge_verification.verdict import FORGERY, Judge
from mendloop.adapters.sandbox import build_sandbox
from mendloop.contracts.verification import TestJob, TestOutcome, TestRun, VerificationStatus
from mendloop.domain.errors import PatchRefused
from mendloop.domain.policy import Change, PatchPolicy, check_patch
from tests.fakes.artifacts import InMemoryArtifacts
from tests.unit.sandbox.jobs import BROKEN, FIX, PROJECT, REGRESSION, make_job, run_of, statuses
from tests.unit.sandbox.test_containment import TEST, jail_works, tried

__all__ = ["jail_works"]


def verdict_on(patch: dict[str, str], project: dict[str, str] = PROJECT) -> tuple[TestJob, TestRun, VerificationStatus]:
    artifacts = InMemoryArtifacts()
    job = make_job(artifacts, patch, project=project)
    result = build_sandbox("bubblewrap", artifacts).run(job)
    return job, result, Judge(job, result, TEST).verdict().status


EARLY = {
    "os._exit in conftest": {"conftest.py": "import os\nos._exit(0)\n"},
    "sys.exit in conftest": {"conftest.py": "import sys\nsys.exit(0)\n"},
    "sys.exit when the module is imported": {"shop/prices.py": "import sys\nsys.exit(0)\n"},
    "exit at the end of the session": {
        "conftest.py": "import os\n\n\ndef pytest_sessionfinish(session):\n    os._exit(0)\n", "shop/prices.py": BROKEN,
    },
    "tests are deselected": {
        "conftest.py": "def pytest_collection_modifyitems(items):\n    items[:] = items[:1]\n",
        "shop/prices.py": BROKEN,
    },
    "everything is skipped": {
        "conftest.py": "import pytest\n\n\ndef pytest_collection_modifyitems(items):\n"
        "    for item in items:\n        item.add_marker(pytest.mark.skip)\n",
    },
    "a result file beside the real one, and pytest's own words": {
        "shop/prices.py": BROKEN + "\nfor name in ('result.json', '/job/result.json', '/work/result.json'):\n"
        "    try:\n        open(name, 'w').write('{\"status\": \"proved\"}')\n    except OSError:\n        pass\n"
        "print('3 passed in 0.01s')\nprint('{\"event\": \"finished\", \"exit\": 0}')\n",
    },
}  # fmt: skip


@pytest.mark.parametrize("patch", EARLY.values(), ids=EARLY)
def test_no_end_that_is_not_a_run_counts_as_one(patch: dict[str, str]) -> None:
    assert verdict_on({**FIX, **patch})[2] is VerificationStatus.FAILED


def test_ten_gigabytes_of_output_are_cut_off() -> None:
    job, result = tried("import os\nfor _ in range(10_000):\n    os.write(1, b'x' * 1_000_000)")
    assert run_of(result, "patched", "suite").contained == "output"
    assert Judge(job, result, TEST).verdict().status is VerificationStatus.FAILED
    assert len(result.model_dump_json()) < 200_000


@pytest.fixture
def runtime_api(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """What listens beside a function: its runtime API, or a server of credentials."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", f"127.0.0.1:{port}")
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{port}/creds")
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        yield port


def test_the_runtime_api_and_the_credentials_server_are_out_of_reach(runtime_api: int) -> None:
    job, result = tried(
        "import os, socket, pytest\n"
        "assert not [name for name in os.environ if 'AWS' in name or 'LAMBDA' in name]\n"
        f"with pytest.raises(OSError):\n    socket.create_connection(('127.0.0.1', {runtime_api}), timeout=2)\n"
        "with pytest.raises(OSError):\n    open('/proc/1/environ').read()"
    )
    session = run_of(result, "patched", "suite")
    assert statuses(session)["tests/test_probe.py::test_probe"] == "passed", session.output_tail
    assert Judge(job, result, TEST).verdict().status is VerificationStatus.PROVED


def test_results_of_another_runner_are_not_believed() -> None:
    """Forged from outside: more tests, fewer, twice the same session, and a status that the exit code belies."""
    job, result, status = verdict_on(FIX)
    assert status is VerificationStatus.PROVED
    suite = run_of(result, "patched", "suite")
    others = [run for run in result.runs if run is not suite]
    forged = {
        "extra": suite.model_copy(update={"outcomes": [*suite.outcomes, TestOutcome(test_id="x", status="passed")]}),
        "missing": suite.model_copy(update={"outcomes": suite.outcomes[1:]}),
        "exit code": suite.model_copy(update={"exit_code": 1}),
        "contained": suite.model_copy(update={"contained": "timeout"}),
    }
    for name, session in forged.items():
        run = result.model_copy(update={"runs": [*others, session]})
        assert Judge(job, run, TEST).verdict().status is VerificationStatus.FAILED, name
    twice = result.model_copy(update={"runs": [*result.runs, suite]})
    assert Judge(job, twice, TEST).verdict().status is VerificationStatus.FAILED
    alone = result.model_copy(update={"runs": [run for run in result.runs if run.kind != "regression"]})
    assert Judge(job, alone, TEST).verdict().status is not VerificationStatus.PROVED


LIAR = (
    "\nimport _pytest.runner as runner\n\ntold = runner.TestReport.from_item_and_call\n\n\n"
    "def lie(item, call):\n    report = told(item, call)\n    report.outcome = 'passed'\n    report.longrepr = None\n"
    "    return report\n\n\nrunner.TestReport.from_item_and_call = lie\n"
)


def test_code_that_takes_over_its_own_runner_is_not_excluded_and_the_page_says_so() -> None:
    """The limit of any proof inside one process. What the gate knows of such code it keeps out of a draft."""
    artifacts = InMemoryArtifacts()
    job = make_job(artifacts, {"shop/prices.py": BROKEN + LIAR, "tests/__init__.py": "import shop.prices\n"})
    result = build_sandbox("bubblewrap", artifacts).run(job)
    assert statuses(run_of(result, "patched", "regression"))[REGRESSION] == "passed"
    verdict = Judge(job, result, TEST).verdict()
    assert FORGERY in verdict.not_proved
    policy = PatchPolicy(files=3, changed_lines=60, functions=5, own_modules=frozenset({"shop", "_pytest"}))
    for code in (LIAR, LIAR.replace("_pytest.runner as runner", "pytest as runner")):
        change = Change({"shop/prices.py": BROKEN.encode()}, {"shop/prices.py": (BROKEN + code).encode()})
        with pytest.raises(PatchRefused, match="new dependency"):
            check_patch(policy, change)

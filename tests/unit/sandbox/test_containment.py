"""Hostile projects in the real jail: each is held within seconds, and the judge's verdict is right."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.judge_verification.verdict import Judge
from mendloop.adapters.sandbox import build_sandbox
from mendloop.adapters.sandbox.bubblewrap import Bubblewrap
from mendloop.contracts.draft import RegressionSource, RegressionTest
from mendloop.contracts.verification import TestJob, TestRun, VerificationStatus
from tests.fakes.artifacts import InMemoryArtifacts
from tests.unit.sandbox.jobs import FIX, PROJECT, REGRESSION, make_job, run_of, statuses

PROBE = "tests/test_probe.py"
TEST = RegressionTest(
    source=RegressionSource.FAILING_REQUEST,
    path="tests/test_regression.py",
    test_id=REGRESSION,
    expected_type="KeyError",
    expected_function="total",
)
SECRET = "SENTINEL_OF_THE_RUNNER"


@pytest.fixture(autouse=True)
def jail_works(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    reason = Bubblewrap().unusable()
    if reason and os.environ.get("MENDLOOP_REQUIRE_CLOUD"):
        pytest.fail(f"the jail must work here: {reason}")
    if reason:
        pytest.skip(f"NO JAIL, containment is untested: {reason}")
    yield


def tried(body: str, *, seconds: int = 30, top: str = "", project: dict[str, str] = PROJECT) -> tuple[TestJob, TestRun]:
    """The probe passes on the base; the patched tree replaces it by `body`. Returns job and result."""
    artifacts = InMemoryArtifacts()
    calm = {**project, PROBE: "def test_probe():\n    pass\n"}
    lines = "\n".join("    " + line for line in body.splitlines())
    patch = {**FIX, PROBE: f"{top}\n\ndef test_probe():\n{lines}\n"}
    job = make_job(artifacts, patch, project=calm, timeout_seconds=seconds)
    return job, build_sandbox("bubblewrap", artifacts).run(job)


def status(job: TestJob, result: TestRun) -> VerificationStatus:
    return Judge(job, result, TEST).verdict().status


def test_red_then_green_is_proved() -> None:
    job, result = tried("pass")
    verdict = Judge(job, result, TEST).verdict()
    assert verdict.status is VerificationStatus.PROVED
    assert (result.sandbox, result.nonce) == ("bubblewrap", job.nonce)
    assert "KeyError through total" in verdict.red
    assert verdict.suite == "3 passed, 0 failed; base: the same"
    assert statuses(run_of(result, "base", "regression")) == {REGRESSION: "failed"}


def test_witnesses_run_on_base_and_patched_head_and_not_in_the_suite() -> None:
    artifacts, file = InMemoryArtifacts(), "tests/test_regression_before1.py"
    witness = (
        "from shop.prices import total\n\n\ndef test_one():\n    assert total([{'price': 3}]) == 3\n\n\n"
        "def test_other():\n    assert total(None) == 0\n"
    )
    job = make_job(artifacts, FIX, project={**PROJECT, file: witness}, witnesses=[file])
    result = build_sandbox("bubblewrap", artifacts).run(job)
    assert statuses(run_of(result, "base", "witnesses")) == {
        f"{file}::test_one": "failed",
        f"{file}::test_other": "failed",
    }
    assert statuses(run_of(result, "patched", "witnesses"))[f"{file}::test_one"] == "passed"
    assert not any(name.startswith(file) for name in statuses(run_of(result, "patched", "suite")))
    assert status(job, result) is VerificationStatus.TESTS_PASS


HARMLESS = {
    "environment": "import os\nassert not [n for n in os.environ if n.startswith(('AWS', 'MENDLOOP', 'ANTHROPIC'))]",
    "other environments": (
        "import glob\nfor name in glob.glob('/proc/[0-9]*/environ'):\n"
        "    try:\n        text = open(name).read()\n    except OSError:\n        continue\n"
        f"    assert '{SECRET[:8]}' + '{SECRET[8:]}' not in text"
    ),
    "credential files": (
        "import os\nfor name in ('/etc/passwd', '/root/.aws', '/root/.ssh', '/home', '/var', '/run', '/opt', '/sys'):\n"
        "    assert not os.path.exists(name), name"
    ),
    "metadata and network": (
        "import socket, pytest\n"
        "for at in (('169.254.169.254', 80), ('169.254.170.2', 80), ('127.0.0.1', 4566), ('1.1.1.1', 53)):\n"
        "    with pytest.raises(OSError):\n        socket.create_connection(at, timeout=2)\n"
        "assert [name for _, name in socket.if_nameindex()] == ['lo']"
    ),
    "writing outside": (
        "import os, pytest, sys\n"
        "for folder in ('/', '/usr', '/usr/lib', '/job', '/site', '/site/pytest', sys.base_prefix, '/dev'):\n"
        "    with pytest.raises(OSError):\n        open(os.path.join(folder, 'left-behind'), 'w')\n"
        "open('/tmp/allowed', 'w').close()"
    ),
    "nobody, without a way back": (
        "import os, pytest\nassert os.getuid() not in (0,) and os.geteuid() != 0 and not os.getgroups()[1:]\n"
        "with pytest.raises(OSError):\n    os.setuid(0)\n"
        "status = open('/proc/self/status').read()\n"
        "assert 'NoNewPrivs:\\t1' in status and 'CapEff:\\t0000000000000000' in status"
    ),
    "other processes": "import glob\nassert len(glob.glob('/proc/[0-9]*')) <= 4",
    "the runner knows its own version": "import pluggy, pytest\nassert pluggy.__version__ and pytest.version_tuple",
    "our libraries": (
        "import importlib.util\nassert not any(map(importlib.util.find_spec, ('mendloop', 'boto3', 'pydantic')))"
    ),
}


@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS)
def test_nothing_can_be_stolen_or_reached(body: str) -> None:
    job, result = tried(body)
    session = run_of(result, "patched", "suite")
    assert statuses(session)["tests/test_probe.py::test_probe"] == "passed", session.output_tail
    assert status(job, result) is VerificationStatus.PROVED


HOSTILE = {
    "fork bomb": ("import os\nwhile True:\n    os.fork()", ""),
    "endless": ("while True:\n    pass", "timeout"),
    "output": ("import sys\nwhile True:\n    sys.__stdout__.write('x' * 1_000_000)", ""),
    "output beside pytest": ("import os\nwhile True:\n    os.write(1, b'x' * 1_000_000)", ""),
    "early exit, well": ("import os\nos._exit(0)", "ended early"),
    "early exit, badly": ("import os\nos._exit(3)", "ended early"),
    "kills its runner": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "ended early"),
    "memory": ("held = 'x' * (3 * 2**30)", ""),
    "disk": ("with open('/tmp/big', 'wb') as f:\n    while True:\n        f.write(b'x' * 1_000_000)", ""),
    "writes into every descriptor": (
        'import os\nline = b\'{"event": "test", "status": "passed"}\\n\'\nfor n in range(3, 64):\n'
        "    try:\n        os.write(n, line)\n    except OSError:\n        pass",
        "something else than the test runner",
    ),
    "quits pytest": ("import pytest\npytest.exit('done', returncode=0)", ""),
}


@pytest.mark.parametrize(("body", "contained"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_patch_is_contained_and_fails(body: str, contained: str) -> None:
    begun = time.monotonic()
    job, result = tried(body, seconds=15)
    assert time.monotonic() - begun < 25
    assert contained in run_of(result, "patched", "suite").contained
    assert status(job, result) is VerificationStatus.FAILED
    assert len(result.model_dump_json()) < 200_000


def test_a_hundred_megabytes_of_output_end_the_session() -> None:
    job, result = tried("pass", top="import os\nfor _ in range(100):\n    os.write(2, b'x' * 1_000_000)\nos._exit(0)")
    assert status(job, result) is VerificationStatus.FAILED


def test_missing_and_extra_ids_fail() -> None:
    job, result = tried("pass", top="def test_another():\n    pass")
    assert status(job, result) is VerificationStatus.FAILED
    artifacts = InMemoryArtifacts()
    job = make_job(artifacts, {**FIX, "tests/test_prices.py": "def test_nothing():\n    pass\n"})
    result = build_sandbox("bubblewrap", artifacts).run(job)
    verdict = Judge(job, result, TEST).verdict()
    assert verdict.status is VerificationStatus.FAILED
    assert "missing" in verdict.reason


def test_nothing_is_left_for_the_next_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    leave = (
        "import os, subprocess, sys\nassert not os.path.exists('/tmp/left')\nopen('/tmp/left', 'w').close()\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(977)'], start_new_session=True)"
    )
    for _ in range(2):
        job, result = tried(leave)
        assert status(job, result) is VerificationStatus.PROVED
    assert not list(tmp_path.iterdir())
    deadline = time.monotonic() + 10
    while any(b"time.sleep(977)" in command for command in running()):
        assert time.monotonic() < deadline, "a process of the job outlived its jail"
        time.sleep(0.1)


def running() -> Iterator[bytes]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes()


def test_a_hostile_base_is_no_failed_patch() -> None:
    artifacts = InMemoryArtifacts()
    project = {**PROJECT, PROBE: "import os\nos._exit(0)\n"}
    job = make_job(artifacts, FIX, project=project)
    result = build_sandbox("bubblewrap", artifacts).run(job)
    assert status(job, result) is VerificationStatus.SKIPPED


def test_a_test_that_fails_on_the_base_already_is_not_held_against_the_patch() -> None:
    artifacts = InMemoryArtifacts()
    project = {**PROJECT, PROBE: "def test_probe():\n    assert False\n", "tests/test_lost.py": "import nowhere\n"}
    job = make_job(artifacts, FIX, project=project)
    verdict = Judge(job, build_sandbox("bubblewrap", artifacts).run(job), TEST).verdict()
    assert verdict.status is VerificationStatus.PROVED, verdict
    assert verdict.suite == "2 passed, 2 failed; base: the same"


def test_another_failure_on_the_running_revision_is_not_reproduced() -> None:
    artifacts = InMemoryArtifacts()
    job = make_job(artifacts, FIX)
    other = TEST.model_copy(update={"expected_type": "ValueError"})
    verdict = Judge(job, build_sandbox("bubblewrap", artifacts).run(job), other).verdict()
    assert verdict.status is VerificationStatus.NOT_REPRODUCED
    assert "KeyError instead of ValueError" in verdict.reason


@pytest.mark.parametrize("command", ["python -m pytest -q", "python -m pytest -q --rootdir=../.. -c ../../pytest.ini"])
def test_a_folder_of_the_repository_may_be_the_service(command: str) -> None:
    artifacts = InMemoryArtifacts()
    inner = {f"services/shop/{path}": text for path, text in PROJECT.items()}
    patch = {f"services/shop/{path}": text for path, text in FIX.items()}
    project = {**inner, "pyproject.toml": "[tool.pytest.ini_options]\n", "pytest.ini": "[pytest]\n"}
    job = make_job(artifacts, patch, project=project, root="services/shop", test_command=command)
    test = TEST.model_copy(update={"path": "services/shop/tests/test_regression.py"})
    verdict = Judge(job, build_sandbox("bubblewrap", artifacts).run(job), test).verdict()
    assert verdict.status is VerificationStatus.PROVED, verdict

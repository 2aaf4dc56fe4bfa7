"""The judge believes a result only as far as it can check it."""

from typing import Any

import pytest

from functions.judge_verification.step import judge_verification
from mendloop import documents
from mendloop.contracts.verification import (
    PreparationSlot,
    TestRun,
    VerificationNext,
    VerificationSlot,
    VerificationStatus,
)
from tests.browser.sample import World
from tests.unit.sandbox.jobs import NONCE, make_job

PATCH = "a" * 64


def judged(result: TestRun | bytes | None, attempt: int = 1, **preparation: Any) -> VerificationSlot:
    world = World()
    job = make_job(world.artifacts, {})
    ref = documents.store(world.artifacts, "sandbox/job.json", job)
    if isinstance(result, TestRun):
        documents.store(world.artifacts, job.result_key, result)
    elif result is not None:
        world.artifacts.put(job.result_key, result)
    fields = {"attempt": attempt, "job": ref, "nonce": NONCE, "patch_sha256": PATCH, **preparation}
    execution = world.execution(preparation=PreparationSlot(**fields))
    return judge_verification(execution, artifacts=world.artifacts, incidents=world.incidents, clock=world.clock)


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (None, "left no result"),
        (b"not json", "cannot be read"),
        (TestRun(nonce="f" * 32, patch_sha256=PATCH, sandbox="bubblewrap"), "another attempt"),
        (TestRun(nonce=NONCE, patch_sha256="b" * 64, sandbox="bubblewrap"), "another patch"),
    ],
)
def test_what_cannot_be_believed_is_skipped_and_says_so(result: TestRun | bytes | None, says: str) -> None:
    slot = judged(result)
    assert slot.status is VerificationStatus.SKIPPED and says in slot.reason


def test_an_unprepared_job_is_skipped_with_the_reason() -> None:
    slot = judged(None, job=None, skipped="no test command in the catalog")
    assert slot.status is VerificationStatus.SKIPPED and slot.reason == "no test command in the catalog"
    assert slot.next is VerificationNext.REQUEST_APPROVAL


def test_a_sandbox_that_could_not_run_proves_nothing() -> None:
    slot = judged(TestRun(nonce=NONCE, patch_sha256=PATCH, sandbox="none", skipped="no namespaces here"))
    assert slot.status is VerificationStatus.SKIPPED and "no namespaces here" in slot.reason

"""The job goes into the sandbox as prepared, its result object under the job's own key."""

from functions.run_tests.step import run_tests
from mendloop import documents
from mendloop.contracts.verification import PreparationSlot, TestRun
from tests.browser.sample import World
from tests.fakes.sandbox import ScriptedSandbox
from tests.unit.sandbox.jobs import NONCE, make_job


def test_the_result_lies_where_the_job_says() -> None:
    world, sandbox = World(), ScriptedSandbox()
    job = make_job(world.artifacts, {})
    ref = documents.store(world.artifacts, "sandbox/job.json", job)
    execution = world.execution(preparation=PreparationSlot(attempt=1, job=ref, nonce=NONCE))
    slot = run_tests(execution, artifacts=world.artifacts, sandbox=sandbox)
    assert sandbox.jobs == [job] and slot.result_key == job.result_key
    stored = world.artifacts.read(job.result_key)
    assert stored and TestRun.model_validate_json(stored).nonce == NONCE
    assert slot.skipped == "no sandbox in this test"


def test_nothing_prepared_runs_nothing() -> None:
    world, sandbox = World(), ScriptedSandbox()
    execution = world.execution(preparation=PreparationSlot(attempt=1, skipped="no test command"))
    assert run_tests(execution, artifacts=world.artifacts, sandbox=sandbox).skipped == "no test command"
    assert sandbox.jobs == []

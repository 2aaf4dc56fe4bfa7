"""From a runner's report to a verdict; every case differs from a proved one in one point."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.judge_verification.step import judge_verification
from functions.judge_verification.verdict import Judge, Verdict
from mendloop import documents
from mendloop.contracts.draft import RegressionSource, RegressionTest
from mendloop.contracts.verification import (
    PreparationSlot,
    TestOutcome,
    TestRun,
    TreeRun,
    Verification,
    VerificationNext,
    VerificationStatus,
)
from mendloop.domain.verdict import Expected, difference
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.clock import FixedClock
from tests.fakes.house import INCIDENT, make_code_fix, make_execution
from tests.fakes.incidents import InMemoryIncidents
from tests.unit.sandbox.jobs import FIX, NONCE, REGRESSION, make_job

Sessions = dict[tuple[str, str], TreeRun]
TEST = RegressionTest(
    source=RegressionSource.FAILING_REQUEST,
    path="tests/test_regression.py",
    test_id=REGRESSION,
    expected_type="KeyError",
    expected_function="total",
)
FRAMES = ["tests/test_regression.py:test_it:4", "shop/prices.py:total.<locals>.<genexpr>:2", "shop/prices.py:total:2"]
RED = TestOutcome(test_id=REGRESSION, status="failed", exception_type="KeyError", frames=FRAMES)
GREEN = TestOutcome(test_id=REGRESSION, status="passed")
IDS = ("tests/test_a.py::test_a", "tests/test_b.py::test_b")


def session(tree: str, kind: str, *outcomes: TestOutcome, exit_code: int | None = 0, contained: str = "") -> TreeRun:
    return TreeRun(tree=tree, kind=kind, exit_code=exit_code, outcomes=list(outcomes), contained=contained)


def outcomes(*statuses: str) -> list[TestOutcome]:
    return [TestOutcome(test_id=name, status=status) for name, status in zip(IDS, statuses, strict=False)]


def proved() -> Sessions:
    runs = [
        session("base", "collect", *outcomes("collected", "collected")),
        session("running", "regression", RED, exit_code=1),
        session("base", "regression", RED, exit_code=1),
        session("patched", "regression", GREEN),
        session("base", "suite", *outcomes("passed", "passed")),
        session("patched", "suite", *outcomes("passed", "passed")),
    ]
    return {(run.tree, run.kind): run for run in runs}


def judged(runs: Sessions, test: RegressionTest = TEST, sandbox: str = "bubblewrap", **fields: Any) -> Verdict:
    job = make_job(InMemoryArtifacts(), FIX, **fields)
    run = TestRun(nonce=NONCE, patch_sha256=job.patch_sha256, sandbox=sandbox, runs=list(runs.values()))
    return Judge(job, run, test).verdict()


def with_session(
    tree: str, kind: str, *found: TestOutcome, exit_code: int | None = 0, contained: str = ""
) -> Callable[[], Sessions]:
    return lambda: proved() | {(tree, kind): session(tree, kind, *found, exit_code=exit_code, contained=contained)}


def without(tree: str, kind: str) -> Callable[[], Sessions]:
    return lambda: {key: run for key, run in proved().items() if key != (tree, kind)}


def changed(**fields: Any) -> TestOutcome:
    return RED.model_copy(update=fields)


def test_the_same_failure_gone_is_proved_and_what_is_not_is_named() -> None:
    verdict = judged(proved())
    assert (verdict.status, verdict.green) == (VerificationStatus.PROVED, "passed")
    assert verdict.suite == "2 passed, 0 failed; base: the same"
    assert any("deceive" in open_point for open_point in verdict.not_proved)


CASES = {
    "running passes": (with_session("running", "regression", GREEN), "not_reproduced"),
    "another type": (
        with_session("running", "regression", changed(exception_type="TypeError"), exit_code=1),
        "not_reproduced",
    ),
    "another place": (
        with_session("running", "regression", changed(frames=FRAMES[:1]), exit_code=1),
        "not_reproduced",
    ),
    "red by exit code only": (with_session("running", "regression", GREEN, exit_code=1), "not_reproduced"),
    "red by report only": (with_session("running", "regression", RED, exit_code=0), "not_reproduced"),
    "skipped": (with_session("running", "regression", changed(status="skipped")), "not_reproduced"),
    "fixed on the base": (with_session("base", "regression", GREEN), "not_reproduced"),
    "running is gone": (without("running", "regression"), "tests_pass"),
    "running cannot import": (
        with_session("running", "regression", changed(test_id="tests/test_regression.py", status="error"), exit_code=2),
        "tests_pass",
    ),
    "running hangs": (with_session("running", "regression", exit_code=None, contained="timeout"), "tests_pass"),
    "still red": (with_session("patched", "regression", RED, exit_code=1), "failed"),
    "green by report only": (with_session("patched", "regression", GREEN, exit_code=3), "failed"),
    "green is missing": (with_session("patched", "regression"), "failed"),
    "green of another test": (with_session("patched", "regression", outcomes("passed")[0]), "failed"),
    "green and another": (with_session("patched", "regression", GREEN, *outcomes("passed")), "failed"),
    "patched regression hangs": (
        with_session("patched", "regression", exit_code=None, contained="timeout"),
        "failed",
    ),
    "worse": (with_session("patched", "suite", *outcomes("passed", "failed"), exit_code=1), "failed"),
    "newly skipped": (with_session("patched", "suite", *outcomes("passed", "skipped")), "failed"),
    "an id is missing": (with_session("patched", "suite", *outcomes("passed")), "failed"),
    "an id too many": (
        with_session("patched", "suite", *outcomes("passed", "passed"), TestOutcome(test_id="x", status="passed")),
        "failed",
    ),
    "exit code disagrees": (with_session("patched", "suite", *outcomes("passed", "passed"), exit_code=3), "failed"),
    "patched suite stopped": (
        with_session("patched", "suite", *outcomes("passed", "passed"), exit_code=None, contained="output"),
        "failed",
    ),
    "no patched suite": (without("patched", "suite"), "failed"),
    "base stopped": (with_session("base", "suite", exit_code=None, contained="timeout"), "skipped"),
    "base not collected": (without("base", "collect"), "skipped"),
    "base runs other ids": (with_session("base", "suite", *outcomes("passed")), "skipped"),
    "base does not know its options": (with_session("base", "collect", exit_code=4), "skipped"),
}


@pytest.mark.parametrize(("runs", "status"), CASES.values(), ids=CASES)
def test_one_point_off_is_not_proved(runs: Callable[[], Sessions], status: str) -> None:
    verdict = judged(runs())
    assert verdict.status.value == status, verdict
    assert verdict.reason.endswith(".") and len(verdict.reason) <= 301


def witnessed(*patched: str) -> Sessions:
    base = session("base", "witnesses", *outcomes("failed", "error"), exit_code=1)
    runs = {("base", "witnesses"): base}
    if patched:
        runs[("patched", "witnesses")] = session("patched", "witnesses", *outcomes(*patched))
    return proved() | runs


def test_all_that_the_commit_took_away_must_be_green_for_a_proof() -> None:
    assert judged(witnessed("passed", "passed")).status is VerificationStatus.PROVED
    half = judged(witnessed("passed", "failed"))
    assert half.status is VerificationStatus.TESTS_PASS
    assert f"of 2 other tests that the commit broke 1 stay red, e.g. {IDS[1]}" in half.reason
    assert any("the commit broke" in said for said in half.not_proved)


def test_a_test_that_is_green_on_the_base_says_nothing_about_the_patch() -> None:
    green = session("base", "witnesses", *outcomes("passed", "skipped"))
    red = session("patched", "witnesses", *outcomes("failed", "failed"), exit_code=1)
    runs = proved() | {("base", "witnesses"): green, ("patched", "witnesses"): red}
    assert judged(runs).status is VerificationStatus.PROVED


def test_tests_that_were_not_asked_on_the_patched_head_are_not_green() -> None:
    assert judged(witnessed()).status is VerificationStatus.TESTS_PASS


def test_a_failure_that_the_base_has_too_is_not_held_against_the_patch() -> None:
    both = {
        (tree, "suite"): session(tree, "suite", *outcomes("passed", "failed"), exit_code=1)
        for tree in ("base", "patched")
    }
    verdict = judged(proved() | both)
    assert verdict.status is VerificationStatus.PROVED
    assert verdict.suite == "1 passed, 1 failed; base: the same"


def test_without_a_regression_test_nothing_is_proved_however_green_the_suite() -> None:
    none = RegressionTest(source=RegressionSource.NONE, reason="No failing request was kept.")
    runs = {key: run for key, run in proved().items() if key[1] != "regression"}
    verdict = judged(runs, none, regression_id="")
    assert verdict.status is VerificationStatus.NOT_REPRODUCED
    assert "No failing request was kept" in verdict.reason
    assert verdict.suite == "2 passed, 0 failed; base: the same"


def test_no_test_of_its_own_is_said() -> None:
    empty = {
        (tree, kind): session(tree, kind, exit_code=5)
        for tree, kind in (("base", "collect"), ("base", "suite"), ("patched", "suite"))
    }
    verdict = judged(proved() | empty)
    assert verdict.status is VerificationStatus.PROVED
    assert any("nothing else broke" in point for point in verdict.not_proved)


def test_a_test_that_was_compared_with_no_trace_says_so() -> None:
    assert not any("no stack trace" in one for one in judged(proved()).not_proved)
    untraced = TEST.model_copy(update={"expected_type": "", "expected_function": ""})
    assert any("no stack trace" in one for one in judged(proved(), untraced).not_proved)


GOOD = "1" * 40
UNTRACED = TEST.model_copy(update={"expected_type": "", "expected_function": "", "green_at": GOOD})
RAN_WELL = {("good", "regression"): session("good", "regression", GREEN)}


def test_without_a_type_to_compare_nothing_is_the_same_failure() -> None:
    untyped = UNTRACED.model_copy(update={"green_at": ""})
    assert judged(proved() | RAN_WELL, untyped).status is VerificationStatus.NOT_REPRODUCED


def test_what_a_failed_deployment_took_away_is_shown_by_what_ran_well_and_never_called_proved() -> None:
    verdict = judged(proved() | RAN_WELL, UNTRACED)
    assert verdict.status is VerificationStatus.TESTS_PASS
    assert verdict.reason.startswith("Green on 111111111111, which ran well, red on the failed revision")
    assert any("no stack trace" in one for one in verdict.not_proved)


UNSHOWN = {
    "red before": (session("good", "regression", RED, exit_code=1), "not_reproduced"),
    "could not run before": (session("good", "regression", exit_code=None, contained="timeout"), "not_reproduced"),
    "green by report only": (session("good", "regression", GREEN, exit_code=1), "not_reproduced"),
    "green on what failed": (session("running", "regression", GREEN), "not_reproduced"),
    "repaired on the base": (session("base", "regression", GREEN), "not_reproduced"),
    "not cured": (session("patched", "regression", RED, exit_code=1), "failed"),
}


@pytest.mark.parametrize(("run", "status"), UNSHOWN.values(), ids=UNSHOWN)
def test_what_a_failed_deployment_took_away_must_be_shown_on_every_tree(run: TreeRun, status: str) -> None:
    assert judged(proved() | RAN_WELL | {(run.tree, run.kind): run}, UNTRACED).status == status


def test_a_revision_that_ran_well_and_is_gone_shows_nothing() -> None:
    assert judged(proved(), UNTRACED).status is VerificationStatus.NOT_REPRODUCED


@pytest.mark.parametrize("sandbox", ["unsandboxed", "isolated_function"])
def test_a_weaker_sandbox_is_named(sandbox: str) -> None:
    assert len(judged(proved(), sandbox=sandbox).not_proved) == len(judged(proved()).not_proved) + 1


def test_two_sessions_of_one_name_are_none() -> None:
    job = make_job(InMemoryArtifacts(), FIX)
    runs = [*proved().values(), proved()["patched", "regression"]]
    run = TestRun(nonce=NONCE, patch_sha256=job.patch_sha256, sandbox="bubblewrap", runs=runs)
    assert Judge(job, run, TEST).verdict().status is VerificationStatus.FAILED


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("JSONDecodeError", "json.decoder.JSONDecodeError", True),
        ("json.decoder.JSONDecodeError", "JSONDecodeError", True),
        ("Error", "KeyError", False),
        ("KeyError", "", False),
        ("", "KeyError", False),
    ],
)
def test_exception_names_agree_with_or_without_their_module(expected: str, actual: str, same: bool) -> None:
    assert (not difference(Expected(expected, "", ""), actual, [])) is same


def test_passing_through_a_method_of_that_name_counts_but_not_in_the_test_itself() -> None:
    expected = Expected("KeyError", "Order.total", "tests/test_it.py")
    assert not difference(expected, "KeyError", ["shop/a.py:Order.total:3", "shop/b.py:price:1"])
    assert difference(expected, "KeyError", ["tests/test_it.py:Order.total:3"])
    assert difference(expected, "KeyError", ["shop/a.py:Basket.total:3"])


def test_a_test_made_from_a_line_and_its_words_must_fail_there_and_so() -> None:
    made = TEST.model_copy(
        update={"expected_lines": {"running": (2, 3), "base": (2, 3)}, "expected_message": "'price'"}
    )
    told = changed(message="E  KeyError: 'price'")
    runs = proved() | {
        (tree, "regression"): session(tree, "regression", told, exit_code=1) for tree in ("running", "base")
    }
    verdict = judged(runs, made)
    assert verdict.status is VerificationStatus.PROVED
    assert any("stand-ins" in open_point for open_point in verdict.not_proved)
    for update, said in (
        ({"expected_message": "'other'"}, "with other words"),
        ({"expected_lines": {"running": (4, 9)}}, "not through total, line 4"),
    ):
        verdict = judged(runs, made.model_copy(update=update))
        assert verdict.status is VerificationStatus.NOT_REPRODUCED and said in verdict.reason


@pytest.mark.parametrize(
    ("runs", "attempt", "leads_to"),
    [
        (proved(), 1, VerificationNext.REQUEST_APPROVAL),
        (without("running", "regression")(), 1, VerificationNext.REQUEST_APPROVAL),
        (without("base", "collect")(), 3, VerificationNext.REQUEST_APPROVAL),
        (without("patched", "suite")(), 1, VerificationNext.REDRAFT),
        (without("patched", "suite")(), 2, VerificationNext.REDRAFT),
        (without("patched", "suite")(), 3, VerificationNext.FILE_TICKET),
        (with_session("base", "regression", GREEN)(), 1, VerificationNext.REDRAFT),
        (with_session("base", "regression", GREEN)(), 3, VerificationNext.FILE_TICKET),
    ],
)
def test_where_it_goes_from_here(runs: Sessions, attempt: int, leads_to: VerificationNext) -> None:
    artifacts, incidents = InMemoryArtifacts(), InMemoryIncidents()
    draft = documents.store(artifacts, "draft.json", make_code_fix(regression=TEST))
    job = make_job(artifacts, FIX, draft=draft)
    run = TestRun(nonce=NONCE, patch_sha256=job.patch_sha256, sandbox="bubblewrap", runs=list(runs.values()))
    documents.store(artifacts, job.result_key, run)
    slots = {
        "draft": {"kind": "code_fix", "ref": draft, "attempt": attempt},
        "preparation": PreparationSlot(
            attempt=attempt,
            job=documents.store(artifacts, "sandbox/job.json", job),
            nonce=NONCE,
            patch_sha256=job.patch_sha256,
            draft=draft,
        ),
    }
    slot = judge_verification(make_execution(**slots), artifacts=artifacts, incidents=incidents, clock=FixedClock())
    assert slot.next is leads_to
    assert documents.load(artifacts, slot.ref, Verification).draft_sha256 == draft.sha256
    assert [entry.step for entry in incidents.timeline(INCIDENT)] == ["judge_verification"]

"""Judge verification: how far the draft is proved, from the runner's result as far as it can be checked."""

from pydantic import ValidationError

from functions.judge_verification.verdict import Judge, Verdict
from mendloop import documents
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import TimelineEntry
from mendloop.contracts.verification import (
    PreparationSlot,
    TestJob,
    TestRun,
    Verification,
    VerificationNext,
    VerificationSlot,
    VerificationStatus,
)
from mendloop.domain.errors import Misconfigured
from mendloop.ports import ArtifactStore, Clock, IncidentStore

MOST_ATTEMPTS = 3
_NOTHING_RUN = "Nothing was run: neither that the failure is cured, nor that nothing else broke."
_NEXT = {
    VerificationStatus.PROVED: VerificationNext.REQUEST_APPROVAL,
    VerificationStatus.TESTS_PASS: VerificationNext.REQUEST_APPROVAL,
    VerificationStatus.SKIPPED: VerificationNext.REQUEST_APPROVAL,
    VerificationStatus.NOT_REPRODUCED: VerificationNext.FILE_TICKET,
}


def judge_verification(
    execution: Execution, *, artifacts: ArtifactStore, incidents: IncidentStore, clock: Clock
) -> VerificationSlot:
    """A result that is missing, stale or unreadable is `skipped`: an absent proof is no failed proof."""
    preparation = execution.preparation
    if execution.draft is None or preparation is None:
        raise Misconfigured("a verdict needs draft and preparation; one slot is empty")
    draft = preparation.draft or execution.draft.ref
    job = documents.load(artifacts, preparation.job, TestJob) if preparation.job else None
    run, problem = _result(preparation, job, artifacts)
    if job is None or run is None:
        verdict = Verdict(VerificationStatus.SKIPPED, problem)
    else:
        fix = documents.load(artifacts, draft, CodeFix)
        verdict = Judge(job, run, fix.regression).verdict()
    ref = _stored(execution, draft, job, run, verdict, artifacts)
    what = f"Verification: {verdict.status.replace('_', ' ')}. {verdict.reason}"
    incidents.note(execution.incident_id, TimelineEntry(at=clock.now(), step="judge_verification", what=what))
    return VerificationSlot(
        status=verdict.status,
        ref=ref,
        reason=verdict.reason,
        next=_next(verdict.status, preparation.attempt),
        attempt=preparation.attempt,
    )


def _result(preparation: PreparationSlot, job: TestJob | None, artifacts: ArtifactStore) -> tuple[TestRun | None, str]:
    """The result of this very attempt, or one sentence why there is none."""
    if job is None:
        return None, preparation.skipped or "Nothing was prepared."
    content = artifacts.read(job.result_key)
    if content is None:
        return None, "The runner left no result."
    try:
        run = TestRun.model_validate_json(content)
    except ValidationError:
        return None, "The runner's result cannot be read."
    if run.nonce != preparation.nonce or job.nonce != preparation.nonce:
        return None, "The runner's result is of another attempt."
    if run.patch_sha256 != preparation.patch_sha256 or job.patch_sha256 != preparation.patch_sha256:
        return None, "The runner's result is of another patch."
    return run, ""


def _stored(
    execution: Execution,
    draft: ArtifactRef,
    job: TestJob | None,
    run: TestRun | None,
    verdict: Verdict,
    artifacts: ArtifactStore,
) -> ArtifactRef:
    skipped = verdict.status is VerificationStatus.SKIPPED
    document = Verification(
        incident_id=execution.incident_id,
        status=verdict.status,
        reason=verdict.reason,
        red=verdict.red,
        green=verdict.green,
        suite=verdict.suite,
        commands=_commands(job) if job and run and run.runs else [],
        output_tail=verdict.output_tail,
        not_proved=[*([_NOTHING_RUN] if skipped else []), *verdict.not_proved],
        sandbox=run.sandbox if run else "none",
        draft_sha256=draft.sha256,
    )
    attempt = execution.preparation.nonce[:12] if execution.preparation else ""
    name = f"verification-{attempt}.json" if attempt else "verification.json"
    return documents.store(artifacts, documents.key(execution.incident_id, "judge_verification", name), document)


def _commands(job: TestJob) -> list[str]:
    regression = [f"{job.test_command} {job.regression_id}"] if job.regression_id else []
    return [*regression, job.test_command]


def _next(status: VerificationStatus, attempt: int) -> VerificationNext:
    if status is VerificationStatus.FAILED:
        return VerificationNext.REDRAFT if attempt < MOST_ATTEMPTS else VerificationNext.FILE_TICKET
    return _NEXT[status]

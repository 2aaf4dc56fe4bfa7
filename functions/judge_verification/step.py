"""Judge verification: how far the draft is proved, from the runner's result as far as it can be checked."""

from pydantic import ValidationError

from functions.judge_verification.judged import judged, next_after
from mendloop import documents
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import TimelineEntry
from mendloop.contracts.verification import PreparationSlot, TestJob, TestRun, VerificationSlot
from mendloop.domain.errors import Misconfigured
from mendloop.ports import ArtifactStore, Clock, IncidentStore


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
    fix = documents.load(artifacts, draft, CodeFix) if job and run else None
    verdict = judged(execution.incident_id, draft.sha256, fix, job, run, problem)
    name = f"verification-{preparation.nonce[:12]}.json" if preparation.nonce else "verification.json"
    ref = documents.store(artifacts, documents.key(execution.incident_id, "judge_verification", name), verdict)
    what = f"Verification: {verdict.status.replace('_', ' ')}. {verdict.reason}"
    incidents.note(execution.incident_id, TimelineEntry(at=clock.now(), step="judge_verification", what=what))
    return VerificationSlot(
        status=verdict.status,
        ref=ref,
        reason=verdict.reason,
        next=next_after(verdict.status, preparation.attempt, tested=bool(job and job.regression_id)),
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

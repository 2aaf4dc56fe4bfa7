"""From a runner's result to the stored verdict, and where it leads."""

from functions.judge_verification.verdict import Judge, Verdict
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.verification import TestJob, TestRun, Verification, VerificationNext, VerificationStatus
from mendloop.domain.verdict import MOST_ATTEMPTS

_NOTHING_RUN = "Nothing was run: neither that the failure is cured, nor that nothing else broke."
_NEXT = {
    VerificationStatus.PROVED: VerificationNext.REQUEST_APPROVAL,
    VerificationStatus.TESTS_PASS: VerificationNext.REQUEST_APPROVAL,
    VerificationStatus.SKIPPED: VerificationNext.REQUEST_APPROVAL,
    VerificationStatus.NOT_REPRODUCED: VerificationNext.FILE_TICKET,
}


def judged(
    incident_id: str, draft_sha256: str, fix: CodeFix | None, job: TestJob | None, run: TestRun | None, problem: str
) -> Verification:
    """The verdict on a result. Without one it is `skipped`: an absent proof is no failed proof."""
    if fix is None or job is None or run is None:
        verdict = Verdict(VerificationStatus.SKIPPED, problem)
    else:
        verdict = Judge(job, run, fix.regression).verdict()
    skipped = verdict.status is VerificationStatus.SKIPPED
    return Verification(
        incident_id=incident_id,
        status=verdict.status,
        reason=verdict.reason,
        red=verdict.red,
        green=verdict.green,
        suite=verdict.suite,
        commands=_commands(job) if job and run and run.runs else [],
        output_tail=verdict.output_tail,
        not_proved=[*([_NOTHING_RUN] if skipped else []), *verdict.not_proved],
        sandbox=run.sandbox if run else "none",
        draft_sha256=draft_sha256,
    )


def next_after(status: VerificationStatus, attempt: int, *, tested: bool) -> VerificationNext:
    """While attempts are left: another draft after a failed proof, and after a test that did not show the failure.

    `tested`: the draft had a regression test; without one another draft would be told no more than this one.
    """
    if status is VerificationStatus.FAILED or (status is VerificationStatus.NOT_REPRODUCED and tested):
        return VerificationNext.REDRAFT if attempt < MOST_ATTEMPTS else VerificationNext.FILE_TICKET
    return _NEXT[status]


def _commands(job: TestJob) -> list[str]:
    regression = [f"{job.test_command} {job.regression_id}"] if job.regression_id else []
    return [*regression, job.test_command]

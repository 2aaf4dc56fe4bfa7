"""A sandbox that runs nothing."""

from collections.abc import Callable

from mendloop.contracts.verification import TestJob, TestRun


class ScriptedSandbox:
    """Answers with what `script` makes of the job; without one, every run is skipped."""

    def __init__(self, script: Callable[[TestJob], TestRun] | None = None) -> None:
        self._script = script
        self.jobs: list[TestJob] = []

    def run(self, job: TestJob) -> TestRun:
        self.jobs.append(job)
        if self._script:
            return self._script(job)
        return TestRun(
            nonce=job.nonce, patch_sha256=job.patch_sha256, sandbox="none", skipped="no sandbox in this test"
        )

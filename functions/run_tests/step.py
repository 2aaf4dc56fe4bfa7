"""Run tests: the job goes into the sandbox, its result object under the job's key. No verdict here."""

from mendloop import documents
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import TestJob, TestRun, TestRunSlot
from mendloop.domain.errors import MendloopError
from mendloop.ports import ArtifactStore, Packages, Sandbox


def run_tests(execution: Execution, *, artifacts: ArtifactStore, sandbox: Sandbox) -> TestRunSlot:
    """Run the prepared job. No timeline entry: the function may touch one prefix only, and the judge tells the story.

    ContentChanged when the job or a tree is not what was prepared; Retryable when the bucket is down.
    """
    preparation = execution.preparation
    if preparation is None or preparation.job is None:
        return TestRunSlot(skipped=preparation.skipped if preparation else "nothing was prepared")
    job = documents.load(artifacts, preparation.job, TestJob)
    result = sandbox.run(job)
    documents.store(artifacts, job.result_key, result)
    return TestRunSlot(result_key=job.result_key, skipped=result.skipped)


def run_build(ref: ArtifactRef, *, artifacts: ArtifactStore, packages: Packages, sandbox: Sandbox) -> TestRun:
    """As `run_tests`, in a build: what the project asks for is installed first, while no project code runs.

    What cannot be installed is the result: skipped, with the reason.
    """
    job = documents.load(artifacts, ref, TestJob)
    try:
        environment = packages.install(job) if job.packages else job.environment
    except MendloopError as error:
        result = TestRun(nonce=job.nonce, patch_sha256=job.patch_sha256, sandbox="none", skipped=str(error))
    else:
        result = sandbox.run(job.model_copy(update={"environment": environment}))
    documents.store(artifacts, job.result_key, result)
    return result

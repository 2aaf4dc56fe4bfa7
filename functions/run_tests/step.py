"""Run tests: the job goes into the sandbox, its result object under the job's key. No verdict here."""

from mendloop import documents
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import TestJob, TestRunSlot
from mendloop.ports import ArtifactStore, Sandbox


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

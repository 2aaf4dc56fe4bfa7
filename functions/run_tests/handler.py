"""Run tests: wiring only. A Lambda calls `handler`; a build runs this module with the job's reference as JSON."""

import sys

from functions.run_tests.step import run_build, run_tests
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import TestRunSlot
from mendloop.runtime.entry import step
from mendloop.runtime.settings import Settings
from mendloop.runtime.wiring import Wiring


@step("run_tests")
def handler(execution: Execution, wiring: Wiring) -> TestRunSlot:
    return run_tests(execution, artifacts=wiring.artifacts, sandbox=wiring.sandbox())


def build(job: str) -> str:
    """What a log may say. Ends well whenever a result lies in the store: what it is worth, the judge says."""
    ref, wiring = ArtifactRef.model_validate_json(job), Wiring(Settings.read())
    result = run_build(ref, artifacts=wiring.artifacts, packages=wiring.packages(), sandbox=wiring.sandbox())
    return f"{len(result.runs)} sessions were run. {result.skipped}".strip()


if __name__ == "__main__":
    print(build(sys.argv[1]))

"""Run tests: wiring only."""

from functions.run_tests.step import run_tests
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import TestRunSlot
from mendloop.runtime.entry import step
from mendloop.runtime.wiring import Wiring


@step("run_tests")
def handler(execution: Execution, wiring: Wiring) -> TestRunSlot:
    return run_tests(execution, artifacts=wiring.artifacts, sandbox=wiring.sandbox())

"""Judge verification: wiring only."""

from functions.judge_verification.step import judge_verification
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import VerificationSlot
from mendloop.runtime.entry import step
from mendloop.runtime.wiring import Wiring


@step("judge_verification")
def handler(execution: Execution, wiring: Wiring) -> VerificationSlot:
    return judge_verification(execution, artifacts=wiring.artifacts, incidents=wiring.incidents, clock=wiring.clock)

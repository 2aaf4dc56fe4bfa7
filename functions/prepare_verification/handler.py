"""Prepare verification: wiring only."""

import secrets

from functions.prepare_verification.step import prepare_verification
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import PreparationSlot
from mendloop.runtime.entry import step
from mendloop.runtime.wiring import Wiring


@step("prepare_verification")
def handler(execution: Execution, wiring: Wiring) -> PreparationSlot:
    return prepare_verification(
        execution,
        artifacts=wiring.artifacts,
        incidents=wiring.incidents,
        decisions=wiring.decisions,
        catalogs=wiring.catalogs,
        code_host=wiring.code_host,
        clock=wiring.clock,
        nonce=lambda: secrets.token_hex(16),
        runner=wiring.settings.runner,
    )

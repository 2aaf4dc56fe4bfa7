"""Settle decision: wiring only."""

from functions.settle_decision.step import settle_decision
from mendloop.contracts.approval import DecisionSlot
from mendloop.contracts.execution import Execution
from mendloop.runtime.entry import step
from mendloop.runtime.wiring import Wiring


@step("settle_decision")
def handler(execution: Execution, wiring: Wiring) -> DecisionSlot:
    return settle_decision(
        execution, decisions=wiring.decisions, incidents=wiring.incidents, audit=wiring.audit, clock=wiring.clock
    )

"""Draft patch: wiring only."""

from functions.draft_patch.drafters.registry import drafters
from functions.draft_patch.step import draft_patch
from mendloop.contracts.draft import DraftSlot
from mendloop.contracts.execution import Execution
from mendloop.runtime.entry import measured, step
from mendloop.runtime.wiring import Wiring


@step("draft_patch")
def handler(execution: Execution, wiring: Wiring) -> DraftSlot:
    slot = draft_patch(
        execution,
        artifacts=wiring.artifacts,
        incidents=wiring.incidents,
        decisions=wiring.decisions,
        catalogs=wiring.catalogs,
        switch=wiring.switch,
        code_host=wiring.code_host,
        drafter=drafters(wiring.model, lambda: wiring.ledger, wiring.clock, wiring.artifacts),
        clock=wiring.clock,
    )
    if slot.spending:
        measured("draft_patch", slot.spending.figures())
    return slot

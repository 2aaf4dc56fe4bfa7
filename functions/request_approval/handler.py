"""Request approval: wiring only."""

from functions.request_approval.step import request_approval
from mendloop.contracts.approval import ApprovalSlot
from mendloop.contracts.execution import Execution
from mendloop.runtime.entry import step
from mendloop.runtime.wiring import Wiring


@step("request_approval")
def handler(execution: Execution, wiring: Wiring) -> ApprovalSlot:
    return request_approval(
        execution,
        artifacts=wiring.artifacts,
        incidents=wiring.incidents,
        decisions=wiring.decisions,
        catalogs=wiring.catalogs,
        signer=wiring.signer,
        audit=wiring.audit,
        mailer=wiring.mailer,
        clock=wiring.clock,
        site_url=wiring.settings.need("site_url"),
    )

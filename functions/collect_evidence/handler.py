"""Lambda: the state "Collect evidence"."""

from functions.collect_evidence.step import collect_evidence
from mendloop.contracts.evidence import EvidenceSlot
from mendloop.contracts.execution import Execution
from mendloop.runtime.entry import step
from mendloop.runtime.wiring import Wiring


@step("collect_evidence")
def handler(execution: Execution, wiring: Wiring) -> EvidenceSlot:
    """`$.evidence`."""
    return collect_evidence(
        execution,
        artifacts=wiring.artifacts,
        incidents=wiring.incidents,
        telemetry=wiring.telemetry_at(execution.trigger.account, execution.trigger.region),
        catalogs=wiring.catalogs,
        workflow=wiring.workflow,
        clock=wiring.clock,
    )

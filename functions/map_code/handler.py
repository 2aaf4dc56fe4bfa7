"""Map code: wiring only."""

from functools import cache

from functions.map_code.kept import Kept
from functions.map_code.step import map_code
from mendloop.contracts.execution import Execution
from mendloop.contracts.mapping import MappingSlot
from mendloop.runtime.entry import step
from mendloop.runtime.wiring import Wiring


@step("map_code")
def handler(execution: Execution, wiring: Wiring) -> MappingSlot:
    return map_code(
        execution,
        artifacts=wiring.artifacts,
        incidents=wiring.incidents,
        telemetry=wiring.telemetry_at(execution.trigger.account, execution.trigger.region),
        catalogs=wiring.catalogs,
        code_host=wiring.code_host,
        clock=wiring.clock,
        kept=_kept(),
    )


@cache
def _kept() -> Kept:
    """One for all invocations of this process."""
    return Kept()

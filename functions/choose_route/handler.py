"""Choose route: wiring only."""

from functions.choose_route.step import choose_route
from mendloop.contracts.execution import Execution
from mendloop.contracts.route import RouteSlot
from mendloop.runtime.entry import step
from mendloop.runtime.wiring import Wiring


@step("choose_route")
def handler(execution: Execution, wiring: Wiring) -> RouteSlot:
    return choose_route(
        execution,
        artifacts=wiring.artifacts,
        incidents=wiring.incidents,
        catalogs=wiring.catalogs,
        switch=wiring.switch,
        clock=wiring.clock,
    )

"""The scenarios by name. To add one: a module with a `SCENARIO`, a line in `_MODULES`, its end in `tests/scenarios`."""

from collections.abc import Mapping

from mendloop.cli.demo.production.scenarios import (
    dependency_timeout,
    failed_deployment,
    fixed_already,
    missing_value,
    paused,
    regression,
    storm,
    two_faults,
)
from mendloop.cli.demo.production.scenarios.scenario import Scenario
from mendloop.domain.errors import Misconfigured

_MODULES = (
    regression,
    missing_value,
    dependency_timeout,
    failed_deployment,
    fixed_already,
    two_faults,
    storm,
    paused,
)

SCENARIOS: Mapping[str, Scenario] = {module.SCENARIO.name: module.SCENARIO for module in _MODULES}


def known(name: str) -> Scenario:
    """The scenario of that name; Misconfigured names those there are."""
    if name not in SCENARIOS:
        raise Misconfigured(f"there is no scenario {name!r}; choose one of {', '.join(SCENARIOS)}")
    return SCENARIOS[name]

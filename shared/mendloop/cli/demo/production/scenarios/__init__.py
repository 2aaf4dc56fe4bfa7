"""The scenarios by name."""

from collections.abc import Callable, Mapping

from mendloop.cli.demo.production.models import Plan
from mendloop.cli.demo.production.scenarios import fixed_already, missing_value, regression, two_faults
from mendloop.cli.demo.production.world import World

SCENARIOS: Mapping[str, Callable[[World], Plan]] = {
    "regression": regression.plan,
    "missing-value": missing_value.plan,
    "fixed-already": fixed_already.plan,
    "two-faults": two_faults.plan,
}

"""The regression again, but the default branch has its repair already."""

from dataclasses import replace

from mendloop.cli.demo.production import history
from mendloop.cli.demo.production.models import Plan
from mendloop.cli.demo.production.scenarios import regression
from mendloop.cli.demo.production.scenarios.scenario import Scenario
from mendloop.cli.demo.production.world import World


def plan(world: World) -> Plan:
    """A regression whose repair is the last commit, not deployed."""
    broken = regression.plan(world)
    placed = next(placed for placed in world.features if placed.path == broken.faults[0].path)
    return replace(broken, changes=(*broken.changes, history.repair(world, placed)))


SCENARIO = Scenario(
    name="fixed-already",
    happens="the default branch has the repair already, it is not deployed",
    ends="closed: fixed on the default branch in that commit, not deployed",
    plan=plan,
)

"""The regression again, but the default branch has its repair already."""

from dataclasses import replace

from mendloop.cli.demo.production import history
from mendloop.cli.demo.production.models import Change, Edit, Plan
from mendloop.cli.demo.production.scenarios import regression
from mendloop.cli.demo.production.scenarios.scenario import Scenario
from mendloop.cli.demo.production.world import World


def plan(world: World) -> Plan:
    """A regression whose repair stands on the default branch: the old guard again, or one in other words."""
    broken = regression.plan(world)
    (fault,) = broken.faults
    placed = next(placed for placed in world.features if placed.path == fault.path)
    repaired = len(broken.changes)
    after = Change("Prepare another version", world.author(), {}, (Edit("pyproject.toml", '"1.2.0"', '"1.2.1"'),))
    changes = (*broken.changes, history.repair(world, placed, anew=world.random.random() < 0.5), after)
    return replace(broken, changes=changes, faults=(replace(fault, repaired=repaired),))


SCENARIO = Scenario(
    name="fixed-already",
    happens="the default branch has the repair already, it is not deployed",
    ends="closed: fixed on the default branch in that commit, not deployed",
    plan=plan,
)

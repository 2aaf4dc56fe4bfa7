"""The latest deployed commit broke one code path."""

from mendloop.cli.demo.production import history
from mendloop.cli.demo.production.models import Plan
from mendloop.cli.demo.production.scenarios.scenario import Scenario
from mendloop.cli.demo.production.world import World


def plan(world: World) -> Plan:
    """A suspect hours old, innocent commits after it."""
    placed = world.random.choice(world.features)
    weaken = not world.logs_requests
    changes = history.growth(world, guarded={placed.feature.key} if weaken else set())
    deployed = len(changes)
    changes.append(history.careless(world, placed, weaken=weaken))
    changes += history.afterwards(world, placed)
    return Plan(tuple(changes), deployed, (history.fault(placed, deployed),), history.healthy(world))


SCENARIO = Scenario(
    name="regression",
    happens="the latest deployed commit broke one code path",
    ends="a pull request that undoes it, proved red and green",
    plan=plan,
)

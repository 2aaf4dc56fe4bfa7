"""Two careless commits, two exceptions, one alarm."""

from mendloop.cli.demo.production import history
from mendloop.cli.demo.production.models import Plan
from mendloop.cli.demo.production.scenarios.scenario import Scenario
from mendloop.cli.demo.production.world import World


def plan(world: World) -> Plan:
    """Two suspects in two features, both deployed."""
    both = world.random.sample(world.features, 2)
    weaken = not world.logs_requests
    changes = history.growth(world, guarded={placed.feature.key for placed in both} if weaken else set())
    faults = []
    for placed in both:
        faults.append(history.fault(placed, len(changes)))
        changes.append(history.careless(world, placed, weaken=weaken))
    deployed = len(changes) - 1
    changes += history.afterwards(world, both[0])
    return Plan(tuple(changes), deployed, tuple(faults), history.healthy(world))


SCENARIO = Scenario(
    name="two-faults",
    happens="one alarm, two different exceptions",
    ends="two incidents, linked with each other",
    plan=plan,
    incidents=2,
)

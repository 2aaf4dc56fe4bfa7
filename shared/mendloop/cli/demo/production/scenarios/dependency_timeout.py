"""The service asks another one, which does not answer any more."""

from mendloop.cli.demo.production import history
from mendloop.cli.demo.production.models import Plan
from mendloop.cli.demo.production.scenarios.scenario import Scenario
from mendloop.cli.demo.production.world import World


def plan(world: World) -> Plan:
    """The deployed commit touched the function that asks, and is innocent."""
    asking = world.neighbour()
    world.features.insert(world.random.randrange(len(world.features)), asking)
    changes = history.growth(world, guarded=set())
    deployed = len(changes)
    changes.append(history.careless(world, asking, weaken=False))
    changes += history.afterwards(world, asking)
    faults = (history.fault(asking, -1),)
    return Plan(tuple(changes), deployed, faults, history.healthy(world), neighbour="WAREHOUSE_URL")


SCENARIO = Scenario(
    name="dependency-timeout",
    happens="something that the service asks does not answer; the latest commit to the asking function is innocent",
    ends="a ticket with the reason code `dependency_timeout`, nothing is drafted",
    plan=plan,
)

"""A deployment to ECS does not come up; one of the commits that it brought was careless."""

from mendloop.cli.demo.production import history
from mendloop.cli.demo.production.models import Plan
from mendloop.cli.demo.production.scenarios.scenario import Scenario, Stage
from mendloop.cli.demo.production.world import World


def plan(world: World) -> Plan:
    """What ran well, then a range with the careless commit in it; half of the seeds lose the guard's test as well."""
    placed = world.random.choice(world.features)
    weaken = world.random.random() < 0.5
    changes = history.growth(world, guarded={placed.feature.key})
    good = len(changes) - 1
    innocent = [other for other in world.features if other is not placed][-1]
    brought = [history.careless(world, placed, weaken=weaken), world.touching_third(innocent)]
    careless = world.random.randrange(2)
    fault = history.fault(placed, len(changes) + careless)
    changes += brought[::-1] if careless else brought
    failing = len(changes) - 1
    changes += history.afterwards(world, placed)
    return Plan(tuple(changes), failing, (fault,), history.healthy(world), last_good=good)


def provoke(stage: Stage) -> None:
    """Two deployments, of which the second fails: ECS says so on the bus, and nothing else says anything."""
    # Imported here: the service's CDK app reads this package too, and needs no AWS client.
    from mendloop.cli.demo.ecs import deploy_and_fail

    stage.say(deploy_and_fail(stage.place, stage.production))


SCENARIO = Scenario(
    name="failed-deployment",
    happens="an ECS deployment fails; there is no stack trace, the range last good → failing is examined",
    ends="a pull request that undoes the culprit, where a test that it took away shows what it broke; "
    "else a ticket that names the range",
    plan=plan,
    provoke=provoke,
    catalog=lambda world: {"signals": {"ecs_services": [world.service]}},
)

"""Three careless commits, and the alarm that tells of them 200 times within a minute."""

from mendloop.cli.demo.production import history
from mendloop.cli.demo.production.models import Plan
from mendloop.cli.demo.production.scenarios.scenario import Scenario, Stage, traffic
from mendloop.cli.demo.production.world import World

FAULTS = 3
ALARMS, REDELIVERED = 140, 60


def plan(world: World) -> Plan:
    """Three suspects in three features, all deployed."""
    chosen = world.random.sample(world.features, FAULTS)
    weaken = not world.logs_requests
    changes = history.growth(world, guarded={placed.feature.key for placed in chosen} if weaken else set())
    faults = []
    for placed in chosen:
        faults.append(history.fault(placed, len(changes)))
        changes.append(history.careless(world, placed, weaken=weaken))
    deployed = len(changes) - 1
    changes += history.afterwards(world, chosen[0])
    return Plan(tuple(changes), deployed, tuple(faults), history.healthy(world))


def provoke(stage: Stage) -> None:
    """Traffic until the alarm fires by itself, then its events in a crowd; a consumer is killed in the middle."""
    # Imported here: the service's CDK app reads this package too, and needs no AWS client.
    from mendloop.cli.demo.storm import blow

    traffic(stage)
    killed = blow(stage.place, stage.production, ALARMS, REDELIVERED)
    stage.say(f"Sent {ALARMS + REDELIVERED} events of the alarm, {REDELIVERED} of them again; {killed}.")


def taken(stage: Stage) -> bool:
    """What a killed consumer held comes again when its visibility ends."""
    from mendloop.cli.demo.storm import is_over

    return is_over(stage.place)


SCENARIO = Scenario(
    name="storm",
    happens="200 alarms and redeliveries of three faults within a minute; a consumer is killed in the middle",
    ends="three incidents, linked, each proved; every alarm is one occurrence, none is lost",
    plan=plan,
    provoke=provoke,
    taken=taken,
    incidents=FAULTS,
    # Longer than a slow machine needs for them all: what comes within is one incident's.
    catalog=lambda _: {"limits": {"debounce_seconds": 600}},
)

"""An old latent bug: the guard was never there."""

from dataclasses import replace

from mendloop.cli.demo.production import history
from mendloop.cli.demo.production.models import Change, Plan
from mendloop.cli.demo.production.scenarios.scenario import Scenario
from mendloop.cli.demo.production.world import Placed, World

_ABSENT = {"KeyError", "TypeError", "AttributeError"}
"""What a value that is absent raises."""


def plan(world: World) -> Plan:
    """An early commit brought it, months ago; the deployed commit is innocent."""
    # The earliest of those: half of the features crash on a value that is not there.
    placed = next(placed for placed in world.features if placed.feature.exception in _ABSENT)
    changes = [_without_guard(change, placed) for change in history.growth(world, guarded=set())]
    deployed = len(changes) - 1
    changes += history.afterwards(world, placed)
    return Plan(tuple(changes), deployed, (history.fault(placed, -1),), history.healthy(world))


def _without_guard(change: Change, placed: Placed) -> Change:
    if placed.path not in change.files:
        return change
    text = change.files[placed.path]
    text = text.replace(placed.text(placed.feature.guarded), placed.text(placed.feature.careless))
    return replace(change, files={**change.files, placed.path: text})


SCENARIO = Scenario(
    name="missing-value",
    happens="an old latent bug, no recent suspect: a crash on a value that can be absent",
    ends="a proved pull request; else a ticket with evidence and mapping: not reproduced, or no safe change",
    plan=plan,
)

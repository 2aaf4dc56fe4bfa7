"""What a scenario is: a history in which something is wrong, and how production comes to complain about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mendloop.cli.demo.production.models import Plan, Production
from mendloop.cli.demo.production.world import World

if TYPE_CHECKING:
    from mendloop.cli.place import Place


def _silent(_: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Stage:
    """A deployed service, and whom to tell what is done to it."""

    place: "Place"
    production: Production
    say: Callable[[str], None] = _silent


def _as_usual(_: World) -> Mapping[str, object]:
    return {}


def traffic(stage: Stage) -> None:
    """Healthy and failing requests until the service's own alarm fires."""
    # Imported here: the service's CDK app reads this package too, and needs no AWS client.
    from mendloop.cli.demo.traffic import send, wait_for_alarm

    answered, failed = send(stage.place, stage.production)
    wait_for_alarm(stage.place, stage.production.alarm_name, 120)
    alarm = stage.production.alarm_name
    stage.say(f"Traffic: {answered} answered, {failed} failed. The alarm {alarm} fires.")


def _at_once(_: Stage) -> bool:
    return True


@dataclass(frozen=True)
class Scenario:
    """One scenario. Only the demo and the tests know it; nothing of it reaches the pipeline."""

    name: str
    happens: str
    """What goes wrong, in a few words for `docs/scenarios.md`."""
    ends: str
    """How the loop must end, likewise; `tests/scenarios` checks it."""
    plan: Callable[[World], Plan]
    provoke: Callable[[Stage], None] = traffic
    """Lets production fail and complain; returns once it has complained."""
    taken: Callable[[Stage], bool] = _at_once
    """Whether every complaint has been taken in; no end is believed before."""
    incidents: int = 1
    """How many incidents the service has when every complaint has come in."""
    catalog: Callable[[World], Mapping[str, object]] = _as_usual
    """Fields of the service's catalog entry that differ from the demo's usual ones."""

"""What was skipped is counted by its reason, as intake words it."""

from datetime import timedelta
from typing import Any

import pytest

from mendloop.cli.commands.incidents import reason_kind
from mendloop.contracts.incident import IncidentState
from tests.fakes.clock import NOW
from tests.unit.intake.test_step import House, alarm

OLD, FUTURE = "2026-11-18T09:00:00.000+0000", "2026-11-25T09:00:00.000+0000"
MUTE = {"resource": "shop-*", "until": (NOW + timedelta(hours=1)).isoformat(), "reason": "load test (limits.x)"}


@pytest.mark.parametrize(
    ("event", "service", "kind"),
    [
        ("{}", {}, "not understood"),
        (alarm("billing") | {"account": "1"}, {"signals": {"alarms": ["shop-*"]}}, "no service"),
        (alarm(at=OLD), {}, "maximum_age_hours"),
        (alarm(at=FUTURE), {}, "future"),
        (alarm(), {"mutes": [MUTE]}, "mutes"),
    ],
)
def test_each_reason_has_its_kind(event: Any, service: dict[str, Any], kind: str) -> None:
    house = House(**service)
    house.take(event)
    (skipped,) = house.incidents.incidents(state=IncidentState.SKIPPED)
    assert reason_kind(skipped) == kind


def test_a_paused_service_is_a_kind() -> None:
    house = House()
    house.switch.everything = True
    house.take(alarm())
    assert reason_kind(house.incidents.incidents()[0]) == "paused"

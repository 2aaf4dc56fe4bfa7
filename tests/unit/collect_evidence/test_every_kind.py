"""Every kind of signal, from the event as it arrives to a route: nothing is lost, and what leads nowhere says so."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.choose_route.step import choose_route
from functions.collect_evidence.step import collect_evidence
from functions.intake.outcome import Outcome
from functions.intake.readers import Verdict, read
from mendloop import documents
from mendloop.contracts.evidence import Evidence
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import SignalKind
from mendloop.contracts.route import Route
from mendloop.domain.errors import BadEvent
from tests.fakes.clock import FixedClock
from tests.fakes.telemetry import ScriptedTelemetry
from tests.unit.intake.test_readers_conformance import FOLDER
from tests.unit.intake.test_step import House

OWN = Path(__file__).parents[3] / "events"
EVENTS = sorted(path for path in [*OWN.glob("*/*.json"), *FOLDER.glob("**/*.json")] if path.parent.name != "steps")
ANY = {name: ["*"] for name in ("alarms", "log_groups", "functions", "ecs_services", "others")}
"""A service that claims whatever comes, and names no log group exactly."""
NO_LOGS = {"no_log_group", "no_trace"}


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_event_becomes_a_route_or_is_kept_with_the_reason(path: Path) -> None:
    event = json.loads(path.read_text())
    house = House(signals=ANY, limits={"settle_seconds": 0})
    try:
        (reading,) = read(event)
    except BadEvent:
        assert house.take(event) is Outcome.NOT_UNDERSTOOD
        assert house.incidents.incidents()[0].reason.startswith("not understood: ")
        return
    if reading.verdict is not Verdict.SIGNAL:
        assert house.take(event) is Outcome.IGNORED and not house.incidents.incidents()
        return
    house.clock.at = reading.time or house.clock.at
    if reading.kind is SignalKind.REHEARSAL:
        event["detail"]["service"] = "shop"
    outcome, *beside = [taken.outcome for taken in house.intake.take(json.dumps(event))]
    assert set(beside) <= {Outcome.NOT_UNDERSTOOD}, "a broken part is kept beside it"
    if outcome is Outcome.IGNORED:
        pytest.skip("autoscaling's alarms, and mendloop's own, are left alone")
    assert outcome is Outcome.STARTED
    ((_, document),) = house.workflow.started.items()
    evidence, slot = routed(house, Execution.model_validate_json(document))
    if reading.kind is SignalKind.REHEARSAL:
        assert slot["route"] == Route.CLOSE
        return
    assert slot["route"] == Route.TICKET and slot["reason_code"] in NO_LOGS
    told = bool(evidence.log_groups)
    assert ("of " in slot["reason"]) == told and "signals.log_groups" in slot["reason"]


def routed(house: House, execution: Execution) -> tuple[Evidence, dict[str, Any]]:
    """Of an account without any log group."""
    catalogs, clock = house.intake.catalogs, FixedClock(house.clock.now())
    collected = collect_evidence(
        execution,
        artifacts=house.artifacts,
        incidents=house.incidents,
        telemetry=ScriptedTelemetry(),
        catalogs=catalogs,
        workflow=house.workflow,
        clock=clock,
    )
    slot = choose_route(
        execution.model_copy(update={"evidence": collected}),
        artifacts=house.artifacts,
        incidents=house.incidents,
        catalogs=catalogs,
        switch=house.switch,
        clock=clock,
    )
    return documents.load(house.artifacts, collected.ref, Evidence), slot.model_dump()

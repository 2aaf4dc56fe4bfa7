"""The roles of functions are enforced: the loop needs nothing more, and what is missing is named in the incident."""

import json
import time
from typing import Any

import pytest

from mendloop.cli.demo.inbox import Mail
from mendloop.cli.demo.watch import Watcher
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.incident import IncidentState
from tests.e2e.conftest import House
from tests.e2e.props import ABSENT, alarm
from tests.e2e.roles import granting, without
from tests.e2e.test_command_line import run
from tests.e2e.test_loop import all_log_text, executions, reasons, wait_for_end

pytestmark = [pytest.mark.cloud, pytest.mark.timeout(420)]


@pytest.fixture(autouse=True)
def enforced(house: House) -> None:
    if not house.cloud.auth:
        pytest.skip("roles are not enforced: AUTH=false")


def test_the_whole_loop_is_denied_nothing(house: House, first: tuple[Watcher, Mail, dict[str, Any]]) -> None:
    """A denial that a step takes for a gap in the evidence would pass every other test."""
    assert first[2]["outcome"] == "pull_request"
    # Other tests take permissions away later.
    for name, text in all_log_text(house, until=first[0].entered[-1][1]):
        for word in ("AccessDenied", "not authorized to perform", "may not perform"):
            assert word not in text, f"{name}: {text[max(0, text.index(word) - 500) :][:1000]}"
    evidence = house.place.wiring.artifacts.get(ArtifactRef(**first[0].document()["evidence"]["ref"]))
    assert {gap["source"] for gap in json.loads(evidence)["gaps"]} <= ABSENT


@pytest.mark.parametrize(
    ("function", "action", "state"),
    [
        ("mendloop-collect-evidence", "s3:PutObject", "Collect evidence"),
        ("mendloop-map-code", "dynamodb:PutItem", "Map code"),
    ],
)
def test_a_missing_permission_is_named_in_the_incident(
    house: House, first: tuple[Watcher, Mail, dict[str, Any]], function: str, action: str, state: str
) -> None:
    lacking = granting(house.cloud, function, action)
    with without(house.cloud, lacking):
        watcher = fail_again(house)
    names = [name for name, _ in watcher.entered]
    assert names[-2:] == [state, "Leave to human"] and watcher.status() == "SUCCEEDED"
    incident = house.place.wiring.incidents.load(watcher.document()["incident_id"])
    assert incident is not None and incident.state is IncidentState.LEFT_TO_HUMAN
    service = action.partition(":")[0]
    code, shown = run("show", incident.id)
    for text in (incident.reason, watcher.document()["outcome"]["reason"], " ".join(shown.split())):
        assert "AccessDenied" in text and lacking.role in text
        assert f"may not perform {service}:" in text and "deploy again" in text
    named = incident.reason.partition("may not perform ")[2].partition(" ")[0]
    assert code == 0 and named in lacking.actions


def fail_again(house: House) -> Watcher:
    """One more alarm of the service, until its execution has ended."""
    before = {execution["executionArn"] for execution in executions(house)}
    house.place.wiring.signals.put(json.dumps(alarm(house)))
    deadline = time.monotonic() + 180
    while not (fresh := {execution["executionArn"] for execution in executions(house)} - before):
        assert time.monotonic() < deadline, f"no execution started: {reasons(house)}"
        time.sleep(0.2)
    watcher = Watcher(house.place, fresh.pop())
    wait_for_end(watcher)
    return watcher

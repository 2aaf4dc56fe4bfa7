"""The state machine as a file that a reviewer can read: `MENDLOOP_WRITE_SNAPSHOTS=1` writes it anew."""

import json
import os
from typing import Any

import pytest

from infra.constructs.workflow import GRACE_SECONDS
from infra.rooms import BY_NAME
from mendloop.contracts.execution import Execution
from mendloop.domain.errors import Retryable, names_of
from tests.infra.synthesis import ROOT, definition

SNAPSHOT = ROOT / "tests" / "infra" / "snapshots" / "remediation.asl.json"
WRITE = bool(os.environ.get("MENDLOOP_WRITE_SNAPSHOTS"))  # read at import: the tests' environment is cleaned


OUTSIDE = {"receive_signal", "intake", "review", "send_digest", "sweep", "follow_up", "mint_token"}
STATES = [name.replace("_", " ").capitalize() for name in BY_NAME if name not in OUTSIDE]


def tasks() -> dict[str, dict[str, Any]]:
    return {name: state for name, state in definition()["States"].items() if state["Type"] == "Task"}


def room_of(state: dict[str, Any]) -> str:
    arn = state.get("Parameters", {}).get("FunctionName") or state["Resource"]
    return str(arn).split(":function:mendloop-")[1].replace("-", "_")


def test_definition_is_the_reviewed_one() -> None:
    text = json.dumps(definition(), indent=2, sort_keys=True) + "\n"
    if WRITE:
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(text)
    assert text == SNAPSHOT.read_text(), "the machine changed: read the change, then MENDLOOP_WRITE_SNAPSHOTS=1"


def test_every_room_has_its_state() -> None:
    assert sorted(tasks()) == sorted(STATES)


def test_the_local_cloud_runs_the_very_same_machine() -> None:
    assert definition("local") == definition("aws")


@pytest.mark.parametrize("name", STATES)
def test_every_task_ends_in_time_and_in_its_own_slot(name: str) -> None:
    state = tasks()[name]
    room = room_of(state)
    assert name.lower().replace(" ", "_") == room, "one name everywhere"
    if room == "await_decision":
        assert state["ResultPath"] is None
        assert state["TimeoutSeconds"] == 8 * 3600
        return
    assert state["ResultPath"].removeprefix("$.") in Execution.model_fields
    assert state["TimeoutSeconds"] == BY_NAME[room].timeout + GRACE_SECONDS


@pytest.mark.parametrize("name", STATES)
def test_every_task_retries_what_can_be_retried_and_nothing_ends_in_silence(name: str) -> None:
    state = tasks()[name]
    retried = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
    assert retried >= set(names_of(Retryable))
    assert all(retry["JitterStrategy"] == "FULL" and retry["BackoffRate"] > 1 for retry in state["Retry"])
    if name != "Leave to human":
        last = state["Catch"][-1]
        assert (last["ErrorEquals"], last["Next"]) == (["States.ALL"], "Leave to human")


def test_the_whole_has_a_deadline_and_every_state_can_be_reached() -> None:
    machine = definition()
    assert machine["TimeoutSeconds"] == 336 * 3600
    named = {machine["StartAt"]}
    for state in machine["States"].values():
        ways = [state, *state.get("Catch", []), *state.get("Choices", [])]
        named |= {way["Next"] for way in ways if "Next" in way} | {state.get("Default", machine["StartAt"])}
    assert named == set(machine["States"])


def test_only_plain_paths() -> None:
    text = json.dumps(definition())
    assert "Assign" not in text and "QueryLanguage" not in text and "TimeoutSecondsPath" not in text
    assert ".." not in text and "[?" not in text

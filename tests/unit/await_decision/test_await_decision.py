"""Whichever of token and decision comes last sends the wake-up."""

import pytest

from functions.await_decision.handler import handler
from functions.await_decision.step import await_decision
from mendloop.domain.errors import Misconfigured
from tests.browser.sample import asked
from tests.fakes import house


def test_the_token_is_kept_and_nobody_is_woken_without_a_decision() -> None:
    world = asked()
    slot = world.ask()
    await_decision(world.execution(approval=slot), "token-2", decisions=world.decisions, workflow=world.workflow)
    assert world.decisions.token(slot.request_id) == "token-2" and world.workflow.woken == []


def test_a_decision_that_was_faster_wakes_at_once() -> None:
    world = asked()
    slot = world.ask()
    question = world.decisions.request(slot.request_id)
    assert question is not None
    world.decisions.decide(house.make_decision(question))
    await_decision(world.execution(approval=slot), "token-2", decisions=world.decisions, workflow=world.workflow)
    assert world.workflow.woken == ["token-2"]


def test_waiting_for_nothing_is_an_error() -> None:
    world = asked()
    with pytest.raises(Misconfigured):
        await_decision(world.execution(), "token", decisions=world.decisions, workflow=world.workflow)


def test_a_failure_is_reported_by_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    world = asked()
    monkeypatch.setattr("mendloop.runtime.entry.Wiring", lambda settings: world)
    event = {"token": "token-2", "execution": world.execution().model_dump(mode="json")}
    with pytest.raises(Misconfigured):
        handler(event, None)
    assert [(token, error) for token, error, _ in world.workflow.failed] == [("token-2", "Misconfigured")]

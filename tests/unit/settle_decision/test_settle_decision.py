"""The store is the truth, whoever woke the execution."""

from functions.settle_decision.step import settle_decision
from mendloop.contracts.approval import Action, DecisionSlot
from tests.browser.sample import World, asked
from tests.fakes import house


def settle(world: World) -> DecisionSlot:
    slot = world.ask()
    return settle_decision(
        world.execution(approval=slot), decisions=world.decisions, incidents=world.incidents, clock=world.clock
    )


def decide(world: World, action: Action) -> None:
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None
    world.decisions.decide(house.make_decision(question, action=action))


def test_woken_without_a_decision_before_the_expiry_reminds() -> None:
    world = asked()
    world.clock.advance(hours=8)
    assert settle(world).action is Action.REMIND
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None and world.decisions.decision(question.id) is None


def test_a_forged_wake_up_cannot_approve() -> None:
    assert settle(asked()).action is Action.REMIND


def test_past_the_expiry_silence_is_written_down() -> None:
    world = asked()
    world.clock.advance(hours=25)
    slot = settle(world)
    assert slot.action is Action.EXPIRED and slot.by == "mendloop"
    decide(world, Action.APPROVE)
    assert settle(world).action is Action.EXPIRED


def test_expiry_loses_to_a_decision_that_stands() -> None:
    world = asked()
    decide(world, Action.APPROVE)
    world.clock.advance(hours=25)
    assert settle(world).action is Action.APPROVE

"""The store is the truth, whoever woke the execution."""

import pytest

from functions.settle_decision.step import settle_decision
from mendloop.auditing import read_chain
from mendloop.contracts.approval import Action, ApprovalSlot, DecisionSlot
from tests.browser.sample import World, asked
from tests.fakes import house
from tests.fakes.catalogs import FixedCatalog


def settle(world: World) -> DecisionSlot:
    slot = world.ask()
    return settle_decision(
        world.execution(approval=slot),
        decisions=world.decisions,
        incidents=world.incidents,
        audit=world.audit,
        clock=world.clock,
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


@pytest.mark.parametrize(
    ("autonomy", "action", "goes_to"),
    [
        ("pull_request", Action.APPROVE, Action.APPROVE),
        ("draft", Action.APPROVE, Action.TICKET),
        ("draft", Action.REJECT, Action.REJECT),
        ("draft", Action.REDRAFT, Action.REDRAFT),
    ],
)
def test_an_approved_draft_that_may_not_be_published_goes_to_a_ticket(
    autonomy: str, action: Action, goes_to: Action
) -> None:
    world = asked(catalogs=FixedCatalog(house.make_catalog(autonomy=autonomy)))
    decide(world, action)
    slot = settle(world)
    assert (slot.action, slot.next) == (action, goes_to)


def test_a_later_change_of_autonomy_does_not_change_what_was_asked() -> None:
    world = asked(catalogs=FixedCatalog(house.make_catalog(autonomy="draft")))
    decide(world, Action.APPROVE)
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None
    slot = ApprovalSlot(
        request_id=question.id, content_sha256=question.content_sha256, expires_at=question.expires_at, wait_seconds=1
    )
    world.catalogs.catalog = house.make_catalog(autonomy="pull_request")
    settled = settle_decision(
        world.execution(approval=slot),
        decisions=world.decisions,
        incidents=world.incidents,
        audit=world.audit,
        clock=world.clock,
    )
    assert settled.next is Action.TICKET


def test_what_was_rejected_is_remembered_by_its_fault_with_the_reason() -> None:
    world = asked()
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None
    world.decisions.decide(house.make_decision(question, action=Action.REJECT, comment="It hides the failure."))
    for _ in range(2):
        settle(world)
    (kept,) = world.incidents.rejections("shop", house.FAULT)
    assert (kept.draft, kept.by, kept.comment) == (question.draft, "dana", "It hides the failure.")


def test_no_decision_is_followed_before_the_audit_trail_tells_of_it() -> None:
    world = asked()
    decide(world, Action.APPROVE)
    for _ in range(2):
        settle(world)
    records, wrong = read_chain(house.INCIDENT, world.audit.chain(house.INCIDENT))
    assert wrong == [] and [each.audited.detail for each in records if each.audited.event == "decided"] == ["approve"]

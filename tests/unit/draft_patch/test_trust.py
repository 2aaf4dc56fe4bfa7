"""A drafter whose changes were rejected too often is not asked; where none is left, it becomes a ticket."""

from mendloop.contracts.draft import CodeFix, Explanation
from mendloop.domain.follow_up import Facts, FollowUpState, RequestSeen
from tests.fakes.clock import NOW
from tests.fakes.house import make_follow_up
from tests.unit.draft_patch.drafting import Drafting
from tests.unit.map_code.shop import Shop


def room(*, drafters: list[str], least_acceptance: float) -> Drafting:
    """Five changes that `revert` drafted for TypeErrors were closed without merge."""
    rules = {"least_acceptance": least_acceptance}
    shop = Shop(drafters=drafters, follow_up=rules)
    closed = Facts(published_at=NOW, requests=(RequestSeen(at=NOW, state="closed"),))
    for number in range(5):
        shop.incidents.follow(make_follow_up(f"inc-{number:016x}", state=FollowUpState.REJECTED, facts=closed))
    made = Drafting(shop, shop.break_it())
    assert made.execution.evidence
    found = made.execution.evidence.model_copy(update={"exception": "TypeError"})
    made.execution = made.execution.model_copy(update={"evidence": found})
    return made


def test_without_a_threshold_it_is_asked_whatever_came_of_it() -> None:
    _, fix = room(drafters=["revert"], least_acceptance=0).draft()
    assert isinstance(fix, CodeFix)


def test_where_no_drafter_is_left_it_is_a_ticket_with_the_reason() -> None:
    slot, said = room(drafters=["revert"], least_acceptance=0.3).draft()
    assert isinstance(said, Explanation) and slot.reason_code == "low_acceptance"
    assert said.explanation.startswith("Of 5 decided changes that revert drafted for TypeError in shop, 0 helped")


def test_the_next_drafter_has_its_turn() -> None:
    slot, _ = room(drafters=["revert", "templates"], least_acceptance=0.3).draft()
    assert slot.reason_code != "low_acceptance" and slot.drafter != "revert"

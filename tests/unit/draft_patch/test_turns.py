"""Whose turn it is, and what one attempt leaves to the next."""

from typing import Any

from mendloop import documents
from mendloop.contracts.draft import CodeFix, DraftSlot, RegressionSource, Witness
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import VerificationNext, VerificationSlot, VerificationStatus
from tests.fakes.house import make_verification
from tests.fakes.model import ScriptedModel
from tests.unit.draft_patch.drafting import Drafting
from tests.unit.draft_patch.test_claude_drafter import GOOD_EDIT, propose, use
from tests.unit.map_code.shop import BAD, GOOD, Shop

TEST = "from shop.pricing.totals import order_total\n\n\ndef test_none():\n    assert order_total(None) == 0\n"
TWICE = BAD.replace("    total = 0\n", "    total = 0.0\n").replace("    return total\n", "    return int(total)\n")


def unprovable(model: ScriptedModel) -> Drafting:
    """A failure that no test at hand shows."""
    shop = Shop(drafters=["revert", "claude"], entry_point="")
    broken = shop.break_it()
    trace = shop.usual_trace(broken).model_copy(update={"type": "RuntimeError"})
    return Drafting(shop, broken, trace=trace, model=model)


def after(room: Drafting, slot: DraftSlot, **verdict: Any) -> Execution:
    """The execution after a proof that came to nothing."""
    kept = make_verification(**{"status": "failed", **verdict})
    ref = documents.store(room.shop.artifacts, f"v-{slot.attempt}", kept)
    failed = VerificationSlot(status=VerificationStatus.FAILED, ref=ref, reason="No.", next=VerificationNext.REDRAFT)
    return room.execution.model_copy(update={"draft": slot, "verification": failed})


def test_a_model_is_asked_where_the_others_have_nothing_that_a_test_can_prove() -> None:
    fix = unprovable(ScriptedModel(propose(GOOD_EDIT, regression_test=TEST))).fix()
    assert (fix.drafter, fix.regression.source) == ("claude", RegressionSource.DRAFTER)


def test_a_model_without_an_answer_leaves_the_unproved_change_and_says_so() -> None:
    fix = unprovable(ScriptedModel(use("give_up", reason="I cannot tell."))).fix()
    assert (fix.drafter, fix.regression.source) == ("revert", RegressionSource.NONE)
    assert any(said.startswith("claude: the model gave up: I cannot tell.") for said in fix.discarded)


def test_the_last_attempt_belongs_to_a_drafter_that_had_none() -> None:
    shop = Shop(drafters=["revert", "claude"])
    room = Drafting(shop, shop.break_it(TWICE), model=ScriptedModel(propose(GOOD_EDIT)))
    drafters = []
    execution = room.execution
    for _ in range(3):
        slot, fix = room.draft(execution)
        assert isinstance(fix, CodeFix)
        drafters.append(fix.drafter)
        execution = after(room, slot)
    assert drafters == ["revert", "revert", "claude"]
    assert len(room.model.exchanges) == 1, "no money was spent before"


def test_the_last_attempt_is_rather_anothers_than_one_more_test_of_the_same_draft() -> None:
    shop = Shop(drafters=["revert", "templates"])
    source = GOOD.replace("    total = 0\n", "    total = 0\n    if len(items) > 0:\n        total = 1\n")
    broken = shop.break_it(source)
    words = "object of type 'NoneType' has no len()"
    room = Drafting(shop, broken, trace=shop.usual_trace(broken, "if len(items)").model_copy(update={"message": words}))
    drafters, execution = [], room.execution
    for _ in range(3):
        slot, fix = room.draft(execution)
        assert isinstance(fix, CodeFix) and fix.regression.test_id
        drafters.append(fix.drafter)
        execution = after(room, slot, status="not_reproduced")
    assert drafters == ["revert", "revert", "templates"]


def test_a_test_that_showed_the_failure_is_what_the_next_draft_must_turn_green() -> None:
    shop = Shop(entry_point="")
    more = TEST + "\n\ndef test_nothing():\n    assert order_total([]) == 0\n"
    shop.good = shop.commit({"tests/test_totals.py": more}, days=5)
    room = Drafting(shop, shop.break_it(TWICE, **{"tests/test_totals.py": more[: len(TEST)]}), requests=[])
    slot, first = room.draft()
    assert isinstance(first, CodeFix) and first.regression.source is RegressionSource.SUSPECT_REMOVED
    shown = first.regression.model_copy(update={"reason": "kept"})
    documents.store(shop.artifacts, slot.ref.key, first.model_copy(update={"regression": shown}))
    second = room.fix(after(room, slot, red="TypeError through order_total"))
    assert second.edits != first.edits and second.regression.reason == "kept"
    assert (second.regression.content, len(second.regression.witnesses)) == (shown.content, 1)
    third = room.fix(after(room, slot, red=""))
    assert third.regression == first.regression


def test_a_test_of_the_function_that_raised_is_no_judge_of_a_change_elsewhere() -> None:
    elsewhere = {"path": "shop/entry.py", "search": "def handler", "replace": "LIMIT = 3\n\n\ndef handler"}
    for edit, made in ((GOOD_EDIT, True), (elsewhere, False)):
        shop = Shop(drafters=["claude"], entry_point="")
        broken = shop.break_it()
        trace = shop.usual_trace(broken).model_copy(update={"message": "'NoneType' object is not iterable"})
        room = Drafting(shop, broken, trace=trace, requests=[], model=ScriptedModel(propose(edit)))
        assert bool(room.fix().regression.expected_lines) is made


def test_a_test_that_is_kept_asks_of_another_drafter_nothing_about_the_commit_that_was_not_to_blame() -> None:
    shop = Shop(drafters=["revert", "claude"])
    room = Drafting(shop, shop.break_it(), model=ScriptedModel(propose(GOOD_EDIT)))
    slot, first = room.draft()
    assert isinstance(first, CodeFix)
    witness = Witness(path="tests/test_before1.py", content="assert True\n")
    shown = first.regression.model_copy(update={"witnesses": [witness]})
    documents.store(shop.artifacts, slot.ref.key, first.model_copy(update={"regression": shown}))
    second = room.fix(after(room, slot, red="TypeError through order_total"))
    assert (second.drafter, second.regression) == ("claude", shown.model_copy(update={"witnesses": []}))

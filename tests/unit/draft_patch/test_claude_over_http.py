"""The whole room with the real SDK against a double of the Messages API: each way ends typed and within its bounds."""

import subprocess
import sys
from datetime import date, datetime
from itertools import count
from typing import Any

import pytest
from jinja2 import UndefinedError

from functions.draft_patch.prompts import render
from mendloop import documents
from mendloop.adapters.claude import Claude
from mendloop.contracts.draft import CodeFix, RegressionSource
from mendloop.contracts.verification import VerificationNext, VerificationSlot, VerificationStatus
from mendloop.domain.budget import Tokens, cost
from mendloop.domain.errors import Throttled, Unavailable
from tests.fakes.clock import FixedClock
from tests.fakes.house import INCIDENT, SERVICE, make_verification
from tests.unit.claude.double import Answer, Broken, Double, failure, message, served
from tests.unit.draft_patch.drafting import Drafting
from tests.unit.map_code.shop import PATH, Shop

MODEL = "claude-sonnet-4-6"
EDIT = {"path": PATH, "search": "for item in items:", "replace": "for item in items or ():"}
WRONG = {**EDIT, "search": "for item in nothing:"}
OTHER = {**EDIT, "replace": "for item in items or []:"}
CLAIM = {"text": "An order without items is allowed.", "citations": ["log-1"]}
TEST = "from shop.pricing.totals import order_total\n\n\ndef test_no_items():\n    assert order_total(None) == 0\n"
USAGE = {"input_tokens": 900, "output_tokens": 70, "cache_creation_input_tokens": 400, "cache_read_input_tokens": 2000}
DAY = date(2026, 11, 1)
ONE = cost(MODEL, Tokens(900, 70, 400, 2000), DAY)


def calls(*uses: tuple[str, dict[str, Any]], **fields: Any) -> tuple[int, dict[str, Any]]:
    blocks = [
        {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": given}
        for number, (name, given) in enumerate(uses)
    ]
    sample = {"content": blocks, "stop_reason": "tool_use", "usage": USAGE, "model": MODEL}
    return message(**{**sample, **fields})


def propose(*edits: dict[str, str], **more: Any) -> tuple[int, dict[str, Any]]:
    return calls(("propose_edits", {"edits": list(edits), "rationale": [CLAIM], **more}))


def room_at(double: Double, **service: Any) -> Drafting:
    shop = Shop(drafters=["claude"], **service)
    model = Claude(api_key="k", provider="api", model=MODEL, base_url=double.url)
    return Drafting(shop, shop.break_it(), model=model, requests=[])


def paid(room: Drafting) -> int:
    return room.ledger.spent(INCIDENT)


def reason_of(*answers: Answer, turns: int, **service: Any) -> str:
    """The typed end, with as many exchanges as are expected, each paid exactly."""
    with served(*answers) as double:
        room = room_at(double, **service)
        slot, _ = room.draft()
    assert double.refused == []
    assert (len(double.seen), paid(room)) == (turns, turns * ONE)
    assert slot.spending is None or slot.spending.micro_dollars == turns * ONE
    return slot.reason_code


def test_happy_path_with_tools_over_turns_a_test_and_what_it_cost() -> None:
    looks = calls(
        ("read_file", {"path": PATH}),
        ("callers", {"name": "order_total"}),
        ("blame", {"path": PATH, "start": 6, "end": 9}),
        ("list_files", {}),
        ("search", {"text": "order_total"}),
    )
    with served(
        looks, propose(EDIT, regression_test=TEST, risks=["None known."], discarded=["Refuse such orders."])
    ) as double:
        room = room_at(double)
        slot, fix = room.draft()
    assert isinstance(fix, CodeFix) and double.refused == []
    assert fix.regression.source is RegressionSource.DRAFTER and fix.regression.test_id.endswith("::test_no_items")
    assert (fix.risks, fix.discarded) == (["None known."], ["Refuse such orders."])
    assert fix.rationale[0].citations == ["log-1"]
    read, used, blamed, listed, found = (block["content"] for block in double.seen[1]["messages"][-1]["content"])
    assert "def order_total(items):" in read and "shop/entry.py:6" in used and "def order_total" not in used
    assert "Tidy up totals" in blamed and "shop/entry.py" in listed and f"{PATH}:" in found
    assert paid(room) == 2 * ONE
    assert slot.spending and slot.spending == fix.spending
    assert (slot.spending.turns, slot.spending.tokens, slot.spending.micro_dollars) == (2, 2 * 3370, 2 * ONE)
    assert len(double.counted) == 2


def test_the_prompt_is_cached_turn_after_turn() -> None:
    with served(calls(("list_files", {})), propose(EDIT)) as double:
        room_at(double).draft()
    first, second = double.seen
    assert first["system"] == second["system"] and first["tools"] == second["tools"]
    assert second["messages"][0]["content"][0]["text"] == first["messages"][0]["content"][0]["text"]
    marked = [said for said in second["messages"] if "cache_control" in said["content"][-1]]
    assert marked == second["messages"][-1:]


def test_gate_refusal_and_repair() -> None:
    with served(propose(WRONG), propose(EDIT)) as double:
        room = room_at(double)
        slot, fix = room.draft()
    assert isinstance(fix, CodeFix) and len(slot.refusals) == 1 and paid(room) == 2 * ONE
    assert "Your last proposal was refused by a program" in str(double.seen[1]["messages"])
    assert slot.spending and slot.spending.turns == 2


def test_refused_three_times_is_an_end() -> None:
    worse = {**WRONG, "replace": "x"}
    assert reason_of(propose(WRONG), propose(worse), propose({**WRONG, "replace": "y"}), turns=3) == "gate_refused"


def test_failed_proof_and_repair() -> None:
    with served(propose(EDIT), propose(OTHER)) as double:
        room = room_at(double)
        slot, _ = room.draft()
        ref = documents.store(
            room.shop.artifacts, "v", make_verification(status="failed", output_tail="1 failed, boom")
        )
        failed = VerificationSlot(
            status=VerificationStatus.FAILED, ref=ref, reason="red", next=VerificationNext.REDRAFT
        )
        again = room.execution.model_copy(update={"draft": slot, "verification": failed})
        second, fix = room.draft(again)
    assert isinstance(fix, CodeFix) and fix.edits[0].replace == OTHER["replace"] and second.attempt == 2
    assert "1 failed, boom" in str(double.seen[1]["messages"]) and paid(room) == 2 * ONE


def test_truncation_is_asked_again_and_not_for_ever() -> None:
    cut = calls(("read_file", {"path": "sh"}), stop_reason="max_tokens")
    assert reason_of(cut, propose(EDIT), turns=2) == ""
    assert reason_of(cut, turns=3) == "no_usable_answer"


@pytest.mark.parametrize(
    "answer",
    [
        calls(("propose_edits", {"edits": "all of them"})),
        calls(("propose_edits", {})),
        calls(("propose_edits", {"edits": [EDIT], "rationale": [CLAIM] * 40})),
        calls(("run_shell", {"command": "id"})),
        message(model=MODEL, usage=USAGE, content=[{"type": "text", "text": '{"edits": []}'}]),
        message(model=MODEL, usage=USAGE, content=[]),
    ],
    ids=["wrong type", "empty", "too many", "unknown tool", "prose", "nothing"],
)
def test_malformed_output_is_told_and_not_for_ever(answer: Answer) -> None:
    assert reason_of(answer, propose(EDIT), turns=2) == ""
    assert reason_of(answer, turns=3) == "no_usable_answer"


def test_a_refusal_is_an_end_and_is_paid() -> None:
    assert reason_of(calls(stop_reason="refusal"), turns=1) == "model_refused"


def test_a_full_context_window_is_over_budget_and_is_paid() -> None:
    assert reason_of(calls(stop_reason="model_context_window_exceeded"), turns=1) == "over_budget"


def test_turns_are_bounded() -> None:
    assert reason_of(calls(("list_files", {})), turns=12) == "over_budget"


def test_tokens_are_bounded() -> None:
    many = calls(("list_files", {}), usage={"input_tokens": 350_000, "output_tokens": 1})
    limits = {"incident_micro_dollars": 9_000_000}
    with served(many) as double:
        slot, _ = room_at(double, limits=limits).draft()
    assert (slot.reason_code, len(double.seen)) == ("over_budget", 2)


class Slow(FixedClock):
    """Each look at the clock is two minutes later than the last."""

    def now(self) -> datetime:
        return self.advance(minutes=2)


def test_seconds_are_bounded() -> None:
    with served(calls(("list_files", {}))) as double:
        room = room_at(double)
        room.clock = Slow()
        slot, _ = room.draft()
    assert (slot.reason_code, len(double.seen)) == ("over_budget", 3)


def test_over_budget_before_the_call_says_which_cap() -> None:
    with served(propose(EDIT)) as double:
        room = room_at(double, limits={"incident_micro_dollars": 10})
        explanation = room.explained()
    assert explanation.reason_code == "over_budget" and "incident" in explanation.explanation
    assert double.seen == [] and paid(room) == 0


def test_money_that_runs_out_on_the_way_ends_it() -> None:
    need = cost(MODEL, Tokens(0, 4096, cache_write=1157), DAY)
    reason = reason_of(calls(("list_files", {})), turns=3, limits={"incident_micro_dollars": need + 2 * ONE})
    assert reason == "over_budget"


def test_four_fifths_of_a_cap_are_said_on_page_timeline_and_in_the_metrics() -> None:
    cap = 10 * cost(MODEL, Tokens(0, 4096, cache_write=1157), DAY)
    for before, warned in ((cap * 7 // 10, 0), (cap * 8 // 10, 1)):
        with served(propose(EDIT)) as double:
            room = room_at(double, limits={"day_micro_dollars": cap})
            room.ledger.reserve("inc-ffffffffffffffff", SERVICE, before, room.clock.now())
            slot, fix = room.draft()
        assert slot.spending and fix.spending and slot.spending.figures()["BudgetWarning"] == warned
        said = [entry.what for entry in room.shop.incidents.timeline(INCIDENT)]
        assert [warning in said for warning in fix.spending.warnings] == [True] * warned
    assert fix.spending.warnings[0].startswith("The day's money for models is nearly used up: 80 % of $")


def test_overload_then_success() -> None:
    with served(failure(529, "overloaded_error"), propose(EDIT)) as double:
        room = room_at(double)
        assert isinstance(room.draft()[1], CodeFix)
    assert (len(double.seen), paid(room)) == (2, ONE)


def test_lasting_overload_costs_nothing_and_is_tried_again_later() -> None:
    with served(failure(529, "overloaded_error")) as double:
        room = room_at(double)
        with pytest.raises(Throttled):
            room.draft()
    assert paid(room) == 0


def test_a_cut_line_keeps_its_reservation_and_the_next_try_goes_on_where_it_was() -> None:
    cut = Broken(propose(EDIT)[1], 3, cut=True)
    with served(calls(("list_files", {})), cut, propose(EDIT)) as double:
        room = room_at(double)
        with pytest.raises(Unavailable):
            room.draft()
        held = paid(room) - ONE
        assert held == cost(MODEL, Tokens(0, 4096, cache_write=1157), DAY)
        slot, fix = room.draft()
    assert isinstance(fix, CodeFix) and len(double.seen) == 3
    assert double.seen[2]["messages"] == double.seen[1]["messages"]
    assert paid(room) == held + 2 * ONE
    assert slot.spending and slot.spending.micro_dollars == 2 * ONE


class Dies(BaseException):
    """The process is gone."""


def test_a_crash_after_an_answer_resumes_from_the_checkpoint_and_pays_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(calls(("list_files", {})), calls(("search", {"text": "total"})), propose(EDIT)) as double:
        room = room_at(double)
        settle, times = room.ledger.settle, count(1)

        def mortal(reservation: str, amount: int) -> None:
            if next(times) == 2:
                raise Dies
            settle(reservation, amount)

        monkeypatch.setattr(room.ledger, "settle", mortal)
        with pytest.raises(Dies):
            room.draft()
        assert len(double.seen) == 2 and paid(room) > 2 * ONE, "the second answer is held at its maximum"
        slot, fix = room.draft()
    assert isinstance(fix, CodeFix) and len(double.seen) == 3, "nothing that was answered is asked again"
    assert paid(room) == 3 * ONE
    assert slot.spending and (slot.spending.turns, slot.spending.micro_dollars) == (3, 3 * ONE)


def test_a_prompt_with_a_variable_that_nobody_defines_fails() -> None:
    with pytest.raises(UndefinedError):
        render("task")
    with pytest.raises(UndefinedError, match="'fence' is undefined"):
        render("system", files=1, changed_lines=1, functions=1)


def test_nothing_of_the_sdk_is_loaded_before_a_model_is_asked() -> None:
    code = "import functions.draft_patch.handler, sys; print([n for n in ('anthropic', 'httpx2') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"

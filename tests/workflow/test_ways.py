"""Every way through the machine, with scripted rooms that decide at once; the waiting is in `test_waiting.py`."""

from collections.abc import Callable

import pytest

from mendloop.contracts.execution import MAX_ROUNDS
from mendloop.domain.errors import BaseMoved, MoneyExhausted
from tests.workflow.interpreter import Ended, Interpreter, Machine
from tests.workflow.rooms import DOCUMENT, REF, Room, answering, deciding, decision, draft, house, route, verdict

ARRIVED = ["Collect evidence", "Has the evidence arrived"]
TO_ROUTE = ["Let evidence settle", *ARRIVED, "Map code", "Choose route", "Which route"]
TO_DRAFT = [*TO_ROUTE, "Draft patch", "What was drafted"]
PROVING = ["Prepare verification", "Run tests", "Judge verification", "Is it proved"]
DECIDING = ["Request approval", "Await decision", "Settle decision", "What was decided"]
REDRAFT = ["Count the round to redraft", "Keep the count to redraft", "Is a round left to redraft"]
RERUN = ["Count the round to rerun", "Keep the count to rerun", "Is a round left to rerun"]
TICKET = ["File ticket", "Announce outcome"]
Run = Callable[..., Ended]
AGAIN = ["Draft patch", "What was drafted", *PROVING]


@pytest.fixture
def run(cloud: Interpreter) -> Run:
    """To its end, every question answered at once."""

    def running(**rooms: Room) -> Ended:
        machine = Machine(cloud, {})
        machine.rooms = {**house(**rooms), "await_decision": lambda event: machine.wake()}
        ended = machine.run(DOCUMENT)
        assert ended.status == "SUCCEEDED", ended
        return ended

    return running


def test_approved_becomes_a_pull_request(run: Run) -> None:
    ended = run()
    assert ended.states == [*TO_DRAFT, *PROVING, *DECIDING, "Publish pull request", "Announce outcome"]
    assert ended.document["publication"]["branch"] == "mendloop/x"
    assert ended.document["outcome"]["kind"] == "pull_request"


@pytest.mark.parametrize(
    ("action", "after"),
    [("reject", ["Close", "Announce outcome"]), ("ticket", TICKET), ("expired", TICKET)],
)
def test_without_approval_nothing_is_published(run: Run, action: str, after: list[str]) -> None:
    ended = run(settle_decision=deciding(action))
    assert ended.states == [*TO_DRAFT, *PROVING, *DECIDING, *after]
    assert "publish_pull_request" not in ended.calls
    assert "publication" not in ended.document


@pytest.mark.parametrize("action", ["adjust", "rerun"])
def test_adjusted_or_rerun_is_proved_and_asked_anew(run: Run, action: str) -> None:
    ended = run(settle_decision=deciding(action, "approve"))
    again = [*DECIDING, *RERUN, *PROVING, *DECIDING, "Publish pull request", "Announce outcome"]
    assert ended.states == [*TO_DRAFT, *PROVING, *again]
    assert ended.document["rounds"] == 1


def test_redrafted_is_drafted_proved_and_asked_anew(run: Run) -> None:
    ended = run(settle_decision=deciding("redraft", "reject"))
    assert ended.states == [*TO_DRAFT, *PROVING, *DECIDING, *REDRAFT, *AGAIN, *DECIDING, "Close", "Announce outcome"]


def test_a_reminder_asks_again_and_costs_no_round(run: Run) -> None:
    ended = run(settle_decision=deciding("remind", "remind", "approve"))
    assert ended.calls["request_approval"] == 3
    assert ended.document["rounds"] == 0


def test_unknown_decision_is_left_to_a_human(run: Run) -> None:
    unread = {"kind": "left_to_human", "reason_code": "error", "reason": "as scripted"}
    ended = run(
        settle_decision=answering({**decision("approve"), "next": "shrug"}), leave_to_human=lambda event: unread
    )
    assert ended.states[-2:] == ["What was decided", "Leave to human"]
    assert "publish_pull_request" not in ended.calls


def test_failed_proof_redrafts(run: Run) -> None:
    ended = run(judge_verification=answering(verdict("redraft", "failed"), verdict("request_approval")))
    assert ended.states == [
        *TO_DRAFT, *PROVING, *REDRAFT, *AGAIN, *DECIDING, "Publish pull request", "Announce outcome",
    ]  # fmt: skip


def test_unproved_is_ticketed(run: Run) -> None:
    ended = run(judge_verification=answering(verdict("file_ticket", "not_reproduced")))
    assert ended.states == [*TO_DRAFT, *PROVING, *TICKET]


def test_exhausted_rounds_become_a_ticket(run: Run) -> None:
    ended = run(settle_decision=deciding("redraft"))
    assert ended.calls["draft_patch"] == 1 + MAX_ROUNDS
    assert ended.states[-3:] == ["Is a round left to redraft", *TICKET]


def test_both_loops_share_the_rounds(run: Run) -> None:
    ended = run(settle_decision=deciding("redraft", "rerun", "redraft", "adjust", "redraft", "rerun"))
    assert ended.calls["settle_decision"] == MAX_ROUNDS + 1
    assert ended.states[-3:] == ["Is a round left to rerun", *TICKET]


def test_moved_base_is_drafted_and_asked_anew(run: Run) -> None:
    published = {"branch": "b", "url": "u", "commit": "c"}
    ended = run(publish_pull_request=answering(BaseMoved("shop.py::total changed on main"), published))
    assert ended.states == [
        *TO_DRAFT, *PROVING, *DECIDING, "Publish pull request", *REDRAFT, *AGAIN, *DECIDING,
        "Publish pull request", "Announce outcome",
    ]  # fmt: skip
    assert ended.calls["request_approval"] == 2


@pytest.mark.parametrize("way", ["merged", "fixed_already", "close"])
def test_nothing_to_do_is_closed(run: Run, way: str) -> None:
    assert run(choose_route=answering(route(way))).states == [*TO_ROUTE, "Close", "Announce outcome"]


def test_backlog_is_ticketed_without_a_draft(run: Run) -> None:
    ended = run(choose_route=answering(route("ticket")))
    assert ended.states == [*TO_ROUTE, *TICKET]


@pytest.mark.parametrize("kind", ["action_recommended", "explanation"])
def test_no_safe_change_is_ticketed(run: Run, kind: str) -> None:
    assert run(draft_patch=answering(draft(kind))).states == [*TO_DRAFT, *TICKET]


def test_an_empty_ledger_degrades_to_a_ticket(run: Run) -> None:
    ended = run(draft_patch=answering(MoneyExhausted("day: 20,000,000 micro-dollars")))
    assert ended.states == [*TO_ROUTE, "Draft patch", *TICKET]
    assert ended.document["error"]["Error"] == "MoneyExhausted"


def test_each_state_writes_only_its_slot(run: Run) -> None:
    ended = run(settle_decision=deciding("ticket"))
    slots = {"evidence", "mapping", "route", "draft", "preparation", "test_run", "verification", "approval"}
    assert set(ended.document) == {*DOCUMENT, *slots, "decision", "ticket", "outcome"}
    assert ended.document["evidence"]["ref"] == REF

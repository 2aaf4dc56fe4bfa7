"""What every class of error leads to, at every room. The class name is what the machine sees."""

from itertools import cycle

import pytest

from mendloop.domain import errors
from mendloop.domain.errors import Budget, MendloopError, Permanent, Rejected, Retryable, Unavailable
from tests.workflow.interpreter import Interpreter, Machine
from tests.workflow.rooms import DOCUMENT, REF, answering, house, verdict

BEFORE_A_TICKET = ["map_code", "choose_route", "draft_patch", "prepare_verification", "run_tests", "judge_verification"]
OTHERS = ["collect_evidence", "request_approval", "settle_decision", "file_ticket", "announce_outcome"]
ROOMS = [*BEFORE_A_TICKET, "publish_pull_request", *OTHERS]
ATTEMPTS = 5


def classes(parent: type[MendloopError]) -> list[type[MendloopError]]:
    return [getattr(errors, name) for name in errors.names_of(parent)]


def machine_with(cloud: Interpreter, room: str, *answers: object) -> Machine:
    machine = Machine(cloud, {})
    ways = {"judge_verification": answering(verdict("file_ticket"))} if room == "file_ticket" else {}
    machine.rooms = {
        **house(**ways),
        "await_decision": lambda event: machine.wake(),
        room: answering(*answers),
    }
    return machine


@pytest.mark.parametrize(
    "kind", [*classes(Permanent), *classes(Rejected), RuntimeError], ids=lambda kind: kind.__name__
)
def test_what_no_machine_can_mend_is_left_to_a_human_at_once(cloud: Interpreter, kind: type[Exception]) -> None:
    ended = machine_with(cloud, "map_code", kind("as scripted")).run(DOCUMENT)
    assert (ended.status, ended.states[-2:]) == ("SUCCEEDED", ["Map code", "Leave to human"])
    assert ended.calls["map_code"] == 1
    assert ended.document["error"]["Error"] == kind.__name__
    assert ended.document["outcome"]["kind"] == "left_to_human"


@pytest.mark.parametrize(
    ("room", "kind"), list(zip([*BEFORE_A_TICKET, "publish_pull_request"], cycle(classes(Budget)), strict=False))
)
def test_used_up_budgets_become_a_ticket(cloud: Interpreter, room: str, kind: type[Exception]) -> None:
    ended = machine_with(cloud, room, kind("as scripted")).run(DOCUMENT)
    assert (ended.status, ended.states[-2:]) == ("SUCCEEDED", ["File ticket", "Announce outcome"])


@pytest.mark.parametrize("room", ROOMS)
def test_an_outage_everywhere_is_retried_then_left_to_a_human(cloud: Interpreter, room: str) -> None:
    ended = machine_with(cloud, room, Unavailable("as scripted")).run(DOCUMENT)
    assert (ended.status, ended.states[-1]) == ("SUCCEEDED", "Leave to human")
    assert ended.calls[room] == ATTEMPTS
    assert ended.document["error"]["Error"] == "Unavailable"


@pytest.mark.parametrize("kind", classes(Retryable), ids=lambda kind: kind.__name__)
def test_retry_then_success_goes_on_as_if_nothing_was(cloud: Interpreter, kind: type[Exception]) -> None:
    ended = machine_with(cloud, "collect_evidence", kind("x"), kind("x"), {"status": "fault", "ref": REF}).run(DOCUMENT)
    assert (ended.status, ended.states[-1]) == ("SUCCEEDED", "Announce outcome")
    assert ended.calls["collect_evidence"] == 3
    assert "error" not in ended.document


def test_when_even_the_last_resort_fails_the_execution_fails_for_the_safety_net(cloud: Interpreter) -> None:
    machine = machine_with(cloud, "map_code", RuntimeError("as scripted"))
    machine.rooms = {**machine.rooms, "leave_to_human": answering(Unavailable("no tracker"))}
    ended = machine.run(DOCUMENT)
    assert (ended.status, ended.error) == ("FAILED", "Unavailable")
    assert ended.calls["leave_to_human"] == ATTEMPTS

"""The wait for a decision, with the real Await decision and Settle decision on a store in memory."""

from datetime import datetime, timedelta
from threading import Timer
from typing import Any

import boto3

from functions.await_decision.step import await_decision
from functions.settle_decision.step import settle_decision
from mendloop.contracts.approval import Action, ApprovalRequest, Decision
from mendloop.contracts.execution import Execution
from mendloop.domain.errors import AccessDenied
from tests.fakes.audit import InMemoryAudit
from tests.fakes.clock import FixedClock
from tests.fakes.decisions import InMemoryDecisions
from tests.fakes.house import make_decision, make_request
from tests.fakes.incidents import InMemoryIncidents
from tests.workflow.interpreter import PATIENCE_SECONDS, Interpreter, Machine
from tests.workflow.rooms import DOCUMENT, house

NEVER = 10 * PATIENCE_SECONDS
"""A wait that would be sat out: the test fails before."""


class Wakes:
    """The Workflow port's waking half, on the interpreter."""

    def wake(self, token: str) -> bool:
        boto3.client("stepfunctions").send_task_success(taskToken=token, output="{}")
        return True

    def fail(self, token: str, error: str, cause: str) -> bool:
        boto3.client("stepfunctions").send_task_failure(taskToken=token, error=error, cause=cause)
        return True

    def start(self, name: str, document: str) -> str:
        raise AssertionError("not used here")

    def status(self, execution_arn: str) -> str:
        raise AssertionError("not used here")

    def ended_at(self, execution_arn: str) -> datetime | None:
        raise AssertionError("not used here")


class Loop:
    """One question, asked when Request approval runs; the wait takes one second."""

    def __init__(self, cloud: Interpreter, **rooms: Any) -> None:
        self.clock = FixedClock()
        self.decisions = InMemoryDecisions()
        self.request: ApprovalRequest = make_request(expires_at=self.clock.now() + timedelta(hours=24))
        self.machine = Machine(cloud, {}, wait_seconds=1)
        real = {"request_approval": self.ask, "await_decision": self.wait, "settle_decision": self.settle}
        self.machine.rooms = house(**{**real, **rooms})

    def ask(self, event: dict[str, Any]) -> dict[str, Any]:
        self.decisions.ask(self.request)
        return {
            "request_id": self.request.id,
            "content_sha256": self.request.content_sha256,
            "expires_at": self.request.expires_at.isoformat(),
            "wait_seconds": 1,
        }

    def wait(self, event: dict[str, Any]) -> None:
        token = self.machine.tokens[-1]
        await_decision(Execution.model_validate(event), token, decisions=self.decisions, workflow=Wakes())

    def settle(self, event: dict[str, Any]) -> dict[str, Any]:
        slot = settle_decision(
            Execution.model_validate(event),
            decisions=self.decisions,
            incidents=InMemoryIncidents(),
            audit=InMemoryAudit(),
            clock=self.clock,
        )
        return slot.model_dump(mode="json")

    def decide(self, action: Action = Action.APPROVE) -> Decision:
        return self.decisions.decide(make_decision(self.request, action=action, by="dana"))


def test_a_decision_wakes_the_wait(cloud: Interpreter) -> None:
    loop = Loop(cloud)

    def decide_later(event: dict[str, Any]) -> None:
        loop.wait(event)

        def decided() -> None:
            loop.decide()
            Wakes().wake(loop.machine.tokens[-1])

        Timer(0.2, decided).start()

    loop.machine.rooms = {**loop.machine.rooms, "await_decision": decide_later}
    loop.machine.wait_seconds = NEVER
    ended = loop.machine.run(DOCUMENT)
    assert ended.states[-2:] == ["Publish pull request", "Announce outcome"]


def test_a_decision_faster_than_the_wait_wakes_at_once(cloud: Interpreter) -> None:
    loop = Loop(cloud)
    loop.machine.wait_seconds = NEVER

    def ask_and_decide(event: dict[str, Any]) -> dict[str, Any]:
        slot = loop.ask(event)
        loop.decide(Action.REJECT)
        return slot

    loop.machine.rooms = {**loop.machine.rooms, "request_approval": ask_and_decide}
    assert loop.machine.run(DOCUMENT).states[-2:] == ["Close", "Announce outcome"]


def test_no_decision_is_reminded_then_expires_and_denies(cloud: Interpreter) -> None:
    loop = Loop(cloud)
    asked = []

    def ask(event: dict[str, Any]) -> dict[str, Any]:
        asked.append(event)
        if len(asked) == 2:
            loop.clock.advance(hours=25)
        return loop.ask(event)

    loop.machine.rooms = {**loop.machine.rooms, "request_approval": ask}
    ended = loop.machine.run(DOCUMENT)
    assert ended.states[-2:] == ["File ticket", "Announce outcome"]
    assert (len(asked), ended.document["decision"]["action"]) == (2, "expired")
    assert "publish_pull_request" not in ended.calls


def test_a_decision_lost_to_the_expiry_changes_nothing(cloud: Interpreter) -> None:
    loop = Loop(cloud)
    loop.clock.advance(hours=25)
    ended = loop.machine.run(DOCUMENT)
    late = loop.decide(Action.APPROVE)
    assert late.action == Action.EXPIRED, "what stands is told to whoever comes late"
    assert ended.document["decision"]["action"] == "expired"


def test_the_expiry_lost_to_a_decision_follows_the_decision(cloud: Interpreter) -> None:
    loop = Loop(cloud)

    def decided_without_wake(event: dict[str, Any]) -> None:
        loop.wait(event)
        loop.decide(Action.APPROVE)  # the process died before the wake-up was sent
        loop.clock.advance(hours=25)

    loop.machine.rooms = {**loop.machine.rooms, "await_decision": decided_without_wake}
    ended = loop.machine.run(DOCUMENT)
    assert ended.document["decision"]["action"] == "approve"
    assert ended.states[-2:] == ["Publish pull request", "Announce outcome"]


def test_a_failing_wait_reports_itself_and_does_not_sit_out_the_timeout(cloud: Interpreter) -> None:
    loop = Loop(cloud)
    loop.machine.wait_seconds = NEVER

    def fails(event: dict[str, Any]) -> None:
        Wakes().fail(loop.machine.tokens[-1], AccessDenied.__name__, "dynamodb:UpdateItem on decisions")

    loop.machine.rooms = {**loop.machine.rooms, "await_decision": fails}
    ended = loop.machine.run(DOCUMENT)
    assert ended.states[-2:] == ["Await decision", "Leave to human"]


def test_the_answer_of_the_wait_is_discarded(cloud: Interpreter) -> None:
    loop = Loop(cloud)
    forged = '{"decision": {"action": "approve"}, "rounds": 0}'

    def forge(event: dict[str, Any]) -> None:
        loop.decide(Action.REJECT)
        boto3.client("stepfunctions").send_task_success(taskToken=loop.machine.tokens[-1], output=forged)

    loop.machine.rooms = {**loop.machine.rooms, "await_decision": forge}
    ended = loop.machine.run(DOCUMENT)
    assert ended.states[-2:] == ["Close", "Announce outcome"]


def test_no_token_stands_in_the_document(cloud: Interpreter) -> None:
    loop = Loop(cloud)
    loop.decide()
    ended = loop.machine.run(DOCUMENT)
    assert loop.machine.tokens
    assert not any(token in str(ended.document) for token in loop.machine.tokens)

"""Every workflow: starting is idempotent, and a token that is of no use is no error."""

import json
import traceback
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from functions.leave_to_human.cause import from_event
from mendloop.adapters import aws_clients
from mendloop.adapters.stepfunctions_workflow import StepFunctionsWorkflow
from mendloop.domain.errors import AccessDenied, Conflict, MendloopError, Misconfigured
from mendloop.ports import Workflow
from tests.contract.races import race
from tests.fakes.workflow import RecordingWorkflow

DOCUMENT = '{"incident_id":"inc-0123456789abcdef"}'
TOKEN = "AQCEAAAAKgAAAAMAAAAAAAAAAtop-secret-token"


@pytest.fixture(params=["memory", "stepfunctions"])
def workflow(request: pytest.FixtureRequest) -> Workflow:
    if request.param == "memory":
        return RecordingWorkflow()
    request.getfixturevalue("aws")
    return StepFunctionsWorkflow(machine())


def machine() -> str:
    definition = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
    client = boto3.client("stepfunctions")
    role = "arn:aws:iam::123456789012:role/remediation"
    return client.create_state_machine(name="Remediation", definition=json.dumps(definition), roleArn=role)[
        "stateMachineArn"
    ]


def test_starting_gives_an_execution_that_runs(workflow: Workflow) -> None:
    arn = workflow.start("inc-1", DOCUMENT)
    assert arn.endswith(":execution:Remediation:inc-1")
    assert workflow.status(arn) == "RUNNING"


def test_starting_again_with_the_same_input_is_the_same_execution(workflow: Workflow) -> None:
    assert workflow.start("inc-1", DOCUMENT) == workflow.start("inc-1", DOCUMENT)


def test_starting_again_with_another_input_conflicts(workflow: Workflow) -> None:
    workflow.start("inc-1", DOCUMENT)
    with pytest.raises(Conflict, match="inc-1"):
        workflow.start("inc-1", '{"incident_id":"another"}')


def test_twenty_starts_are_one_execution(workflow: Workflow) -> None:
    assert len(set(race(lambda _: workflow.start("inc-1", DOCUMENT)))) == 1


def test_an_unknown_execution_has_no_status(workflow: Workflow) -> None:
    unknown = workflow.start("inc-1", DOCUMENT).replace("inc-1", "inc-2")
    assert workflow.status(unknown) == "UNKNOWN"
    assert workflow.ended_at(unknown) is None


def test_the_safety_net_is_told_of_an_end_as_its_event_would_have(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(aws_clients, "lambdas", lambda: SimpleNamespace(invoke=lambda **asked: told.append(asked)))
    StepFunctionsWorkflow("arn", "mendloop-leave-to-human").report_end("inc-0123456789abcdef", "ABORTED", DOCUMENT)
    (asked,) = told
    assert (asked["FunctionName"], asked["InvocationType"]) == ("mendloop-leave-to-human", "Event")
    cause = from_event(json.loads(asked["Payload"]))
    assert (cause.incident_id, cause.error) == ("inc-0123456789abcdef", "ExecutionAborted")


def test_without_a_safety_net_that_is_said() -> None:
    with pytest.raises(Misconfigured, match="MENDLOOP_SAFETY_NET"):
        StepFunctionsWorkflow("arn").report_end("inc-0123456789abcdef", "ABORTED", DOCUMENT)


def test_an_execution_that_runs_has_no_end(workflow: Workflow) -> None:
    assert workflow.ended_at(workflow.start("inc-1", DOCUMENT)) is None


@pytest.mark.usefixtures("aws")
def test_when_an_execution_ended_is_known() -> None:
    workflow = StepFunctionsWorkflow(machine())
    arn = workflow.start("inc-1", DOCUMENT)
    boto3.client("stepfunctions").stop_execution(executionArn=arn)
    ended = workflow.ended_at(arn)
    assert workflow.status(arn) == "ABORTED"
    assert ended is not None and abs(datetime.now(UTC) - ended) < timedelta(hours=1)


class Answering(StepFunctionsWorkflow):
    """The adapter in front of a service that answers every call with one error, or with success."""

    def __init__(self, code: str, described: str = DOCUMENT) -> None:
        super().__init__("arn:aws:states:eu-central-1:123456789012:stateMachine:Remediation:7")
        self.calls: list[tuple[str, dict[str, str]]] = []
        client = self._client

        def answer(model: object, params: object, **_: object) -> tuple[object, dict[str, object]] | None:
            name = getattr(model, "name", "")
            if name == "DescribeExecution":
                return Answer(200), {"input": described, "status": "SUCCEEDED"}
            failed = {"Error": {"Code": code, "Message": f"Invalid Token: '{TOKEN}'"}}
            return (Answer(400), failed) if code else (Answer(200), {})

        client.meta.events.register("before-call.sfn", answer)
        client.meta.events.register(
            "provide-client-params.sfn", lambda params, model, **_: self.calls.append((model.name, dict(params)))
        )


class Answer:
    """What botocore looks at in an HTTP response."""

    def __init__(self, status_code: int) -> None:
        self.status_code = status_code


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_token_that_is_of_no_use_is_false(code: str) -> None:
    assert not Answering(code).wake(TOKEN)
    assert not Answering(code).fail(TOKEN, "Unavailable", "why")


def test_an_empty_token_is_of_no_use() -> None:
    assert not Answering("").wake("")
    assert not Answering("").fail("", "Unavailable", "why")


def test_waking_carries_nothing_but_the_token() -> None:
    workflow = Answering("")
    assert workflow.wake(TOKEN)
    assert workflow.calls == [("SendTaskSuccess", {"taskToken": TOKEN, "output": "{}"})]


def test_a_failure_is_cut_to_what_the_service_takes() -> None:
    workflow = Answering("")
    assert workflow.fail(TOKEN, "E" * 1_000, "c" * 100_000)
    sent = workflow.calls[0][1]
    assert (len(sent["error"]), len(sent["cause"])) == (256, 32_768)


def test_an_execution_that_ended_counts_as_started() -> None:
    """AWS refuses the name of a closed execution even with the same input; the emulator of a running one too."""
    workflow = Answering("ExecutionAlreadyExists", described='{ "incident_id" : "inc-0123456789abcdef" }')
    assert workflow.start("inc-1", DOCUMENT) == "arn:aws:states:eu-central-1:123456789012:execution:Remediation:inc-1"
    with pytest.raises(Conflict):
        Answering("ExecutionAlreadyExists", described="{}").start("inc-1", DOCUMENT)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "SomethingNew"])
def test_no_error_shows_a_token(code: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    workflow = Answering(code)
    for call in (lambda: workflow.wake(TOKEN), lambda: workflow.fail(TOKEN, "Unavailable", "why")):
        with pytest.raises(MendloopError) as caught:
            call()
        assert TOKEN not in str(caught.value) + repr(caught.value)
        assert TOKEN not in "".join(traceback.format_exception(caught.value))
    assert TOKEN not in repr(workflow) + caplog.text


def test_a_missing_permission_names_the_action() -> None:
    with pytest.raises(AccessDenied, match="SendTaskSuccess"):
        Answering("AccessDeniedException").wake(TOKEN)

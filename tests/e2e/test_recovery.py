"""What catches an execution from outside, on the deployed stack: the rule, the function, and the queue behind both."""

import json
import time
from collections.abc import Callable

import pytest

from mendloop.adapters.local_tracker import PREFIX
from mendloop.cli.demo.inbox import Inbox
from mendloop.contracts.incident import Incident, IncidentState
from tests.e2e.conftest import House
from tests.e2e.test_command_line import run
from tests.fakes.house import make_incident
from tests.workflow.rooms import DOCUMENT

pytestmark = [pytest.mark.cloud, pytest.mark.timeout(420)]

STOPPED, UNKNOWN = "inc-5700000000000001", "inc-5700000000000002"


def test_an_execution_that_is_stopped_is_left_to_a_human_exactly_once(house: House) -> None:
    operators = Inbox(house.place, "operators")
    topic = house.place.outputs["OperatorsTopicArn"]
    house.place.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=operators.arn)
    incident = waiting_for_evidence(house, STOPPED)
    assert "Stopped: the safety net" in run("unstick", STOPPED, "--stop")[1]
    until(lambda: load(house, STOPPED).state is IncidentState.LEFT_TO_HUMAN)
    assert load(house, STOPPED).reason.startswith("ExecutionAborted: ")
    # EventBridge delivers at least once; an operator repeats what seemed to have no effect.
    for _ in range(2):
        invoke(house, ended(incident), "RequestResponse")
    assert "Nothing is stuck: it has ended" in run("unstick", STOPPED, "--stop")[1]
    mails = [mail for mail in operators.take() if STOPPED in mail.body]
    assert len(mails) == 1 and "Cause: ExecutionAborted." in mails[0].body
    assert len([ticket for ticket in tickets(house) if STOPPED in ticket]) == 1
    code, text = run("show", STOPPED)
    assert code == 0 and text.count("leave_to_human") == 2, "told, and left"


def test_an_event_on_which_the_safety_net_fails_waits_for_an_operator(house: House) -> None:
    invoke(house, ended(make_incident(UNKNOWN)), "Event")
    until(lambda: "mendloop-leave-to-human failed with NotFound" in run("dlq", "show")[1])
    code, text = run("dlq", "replay")
    assert code == 4 and "stays: " in text and "NotFound" in text
    waiting_for_evidence(house, UNKNOWN)
    assert "1 handed on." in run("dlq", "replay")[1]
    assert load(house, UNKNOWN).state is IncidentState.LEFT_TO_HUMAN
    assert run("dlq", "show")[1] == "Both queues are empty.\n"


def waiting_for_evidence(house: House, incident_id: str) -> Incident:
    """A claim of the deployed service, whose execution waits ten minutes before its first step."""
    service = house.production.service
    document = {**DOCUMENT, "incident_id": incident_id, "service": service, "settle_seconds": 600}
    incident = make_incident(incident_id, service=service, execution_input=json.dumps(document))
    assert house.place.wiring.incidents.claim(incident).won
    return incident


def ended(incident: Incident) -> dict[str, object]:
    """EventBridge's event of its execution."""
    detail = {"name": incident.id, "status": "ABORTED", "input": incident.execution_input}
    return {"source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": detail}


def invoke(house: House, event: dict[str, object], kind: str) -> None:
    name = house.place.outputs["LeaveToHumanName"]
    answer = house.place.client("lambda").invoke(FunctionName=name, InvocationType=kind, Payload=json.dumps(event))
    assert "FunctionError" not in answer


def load(house: House, incident_id: str) -> Incident:
    found = house.place.wiring.incidents.load(incident_id)
    assert found is not None
    return found


def tickets(house: House) -> list[str]:
    s3, bucket = house.place.client("s3"), house.place.outputs["ArtifactsBucket"]
    keys = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket, Prefix=PREFIX).get("Contents", [])]
    return [s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() for key in keys]


def until(came: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not came():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.5)

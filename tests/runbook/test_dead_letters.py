"""`mendloop dlq`: what went astray is shown, handed on once, and never lost or in the way of others."""

import json
from dataclasses import replace
from typing import Any

import pytest

from mendloop.cli.place import Place
from mendloop.contracts.incident import IncidentState
from tests.runbook.station import NOBODY, Station


def test_dead_letters_are_shown_and_stay(desk: Station) -> None:
    assert desk.run("dlq", "show") == (0, "Both queues are empty.\n")
    desk.letter("dead-letters", desk.event())
    desk.letter("undelivered", "no json \x1b[31m")
    for _ in range(2):
        code, text = desk.run("dlq", "show", "--bodies")
        assert code == 0 and "aws.cloudwatch: CloudWatch Alarm State Change, shop-errors" in text
        assert "no JSON object" in text and "\x1b" not in text
    assert (desk.waiting("dead-letters"), desk.waiting("undelivered")) == (1, 1)


def test_a_body_is_shown_without_its_secrets(desk: Station) -> None:
    secret = "AKIA" + "IOSFODNN7SECRETS"
    desk.letter("dead-letters", {"source": "shop", "key": secret})
    assert secret not in desk.run("dlq", "show", "--bodies")[1]


def test_a_replayed_dead_letter_becomes_its_incident_once(desk: Station) -> None:
    event = desk.event()
    for _ in range(2):
        desk.letter("dead-letters", event)
    code, text = desk.run("dlq", "replay")
    assert code == 0 and "2 handed on." in text and "sent to the signals queue" in text
    assert [incident.state for incident in desk.wiring.incidents.incidents()] == [IncidentState.STARTED]
    assert desk.waiting("dead-letters") == 0
    assert desk.run("dlq", "replay") == (0, "Both queues are empty.\n")


def test_one_message_is_replayed_and_the_others_stay_visible(desk: Station) -> None:
    desk.letter("dead-letters", desk.event("shop-errors"))
    desk.letter("dead-letters", desk.event("shop-latency"))
    line = next(line for line in desk.run("dlq", "show")[1].splitlines() if "shop-latency" in line)
    code, text = desk.run("dlq", "replay", "--id", line.split()[1])
    assert code == 0 and "1 handed on." in text
    (incident,) = desk.wiring.incidents.incidents()
    assert incident.signal.resource == "shop-latency"
    assert "shop-errors" in desk.run("dlq", "show")[1]
    assert desk.run("dlq", "replay", "--id", "nothing")[0] == 3


def test_one_message_is_dropped_for_good_and_printed_once_more(desk: Station) -> None:
    secret = "AKIA" + "IOSFODNN7SECRETS"
    desk.letter("dead-letters", desk.event("shop-errors") | {"key": secret})
    desk.letter("dead-letters", desk.event("shop-latency"))
    desk.letter("undelivered", desk.event("shop-errors"))
    lines = desk.run("dlq", "show")[1].splitlines()
    (line,) = [line for line in lines if line.startswith("dead") and "shop-errors" in line]
    code, text = desk.run("dlq", "drop", "--id", line.split()[1])
    assert code == 0 and "Dropped: " in text and '"alarmName": "shop-errors"' in text and secret not in text
    assert (desk.waiting("dead-letters"), desk.waiting("undelivered")) == (1, 1)
    assert desk.run("dlq", "drop", "--id", line.split()[1])[0] == 3
    assert not desk.wiring.incidents.incidents(), "nothing was handed on"


def test_an_old_dead_letter_is_skipped_for_its_age_unless_forced(desk: Station) -> None:
    old = json.loads(json.dumps(desk.event()).replace(f"{desk.alarm:%Y-%m-%dT}", "2026-01-02T"))
    desk.letter("dead-letters", old)
    desk.run("dlq", "replay")
    assert [incident.state for incident in desk.wiring.incidents.incidents()] == [IncidentState.SKIPPED]
    desk.letter("dead-letters", old)
    desk.run("dlq", "replay", "--force")
    states = {incident.state for incident in desk.wiring.incidents.incidents()}
    assert states == {IncidentState.SKIPPED, IncidentState.STARTED}


def test_an_undelivered_end_of_an_execution_reaches_the_safety_net(desk: Station) -> None:
    incident = desk.fires()
    desk.letter("undelivered", desk.ended("ABORTED", incident))
    code, text = desk.run("dlq", "replay")
    assert code == 0 and "given to leave_to_human" in text
    left = desk.load(incident.id)
    assert left.state is IncidentState.LEFT_TO_HUMAN and left.reason.startswith("ExecutionAborted")
    assert desk.waiting("undelivered") == 0


def test_what_a_function_has_failed_on_is_handed_to_it_again(desk: Station) -> None:
    incident = desk.fires()
    desk.letter("undelivered", failed_on("leave-to-human", desk.ended("TIMED_OUT", incident)))
    desk.letter("undelivered", failed_on("receive-signal", desk.event("shop-latency")))
    shown = desk.run("dlq", "show")[1]
    assert "mendloop-leave-to-human failed with Unavailable on aws.states: Step Functions Execution" in shown
    assert "mendloop-receive-signal failed with Unavailable on aws.cloudwatch" in shown
    assert "2 handed on." in desk.run("dlq", "replay")[1]
    assert desk.load(incident.id).reason.startswith("ExecutionTimedOut")
    assert "shop-latency" in {incident.signal.resource for incident in desk.wiring.incidents.incidents()}


def failed_on(function: str, event: dict[str, Any]) -> dict[str, Any]:
    """As Lambda writes it after the third attempt."""
    return {
        "version": "1.0",
        "timestamp": "2026-01-02T03:04:05.678Z",
        "requestContext": {
            "requestId": "e4b46cbf",
            "functionArn": f"arn:aws:lambda:eu-central-1:123456789012:function:mendloop-{function}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorType": "Unavailable", "errorMessage": "quotes production"},
    }


def test_the_record_of_another_function_is_a_signal_of_its_own(desk: Station) -> None:
    record = json.loads(json.dumps(failed_on("x", {"order": 1})).replace("mendloop-x", "shop-api"))
    record["timestamp"] = f"{desk.alarm:%Y-%m-%dT%H:%M:%SZ}"
    desk.letter("dead-letters", record)
    desk.run("dlq", "replay")
    (incident,) = desk.wiring.incidents.incidents()
    assert (incident.signal.resource, incident.state) == ("shop-api", IncidentState.STARTED)


def test_a_replay_that_died_before_the_deletion_is_repeated_without_harm(
    desk: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.letter("dead-letters", desk.event())
    died_with: list[str] = []

    def dies(**asked: str) -> None:
        died_with.append(asked["ReceiptHandle"])
        raise KeyboardInterrupt

    client = Place.client

    def cut(place: Place, service: str) -> Any:
        found = client(place, service)
        if service == "sqs":
            broken.setattr(found, "delete_message", dies)
            broken.setattr(found, "change_message_visibility", lambda **_: None)
        return found

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(Place, "client", cut)
        desk.run("dlq", "replay")
    desk.take_in()
    assert "Nothing to be seen: 1 in the hands of another command" in desk.run("dlq", "replay")[1]
    shown_again = {"QueueUrl": desk.place.outputs["DeadLettersQueueUrl"], "VisibilityTimeout": 0}
    desk.place.client("sqs").change_message_visibility(ReceiptHandle=died_with[0], **shown_again)
    assert "1 handed on." in desk.run("dlq", "replay")[1]
    assert [incident.state for incident in desk.wiring.incidents.incidents()] == [IncidentState.STARTED]
    assert len(desk.executions()) == 1


def test_what_cannot_be_handed_on_stops_no_other(desk: Station) -> None:
    unknown = desk.fires().model_copy(update={"id": NOBODY, "execution_input": ""})
    for event in (desk.ended("ABORTED", unknown), desk.event("shop-latency")):
        desk.letter("undelivered", event)
    desk.letter("undelivered", "no json")
    code, text = desk.run("dlq", "replay")
    assert code == 4 and "2 handed on." in text
    assert "stays: " in text and desk.waiting("undelivered") == 1
    assert "shop-latency" in {incident.signal.resource for incident in desk.wiring.incidents.incidents()}
    code, text = desk.run("dlq", "replay")
    assert code == 4 and "0 handed on." in text and desk.waiting("undelivered") == 1


def test_a_queue_that_cannot_be_reached_is_an_error_in_one_line(desk: Station) -> None:
    place = replace(desk.place, outputs={**desk.place.outputs, "DeadLettersQueueUrl": "https://sqs.example.com/1/gone"})
    code, text = replace(desk, place=place).run("dlq", "show")
    assert code == 3 and text.startswith("NotFound: AWS")
    without = replace(desk.place, outputs={k: v for k, v in desk.place.outputs.items() if k != "UndeliveredQueueUrl"})
    assert "deploy it again" in replace(desk, place=without).run("dlq", "replay")[1]


def test_what_cannot_be_handed_on_stays(desk: Station) -> None:
    event = desk.ended("ABORTED", desk.fires().model_copy(update={"id": NOBODY, "execution_input": ""}))
    desk.letter("undelivered", event)
    code, text = desk.run("dlq", "replay")
    assert code == 4 and "failed with NotFound; the message stays" in text
    assert desk.waiting("undelivered") == 1


def test_a_missed_schedule_is_dropped(desk: Station) -> None:
    desk.letter("undelivered", {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})
    assert "the schedule runs again by itself" in desk.run("dlq", "replay")[1]
    assert desk.waiting("undelivered") == 0

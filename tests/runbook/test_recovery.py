"""The recovery commands: what they do, that doing it twice does no more, and what they say when they cannot."""

import json
from typing import Any

import pytest

from mendloop.contracts.incident import Incident, IncidentState
from mendloop.domain.errors import AccessDenied
from tests.fakes.house import make_decision, make_request
from tests.runbook.station import Station

NOBODY = "inc-ffffffffffffffff"


def stuck(desk: Station, **fields: Any) -> Incident:
    """The alarm's incident, changed as given."""
    changed = desk.fires().model_copy(update=fields)
    desk.wiring.incidents.save(changed)
    return changed


def executions(desk: Station) -> list[dict[str, Any]]:
    steps = desk.place.client("stepfunctions")
    return list(steps.list_executions(stateMachineArn=desk.place.outputs["StateMachineArn"])["executions"])


# --- dlq


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


# --- unstick


def test_a_claim_without_execution_is_started_once(desk: Station) -> None:
    incident = stuck(desk, state=IncidentState.CLAIMED, execution_arn="")
    assert "Started: its claim had no execution." in desk.run("unstick", incident.id)[1]
    assert desk.load(incident.id).state is IncidentState.STARTED
    assert "Nothing is stuck: its execution runs" in desk.run("unstick", incident.id)[1]
    assert len(executions(desk)) == 1


def test_an_ended_execution_frees_its_incident(desk: Station) -> None:
    incident = stuck(desk, fault="f" * 16)
    desk.wiring.incidents.claim_fault("shop", "f" * 16, incident.id)
    desk.place.client("stepfunctions").stop_execution(executionArn=incident.execution_arn)
    code, text = desk.run("unstick", incident.id)
    assert code == 0 and "its execution has ended as ABORTED" in text
    assert desk.load(incident.id).state is IncidentState.LEFT_TO_HUMAN
    assert desk.wiring.incidents.claim_fault("shop", "f" * 16, NOBODY).generation == 2
    assert "Nothing is stuck: it has ended as left_to_human." in desk.run("unstick", incident.id)[1]


def test_an_execution_that_hangs_is_stopped_for_the_safety_net(desk: Station) -> None:
    incident = stuck(desk)
    assert "Stopped: the safety net leaves it to a human" in desk.run("unstick", incident.id, "--stop")[1]
    assert [execution["status"] for execution in executions(desk)] == ["ABORTED"]


def test_who_is_waited_for_is_said(desk: Station) -> None:
    incident = stuck(desk, state=IncidentState.WAITING)
    request = desk.wiring.decisions.ask(make_request(incident_id=incident.id))
    assert f"it waits for dana, robin until {request.expires_at:%Y-%m-%d}" in desk.run("unstick", incident.id)[1]
    desk.wiring.decisions.decide(make_decision(request))
    desk.wiring.decisions.save_token(request.id, "the-wake-up")
    assert "Woken: the decision stands" in desk.run("unstick", incident.id)[1]


# --- wrong-target


def test_the_right_target_is_kept_once_and_shown(desk: Station) -> None:
    incident = stuck(desk, fault="f" * 16)
    words = ("wrong-target", incident.id, "--function", "shop/totals.py::discount", "--by", "dana")
    assert "kept, and first when this fault of shop is mapped again" in desk.run(*words)[1]
    assert "That is known already." in desk.run(*words)[1]
    kept = desk.wiring.incidents.correction("shop", "f" * 16)
    assert kept is not None and (kept.functions, kept.by, kept.incident_id) == (
        ["shop/totals.py::discount"],
        "dana",
        incident.id,
    )
    shown = desk.run("show", incident.id)[1]
    assert "Right target: shop/totals.py::discount (dana)" in shown
    assert shown.count("The right target is shop/totals.py::discount") == 1


@pytest.mark.parametrize(
    ("function", "code", "says"),
    [
        ("order_total", 2, "is not PATH::NAME"),
        ("shop/total.py::order_total", 3, "Did you mean shop/totals.py"),
        ("shop/totals.py::order_totals", 3, "Did you mean order_total"),
        ("event.json::f", 3, "there is no file event.json"),
    ],
)
def test_a_function_that_is_not_there_is_not_kept(desk: Station, function: str, code: int, says: str) -> None:
    incident = stuck(desk, fault="f" * 16)
    answer, text = desk.run("wrong-target", incident.id, "--function", function)
    assert answer == code and says in text
    assert desk.wiring.incidents.correction("shop", "f" * 16) is None


def test_without_a_fault_there_is_nothing_to_remember_it_by(desk: Station) -> None:
    code, text = desk.run("wrong-target", stuck(desk).id, "--function", "shop/totals.py::discount")
    assert code == 2 and "has no fault" in text


# --- replay


def test_an_incident_left_to_a_human_is_opened_anew(desk: Station) -> None:
    left = desk.fails(AccessDenied.__name__)
    assert desk.run("replay", left.id)[0] == 0
    again = [each for each in desk.wiring.incidents.incidents() if each.id != left.id]
    assert [each.state for each in again] == [IncidentState.STARTED]
    assert desk.run("replay", again[0].id)[0] == 0, "a replay of a replay is unwrapped, and joins what is open"
    assert len(desk.wiring.incidents.incidents()) == 2


@pytest.mark.parametrize("words", [("unstick",), ("replay",), ("wrong-target", "--function", "a.py::f"), ("show",)])
def test_an_unknown_incident_is_said_with_what_to_do(desk: Station, words: tuple[str, ...]) -> None:
    code, text = desk.run(words[0], NOBODY, *words[1:])
    assert code == 3 and f"there is no incident {NOBODY}" in text and "mendloop incidents" in text

"""The recovery commands: what they do, that doing it twice does no more, and what they say when they cannot."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mendloop.contracts.incident import Incident, IncidentState
from mendloop.domain.errors import AccessDenied, Unavailable
from tests.fakes.house import make_decision, make_request
from tests.runbook.station import NOBODY, Station


def stuck(desk: Station, **fields: Any) -> Incident:
    """The alarm's incident, changed as given."""
    changed = desk.fires().model_copy(update=fields)
    desk.wiring.incidents.save(changed)
    return changed


# --- unstick


def test_a_claim_without_execution_is_started_once(desk: Station) -> None:
    incident = stuck(desk, state=IncidentState.CLAIMED, execution_arn="")
    assert "Started: its claim had no execution." in desk.run("unstick", incident.id)[1]
    assert desk.load(incident.id).state is IncidentState.STARTED
    assert "Nothing is stuck: its execution runs" in desk.run("unstick", incident.id)[1]
    assert len(desk.executions()) == 1


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
    assert [execution["status"] for execution in desk.executions()] == ["ABORTED"]


def test_a_claim_is_not_started_by_who_wants_it_stopped(desk: Station) -> None:
    incident = stuck(desk, state=IncidentState.CLAIMED, execution_arn="")
    assert "Stopped: the safety net" in desk.run("unstick", incident.id, "--stop")[1]
    assert [execution["status"] for execution in desk.executions()] == ["ABORTED"]
    desk.invoke_safety_net(desk.ended("ABORTED", incident))
    assert desk.load(incident.id).state is IncidentState.LEFT_TO_HUMAN
    assert "Nothing is stuck: it has ended" in desk.run("unstick", incident.id, "--stop")[1]


def test_stopping_twice_stops_once(desk: Station) -> None:
    incident = stuck(desk)
    desk.run("unstick", incident.id, "--stop")
    assert "Left to a human: its execution has ended as ABORTED" in desk.run("unstick", incident.id, "--stop")[1]
    assert desk.load(incident.id).reason.startswith("ExecutionAborted: ")


def test_freeing_that_died_half_way_is_finished_by_the_next(desk: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = stuck(desk, fault="f" * 16)
    desk.wiring.incidents.claim_fault("shop", "f" * 16, incident.id)
    desk.place.client("stepfunctions").stop_execution(executionArn=incident.execution_arn)
    with monkeypatch.context() as broken:
        broken.setattr(type(desk.wiring.incidents), "save", unavailable)
        assert desk.run("unstick", incident.id)[0] == 4
    assert desk.load(incident.id).state is IncidentState.STARTED
    assert "has ended as ABORTED" in desk.run("unstick", incident.id)[1]
    assert desk.load(incident.id).state is IncidentState.LEFT_TO_HUMAN
    assert desk.wiring.incidents.claim_fault("shop", "f" * 16, NOBODY).generation == 2
    assert desk.run("show", incident.id)[1].count("without ending the incident") == 2, "the reason, and one line"


def unavailable(*_: Any, **__: Any) -> None:
    raise Unavailable("the table does not answer")


def test_who_is_waited_for_is_said(desk: Station) -> None:
    incident = stuck(desk, state=IncidentState.WAITING)
    asked = datetime.now(UTC)
    sample = make_request(incident_id=incident.id, asked_at=asked, expires_at=asked + timedelta(hours=24))
    request = desk.wiring.decisions.ask(sample)
    assert f"it waits for dana, robin until {request.expires_at:%Y-%m-%d}" in desk.run("unstick", incident.id)[1]
    desk.wiring.decisions.decide(make_decision(request))
    desk.wiring.decisions.save_token(request.id, "the-wake-up")
    assert "Woken: the decision stands" in desk.run("unstick", incident.id)[1]


def test_a_question_that_has_expired_is_not_waited_for(desk: Station) -> None:
    incident = stuck(desk, state=IncidentState.WAITING)
    expired = datetime.now(UTC) - timedelta(hours=1)
    request = desk.wiring.decisions.ask(make_request(incident_id=incident.id, expires_at=expired))
    desk.wiring.decisions.save_token(request.id, "the-wake-up")
    desk.place.client("s3").put_object(Bucket="catalog", Key="mendloop.yaml", Body=b"broken: [")
    assert "Woken: the question has expired" in desk.run("unstick", incident.id)[1], "whatever the catalog says"


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


def test_a_correction_that_died_before_its_line_is_told_by_the_next(
    desk: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = stuck(desk, fault="f" * 16)
    words = ("wrong-target", incident.id, *["--function", "shop/totals.py::discount"] * 2)
    with monkeypatch.context() as broken:
        broken.setattr(type(desk.wiring.incidents), "note", unavailable)
        assert desk.run(*words)[0] == 4
    assert "That is known already." in desk.run(*words)[1]
    assert desk.run("show", incident.id)[1].count("The right target is shop/totals.py::discount") == 1
    kept = desk.wiring.incidents.correction("shop", "f" * 16)
    assert kept is not None and kept.functions == ["shop/totals.py::discount"]


def test_a_second_correction_takes_the_place_of_the_first(desk: Station) -> None:
    incident = stuck(desk, fault="f" * 16)
    for name in ("discount", "order_total"):
        desk.run("wrong-target", incident.id, "--function", f"shop/totals.py::{name}")
    kept = desk.wiring.incidents.correction("shop", "f" * 16)
    assert kept is not None and kept.functions == ["shop/totals.py::order_total"]


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


@pytest.mark.parametrize(("state", "how"), [("ticket", "has ended as ticket"), ("waiting", "is open")])
def test_a_replay_that_opens_nothing_says_so(desk: Station, state: str, how: str) -> None:
    incident = stuck(desk, state=IncidentState(state))
    assert f"Sent; {incident.id} {how}, hence gets one more occurrence" in desk.run("replay", incident.id)[1]
    assert len(desk.executions()) == 1


@pytest.mark.parametrize("words", [("unstick",), ("replay",), ("wrong-target", "--function", "a.py::f"), ("show",)])
def test_an_unknown_incident_is_said_with_what_to_do(desk: Station, words: tuple[str, ...]) -> None:
    code, text = desk.run(words[0], NOBODY, *words[1:])
    assert code == 3 and f"there is no incident {NOBODY}" in text and "mendloop incidents" in text

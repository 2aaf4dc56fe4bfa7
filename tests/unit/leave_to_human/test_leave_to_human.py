"""Whatever broke, a person hears of it, once, with what to do next."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.leave_to_human.cause import Cause, from_event, from_execution
from functions.leave_to_human.step import leave_to_human
from mendloop import documents
from mendloop.alerting import ALERTED
from mendloop.contracts.evidence import EvidenceSlot, EvidenceStatus
from mendloop.contracts.execution import ErrorSlot
from mendloop.contracts.incident import IncidentState
from mendloop.contracts.publication import OutcomeKind, OutcomeSlot, Ticket
from mendloop.domain.denial import Denial
from mendloop.domain.errors import BadEvent, Misconfigured, Unavailable
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.house import (
    FAULT,
    INCIDENT,
    SERVICE,
    make_catalog,
    make_evidence,
    make_execution,
    make_incident,
    make_ticket,
    make_ticket_record,
)
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.mailer import RecordingMailer
from tests.fakes.tracker import InMemoryTracker
from tests.unit.publish_pull_request.scene import Deaths, Killed

HOSTILE = "CANARY <script>"


class Desk:
    def __init__(self) -> None:
        self.artifacts, self.incidents, self.mailer = InMemoryArtifacts(), InMemoryIncidents(), RecordingMailer()
        self.tracker: InMemoryTracker = InMemoryTracker()
        self.kept = InMemoryTracker("local")
        self.catalogs, self.clock = FixedCatalog(), FixedClock()
        self.incidents.claim(make_incident(fault=FAULT, state=IncidentState.STARTED))
        self.incidents.claim_fault(SERVICE, FAULT, INCIDENT)

    def run(self, cause: Cause) -> OutcomeSlot:
        return leave_to_human(
            cause,
            incidents=self.incidents,
            artifacts=self.artifacts,
            catalogs=self.catalogs,
            tracker_for=lambda service: self.tracker,
            fallback=lambda: self.kept,
            mailer=self.mailer,
            clock=self.clock,
            site_url="https://site.example.com",
        )


def caught(desk: Desk, error: str = "AccessDenied", cause: str = HOSTILE) -> Cause:
    ref = documents.store(desk.artifacts, "e.json", make_evidence())
    slot = EvidenceSlot(status=EvidenceStatus.FAULT, ref=ref)
    return from_execution(make_execution(error=ErrorSlot(Error=error, Cause=cause), evidence=slot))


def event(status: str = "TIMED_OUT", **detail: Any) -> dict[str, Any]:
    sample = {"status": status, "name": INCIDENT, "executionArn": "arn:x", "input": make_execution().model_dump_json()}
    return {"detail-type": "Step Functions Execution Status Change", "detail": {**sample, **detail}}


def test_a_caught_error_becomes_ticket_alert_and_state() -> None:
    desk = Desk()
    slot = desk.run(caught(desk))
    [ticket], [(subject, body)] = desk.tracker.tickets.values(), desk.mailer.alerts
    incident = desk.incidents.by_id[INCIDENT]
    assert slot.kind is OutcomeKind.LEFT_TO_HUMAN
    assert slot.reason_code == "access_denied"
    assert slot.url == ticket.url
    assert incident.state is IncidentState.LEFT_TO_HUMAN
    assert incident.reason.startswith("AccessDenied: Mend what the message names")
    assert "left to a human" in subject
    assert ticket.url in body
    assert "TypeError was logged 3 times." in body
    assert "Mend what the message names" in ticket.body
    for text in (ticket.title, ticket.body, subject, body, incident.reason, slot.reason):
        assert "CANARY" not in text


def test_it_is_told_as_a_success_of_the_loop() -> None:
    desk = Desk()
    desk.run(caught(desk))
    assert "Left to a human, with the evidence" in desk.incidents.timeline(INCIDENT)[-1].what


DENIAL = Denial(role="mendloop-MapCodeRole-1A", action="dynamodb:PutItem", resource="arn:aws:dynamodb:r:1:table/i")
LAMBDA_CAUSE = json.dumps({"errorMessage": f"table i: {DENIAL.sentence()}", "errorType": "AccessDenied"})


@pytest.mark.parametrize("from_outside", [False, True])
def test_a_missing_permission_is_named_with_role_and_action(from_outside: bool) -> None:
    desk = Desk()
    caught_inside = caught(desk, cause=LAMBDA_CAUSE)
    cause = from_event(event("FAILED", error="AccessDenied", cause=LAMBDA_CAUSE)) if from_outside else caught_inside
    slot = desk.run(cause)
    [ticket], [(_, body)] = desk.tracker.tickets.values(), desk.mailer.alerts
    told = desk.incidents.timeline(INCIDENT)[-1].what
    for text in (slot.reason, desk.incidents.by_id[INCIDENT].reason, body, told):
        assert "mendloop-MapCodeRole-1A may not perform dynamodb:PutItem on arn:aws:dynamodb:r:1:table/i" in text
        assert "deploy again" in text
    assert slot.reason_code == "access_denied"
    assert "arn:aws" not in ticket.body, "accounts and roles are no allowed field of a ticket"


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("TooLarge", LAMBDA_CAUSE),
        ("AccessDenied", "the role <b>x</b> may not perform s3:GetObject on y"),
        ("AccessDenied", "the role x may not perform s3:GetObject; rm on y"),
        ("AccessDenied", f"the role x may not perform s3:GetObject on {'y' * 300}"),
    ],
)
def test_nothing_but_a_denial_of_the_exact_shape_is_read_from_a_cause(error: str, cause: str) -> None:
    assert caught(Desk(), error, cause).denial is None


def test_the_fault_is_released() -> None:
    desk = Desk()
    desk.run(caught(desk))
    assert desk.incidents.claim_fault(SERVICE, FAULT, "inc-aaaaaaaaaaaaaaaa").generation == 2


@pytest.mark.parametrize(
    ("status", "code"),
    [("FAILED", "execution_failed"), ("TIMED_OUT", "execution_timed_out"), ("ABORTED", "execution_aborted")],
)
def test_an_execution_that_ended_badly_outside(status: str, code: str) -> None:
    desk = Desk()
    assert desk.run(from_event(event(status))).reason_code == code
    assert desk.incidents.by_id[INCIDENT].state is IncidentState.LEFT_TO_HUMAN


def test_the_event_says_which_error() -> None:
    assert from_event(event("FAILED", error="TooLarge", cause=HOSTILE)).error == "TooLarge"
    assert from_event(event("FAILED", error=HOSTILE)).error == "ExecutionFailed"


@pytest.mark.parametrize("given", [None, "", "not json", json.dumps({"x": 1})])
def test_without_readable_input_the_name_tells_the_incident(given: str | None) -> None:
    assert from_event(event(input=given)).incident_id == INCIDENT


def test_an_event_without_incident_is_refused() -> None:
    with pytest.raises(BadEvent):
        from_event(event(input=None, name="something"))


@pytest.mark.parametrize("state", [state for state in IncidentState if state.terminal])
def test_an_incident_that_has_ended_is_left_as_it_is(state: IncidentState) -> None:
    desk = Desk()
    desk.incidents.save(make_incident(fault=FAULT, state=state))
    desk.run(from_event(event("ABORTED")))
    assert desk.incidents.by_id[INCIDENT].state is state
    assert not desk.mailer.alerts
    assert not desk.tracker.tickets


class BrokenTracker(InMemoryTracker):
    def file(self, ticket: Ticket) -> Ticket:
        raise Unavailable("the tracker is down")


class RevokedTracker(InMemoryTracker):
    def file(self, ticket: Ticket) -> Ticket:
        raise Misconfigured("revoked", next_action="Put a valid token into the secret.")


def test_a_ticket_that_the_tracker_refuses_is_kept_here_and_the_alert_says_why() -> None:
    desk = Desk()
    desk.tracker = RevokedTracker()
    desk.catalogs.catalog = make_catalog(tickets={"tracker": "github", "project": "acme/shop"})
    slot = desk.run(caught(desk))
    [kept] = desk.kept.tickets.values()
    body = desk.mailer.alerts[0][1]
    assert slot.url == kept.url
    assert f"Ticket: {kept.url}, kept here" in body
    assert "github failed with Misconfigured. Put a valid token" in body


def test_neither_tracker_silences_the_alert() -> None:
    desk = Desk()
    desk.tracker = desk.kept = RevokedTracker()
    desk.catalogs.catalog = make_catalog(tickets={"tracker": "github", "project": "acme/shop"})
    assert desk.run(caught(desk)).url == ""
    assert "Ticket: none: the tracker github failed" in desk.mailer.alerts[0][1]


def test_the_ticket_of_an_earlier_incident_is_told_of_this_one() -> None:
    desk = Desk()
    desk.tracker.file(make_ticket(incident_id="inc-aaaaaaaaaaaaaaaa"))
    desk.incidents.save_ticket(make_ticket_record(told_at=NOW - timedelta(hours=7)))
    standing = desk.incidents.by_id[INCIDENT]
    desk.incidents.save(standing.model_copy(update={"fault": FAULT, "generation": 2}))
    desk.run(caught(desk))
    [[said]] = desk.tracker.comments.values()
    assert f"Seen again ({INCIDENT})" in said


def test_a_tracker_that_is_down_is_said_in_the_alert() -> None:
    desk = Desk()
    desk.tracker = BrokenTracker()
    slot = desk.run(caught(desk))
    assert slot.url == ""
    assert "none: the tracker local failed with Unavailable" in desk.mailer.alerts[0][1]


def test_evidence_that_is_gone_and_a_missing_catalog_do_not_silence_it() -> None:
    desk = Desk()
    cause = caught(desk)
    desk.artifacts.contents.clear()
    desk.catalogs.catalog = None
    desk.run(cause)
    assert "the catalog could not be read" in desk.mailer.alerts[0][1]


def test_tickets_that_need_approval_are_not_filed() -> None:
    desk = Desk()
    desk.catalogs.catalog = make_catalog(tickets={"needs_approval": True})
    desk.run(caught(desk))
    assert not desk.tracker.tickets
    assert len(desk.mailer.alerts) == 1


EFFECTS = (
    *(("tracker", "file"), ("mailer", "alert")),
    *(("incidents", name) for name in ("note", "save", "release_fault")),
)
BOUNDARIES = 2 * 6


@pytest.mark.parametrize("at", range(BOUNDARIES))
def test_a_death_at_any_boundary_is_made_good(at: int) -> None:
    desk, deaths = Desk(), Deaths(at)
    for owner, name in EFFECTS:
        deaths.wrap(getattr(desk, owner), name)
    cause = caught(desk)
    with pytest.raises(Killed):
        desk.run(cause)
    desk.clock.advance(minutes=1)
    desk.run(cause)
    print(f"killed {deaths.names[at]} ({at + 1} of {BOUNDARIES})")
    assert len(desk.tracker.tickets) == 1
    assert desk.incidents.by_id[INCIDENT].state is IncidentState.LEFT_TO_HUMAN
    lines = [entry.what for entry in desk.incidents.timeline(INCIDENT)]
    assert len(lines) == len(set(lines)) == 2 and ALERTED in lines
    # Mail knows no transaction: only a death between it and its note repeats it.
    assert len(desk.mailer.alerts) == (2 if "after alert" in deaths.names[max(at - 1, 0) : at + 1] else 1)

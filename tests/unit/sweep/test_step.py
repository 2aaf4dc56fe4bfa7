"""Sweep frees what got stuck, once."""

import json
import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from functions.intake.readers import read
from functions.sweep.step import Swept, sweep
from mendloop.alerting import ALERTED
from mendloop.asking import asked_line, failed_line, held_back, reminded_line
from mendloop.contracts.incident import Incident, IncidentState, TimelineEntry
from mendloop.domain.errors import AccessDenied, Unavailable
from mendloop.ports import AlarmDescription
from mendloop.timeline import told
from tests.fakes.audit import InMemoryAudit
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.decisions import InMemoryDecisions
from tests.fakes.house import (
    ALARM,
    FAULT,
    INCIDENT,
    make_catalog,
    make_decision,
    make_incident,
    make_request,
    make_signal,
)
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.mailer import RecordingMailer
from tests.fakes.signals import InMemorySignals
from tests.fakes.signer import InMemorySigner
from tests.fakes.telemetry import ScriptedTelemetry
from tests.fakes.workflow import ARN, RecordingWorkflow
from tests.unit.publish_pull_request.scene import Deaths, Killed

OTHER = "inc-ffffffffffffffff"


class House:
    """The step with its fakes, half an hour after the incident."""

    def __init__(self, *standing: Incident, minutes: int = 30) -> None:
        self.incidents, self.workflow, self.telemetry = InMemoryIncidents(), RecordingWorkflow(), ScriptedTelemetry()
        self.clock, self.decisions = FixedClock(NOW + timedelta(minutes=minutes)), InMemoryDecisions()
        self.catalogs, self.mailer, self.signals = FixedCatalog(), RecordingMailer(), InMemorySignals()
        self.signer, self.audit = InMemorySigner(), InMemoryAudit()
        for incident in standing:
            self.incidents.claim(incident)

    def telemetry_at(self, account: str, region: str) -> ScriptedTelemetry:
        assert (account, region) == ("123456789012", "eu-central-1"), "where the signal came from"
        return self.telemetry

    def sweep(self) -> Swept:
        return sweep(
            incidents=self.incidents,
            decisions=self.decisions,
            catalogs=self.catalogs,
            workflow=self.workflow,
            telemetry_at=self.telemetry_at,
            signals=self.signals,
            signer=self.signer,
            audit=self.audit,
            mailer=self.mailer,
            clock=self.clock,
            site_url="https://site.example.com",
        )


def test_a_claim_without_execution_is_started_with_its_stored_input() -> None:
    house = House(make_incident(execution_input='{"b":1,"a":2}'))

    assert house.sweep().started == [INCIDENT]
    assert house.sweep().started == []

    assert house.workflow.started == {INCIDENT: '{"b":1,"a":2}'}
    standing = house.incidents.load(INCIDENT)
    assert standing is not None and standing.state is IncidentState.STARTED


def test_a_fresh_claim_is_left_to_intake() -> None:
    house = House(make_incident(), minutes=1)

    assert house.sweep() == Swept()
    assert house.workflow.starts == []


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED", "SUCCEEDED"])
def test_a_closed_execution_releases_its_incident_and_fault(status: str) -> None:
    house = House(make_incident(state=IncidentState.WAITING, execution_arn=ARN + INCIDENT, fault=FAULT))
    house.incidents.claim_fault("shop", FAULT, INCIDENT)
    house.workflow.statuses[ARN + INCIDENT] = status

    assert [house.sweep().freed for _ in range(3)] == [[INCIDENT], [INCIDENT], []], "the safety net first, then itself"

    standing = house.incidents.load(INCIDENT)
    assert standing is not None and standing.state is IncidentState.LEFT_TO_HUMAN and status in standing.reason
    assert house.incidents.claim_fault("shop", FAULT, "inc-00000000000000bb").generation == 2


@pytest.mark.parametrize(
    ("status", "cause"),
    [("FAILED", "ExecutionFailed"), ("ABORTED", "ExecutionAborted"), ("SUCCEEDED", "UnknownError")],
)
def test_an_end_whose_news_was_lost_is_told_to_the_operators_once(status: str, cause: str) -> None:
    house = House(make_incident(state=IncidentState.WAITING, execution_arn=ARN + INCIDENT))
    house.workflow.statuses[ARN + INCIDENT] = status
    for _ in range(3):
        house.sweep()
    ((subject, body),) = house.mailer.alerts
    assert "left to a human" in subject and f"Cause: {cause}." in body
    assert f"https://site.example.com/incidents/{INCIDENT}" in body and "mendloop replay" in body


def test_an_end_whose_news_was_lost_is_handed_to_the_safety_net_which_files_the_ticket() -> None:
    house = House(make_incident(state=IncidentState.WAITING, execution_arn=ARN + INCIDENT))
    house.workflow.statuses[ARN + INCIDENT] = "ABORTED"
    assert house.sweep().freed == [INCIDENT]
    standing = house.incidents.load(INCIDENT)
    assert standing is not None and standing.state is IncidentState.WAITING and house.mailer.alerts == []
    assert house.workflow.reported == [(INCIDENT, "ABORTED", standing.execution_input)]
    house.sweep()
    assert len(house.workflow.reported) == 1, "once: after that it is freed here"


class Unreachable(RecordingWorkflow):
    """Its safety net cannot be invoked."""

    def report_end(self, name: str, status: str, document: str) -> None:
        raise AccessDenied("lambda:InvokeFunction")


def test_where_the_safety_net_cannot_be_reached_the_sweep_frees_at_once() -> None:
    house = House(make_incident(state=IncidentState.WAITING, execution_arn=ARN + INCIDENT))
    house.workflow = Unreachable()
    house.workflow.statuses[ARN + INCIDENT] = "FAILED"
    assert house.sweep().freed == [INCIDENT]
    standing = house.incidents.load(INCIDENT)
    assert standing is not None and standing.state is IncidentState.LEFT_TO_HUMAN
    assert [subject for subject, _ in house.mailer.alerts if "left to a human" in subject]
    assert "leave_to_human could not be told: AccessDenied" in [
        each.what for each in house.incidents.timeline(INCIDENT)
    ]


def test_a_mail_that_was_refused_is_sent_by_the_next_who_comes() -> None:
    house = House(make_incident(state=IncidentState.WAITING, execution_arn=ARN + INCIDENT))
    house.workflow.statuses[ARN + INCIDENT] = "FAILED"
    house.sweep()
    mailer, house.mailer = house.mailer, Silent()
    for _ in range(2):
        assert house.sweep().failed == [f"{INCIDENT}: Unavailable: no mail"]
    house.mailer = mailer
    assert (house.sweep().failed, len(mailer.alerts)) == ([], 1)


class Silent(RecordingMailer):
    """Takes no mail."""

    def alert(self, subject: str, body: str) -> None:
        raise Unavailable("no mail")


def test_whom_the_safety_net_has_told_is_not_told_again() -> None:
    house = House(make_incident(state=IncidentState.STARTED, execution_arn=ARN + INCIDENT))
    house.workflow.statuses[ARN + INCIDENT] = "FAILED"
    house.incidents.note(INCIDENT, TimelineEntry(at=NOW, step="leave_to_human", what=ALERTED))
    assert [house.sweep().freed for _ in range(3)] == [[INCIDENT], [INCIDENT], []]
    assert house.mailer.alerts == []


def test_an_execution_that_has_just_ended_is_left_to_the_safety_net() -> None:
    house = House(make_incident(state=IncidentState.WAITING, execution_arn=ARN + INCIDENT), minutes=300)
    house.workflow.statuses[ARN + INCIDENT] = "ABORTED"
    house.workflow.ends[ARN + INCIDENT] = house.clock.now() - timedelta(minutes=1)
    assert house.sweep() == Swept()
    house.clock.advance(minutes=10)
    assert house.sweep().freed == [INCIDENT]


class ListedLate(InMemoryIncidents):
    """Lists incidents as they were when they were opened, as an index may."""

    def incidents(self, **asked: Any) -> list[Incident]:
        return [make_incident(state=IncidentState.WAITING, execution_arn=ARN + INCIDENT)]


def test_what_has_ended_in_the_meantime_is_not_left_to_anybody() -> None:
    house = House()
    house.incidents = ListedLate()
    house.incidents.claim(make_incident(state=IncidentState.PULL_REQUEST, execution_arn=ARN + INCIDENT))
    house.workflow.statuses[ARN + INCIDENT] = "SUCCEEDED"
    assert (house.sweep().freed, house.mailer.alerts) == ([], [])


def test_a_sweep_that_dies_anywhere_is_finished_by_the_next() -> None:
    for death in range(20):
        house = House(make_incident(state=IncidentState.WAITING, execution_arn=ARN + INCIDENT, fault=FAULT))
        house.incidents.claim_fault("shop", FAULT, INCIDENT)
        house.workflow.statuses[ARN + INCIDENT] = "ABORTED"
        deaths = Deaths(at=death)
        for target, name in ((house.mailer, "alert"), (house.incidents, "save"), (house.incidents, "release_fault")):
            deaths.wrap(target, name)
        deaths.wrap(house.workflow, "report_end")
        for _ in range(3):
            with suppress(Killed):
                house.sweep()
        standing = house.incidents.load(INCIDENT)
        assert standing is not None and standing.state is IncidentState.LEFT_TO_HUMAN, deaths.names
        assert house.incidents.claim_fault("shop", FAULT, "inc-00000000000000bb").generation == 2, deaths.names
        # Mail knows no transaction: who dies right after sending sends again.
        assert len(house.mailer.alerts) == (2 if deaths.names[death : death + 1] == ["after alert"] else 1)
    assert deaths.seen < death, "every place to die at was tried"


@pytest.mark.parametrize("status", ["RUNNING", "UNKNOWN"])
def test_a_running_or_unknown_execution_is_left_alone(status: str) -> None:
    house = House(make_incident(state=IncidentState.STARTED, execution_arn=ARN + INCIDENT))
    house.workflow.statuses[ARN + INCIDENT] = status

    assert house.sweep() == Swept()


def test_an_alarm_that_stays_in_alarm_is_put_in_again_every_full_hour() -> None:
    house = House(make_incident(state=IncidentState.TICKET), minutes=70)
    house.telemetry.alarms[ALARM] = AlarmDescription(name=ALARM, state="ALARM", state_since=NOW)

    assert house.sweep().stuck == [INCIDENT]
    for _ in range(4):
        assert house.sweep().stuck == [], "once an hour"
        house.clock.advance(minutes=12)
    assert house.sweep().stuck == []
    house.clock.advance(minutes=5)
    assert house.sweep().stuck == [INCIDENT]

    assert len(house.signals.bodies) == len(house.incidents.timeline(INCIDENT)) == 2
    readings = [read(json.loads(body)) for body in house.signals.bodies]
    ((first,), (second,)) = readings
    assert first.identity != second.identity and first.signal and first.signal.source == "recheck"
    assert first.signal.dimensions == make_incident().signal.dimensions
    assert first.signal.time == NOW + timedelta(minutes=70), "its window is the present one"


@pytest.mark.parametrize(
    ("changes", "alarm"),
    [
        ({}, {"state": "OK"}),
        ({}, {"state": "ALARM", "state_since": NOW + timedelta(minutes=5)}),
        ({"state": IncidentState.SKIPPED}, {"state": "ALARM"}),
        ({"signal": make_signal(source="recheck")}, {"state": "ALARM"}),
        ({"signal": make_signal(kind="log_errors")}, {"state": "ALARM"}),
        ({"updated_at": NOW + timedelta(minutes=30)}, {"state": "ALARM"}),
        ({"updated_at": NOW - timedelta(days=8)}, {"state": "ALARM"}),
    ],
)
def test_an_alarm_is_not_put_in_again(changes: dict[str, Any], alarm: dict[str, Any]) -> None:
    house = House(make_incident(**{"state": IncidentState.TICKET, **changes}), minutes=70)
    house.telemetry.alarms[ALARM] = AlarmDescription(name=ALARM, **alarm)
    assert house.sweep().stuck == house.signals.bodies == []


def test_a_sweep_that_dies_while_looking_again_is_the_same_hour() -> None:
    house = House(make_incident(state=IncidentState.TICKET), minutes=70)
    house.telemetry.alarms[ALARM] = AlarmDescription(name=ALARM, state="ALARM", state_since=NOW)
    deaths = Deaths(at=1)
    deaths.wrap(house.signals, "put")
    with suppress(Killed):
        house.sweep()
    house.clock.advance(minutes=15)
    house.sweep()
    assert len({read(json.loads(body))[0].identity for body in house.signals.bodies}) == 1


class FailingWorkflow(RecordingWorkflow):
    """Does not answer for one incident."""

    def start(self, name: str, document: str) -> str:
        if name == INCIDENT:
            raise Unavailable("no answer")
        return super().start(name, document)


def test_one_that_fails_does_not_stop_the_others() -> None:
    house = House(make_incident(), make_incident("inc-00000000000000bb"))
    house.workflow = FailingWorkflow()

    swept = house.sweep()

    assert swept.started == ["inc-00000000000000bb"]
    assert swept.failed == [f"{INCIDENT}: Unavailable: no answer"]


def test_a_decision_whose_wake_up_was_lost_is_sent_again() -> None:
    house = House(make_incident(state=IncidentState.WAITING, execution_arn=ARN + INCIDENT))
    house.workflow.statuses[ARN + INCIDENT] = "RUNNING"
    request = house.decisions.ask(make_request())
    house.decisions.save_token(request.id, "token-1")

    assert house.sweep().woken == []
    house.decisions.decide(make_decision(request))

    assert house.sweep().woken == [INCIDENT]
    assert house.workflow.woken == ["token-1"]


def waiting(minutes: int, *said: str) -> House:
    """A question to Dana and Robin, asked at NOW for an hour with a reminder after 30 minutes."""
    house = House(make_incident(state=IncidentState.WAITING, execution_arn=ARN + INCIDENT), minutes=minutes)
    house.catalogs = FixedCatalog(make_catalog(limits={"approval_hours": 1, "reminder_hours": 0.5}))
    house.workflow.statuses[ARN + INCIDENT] = "RUNNING"
    request = house.decisions.ask(make_request(expires_at=NOW + timedelta(hours=1)))
    house.decisions.save_token(request.id, "token-1")
    lines = [asked_line(request, "dana"), asked_line(request, "robin"), *said]
    for what in lines:
        house.incidents.note(INCIDENT, TimelineEntry(at=NOW, step="request_approval", what=what))
    return house


ONE = make_request()
REMINDED = [reminded_line(ONE, name) for name in ("dana", "robin")]


@pytest.mark.parametrize(
    ("minutes", "said", "woken"),
    [
        (29, [], False),
        (31, [], True),
        (31, REMINDED, False),
        (59, REMINDED, False),
        (61, REMINDED, True),
    ],
)
def test_what_the_catalog_sets_shorter_than_the_wait_is_kept(minutes: int, said: list[str], woken: bool) -> None:
    assert waiting(minutes, *said).sweep().woken == ([INCIDENT] if woken else [])


def test_a_mail_that_failed_is_tried_again_and_one_that_went_out_since_is_not() -> None:
    assert waiting(15, failed_line(ONE, "robin")).sweep().woken == [], "robin was asked in the meantime"
    house = waiting(15, failed_line(ONE, "robin"))
    house.incidents._timeline[INCIDENT] = [
        entry for entry in house.incidents._timeline[INCIDENT] if entry.what != asked_line(ONE, "robin")
    ]
    assert house.sweep().woken == [INCIDENT]


def test_an_unreadable_catalog_keeps_nothing_else_from_being_freed() -> None:
    house = House(make_incident())
    house.catalogs.catalog = None
    assert house.sweep().started == [INCIDENT]


def test_what_was_held_in_a_storm_comes_in_one_mail_with_a_link_each() -> None:
    names = [f"inc-{number:016x}" for number in range(35)]
    house = House(*(make_incident(name, state=IncidentState.WAITING) for name in names))
    for name in names:
        question = house.decisions.ask(make_request(id=f"{name}.0-aaaa", incident_id=name, approvers=["dana"]))
        house.incidents.note(name, TimelineEntry(at=NOW, step="request_approval", what=held_back(question, "dana")))
    assert house.sweep().digests == ["dana"]
    (mail,) = house.mailer.sent
    assert mail.to == "dana" and mail.body.count("/r/") == 30 and "5 more will follow" in mail.body
    assert len(set(re.findall(r"/r/(\S+)", mail.body))) == 30
    assert house.sweep().digests == ["dana"] and house.mailer.sent[1].body.count("/r/") == 5
    assert house.sweep().digests == [] and len(house.mailer.sent) == 2
    assert len(house.audit.chain(names[0])) == 1, "a link in a digest is written down like every other"


def test_a_held_reminder_becomes_a_reminder_and_a_decided_question_is_left_out() -> None:
    house = House(make_incident(state=IncidentState.WAITING), make_incident(OTHER, state=IncidentState.WAITING))
    asked = [house.decisions.ask(make_request(id=f"{name}.0-a", incident_id=name)) for name in (INCIDENT, OTHER)]
    house.decisions.decide(make_decision(asked[1]))
    for each in asked:
        for what in (asked_line(each, "dana"), asked_line(each, "robin"), held_back(each, "dana", again=True)):
            house.incidents.note(each.incident_id, TimelineEntry(at=NOW, step="request_approval", what=what))
    house.sweep()
    assert [mail.to for mail in house.mailer.sent] == ["dana"] and house.mailer.sent[0].body.count("/r/") == 1
    assert told(house.incidents, INCIDENT, "request_approval", reminded_line(asked[0], "dana"))


def test_the_operators_hear_once_of_who_gets_no_mail() -> None:
    house = House()
    house.mailer.unconfirmed = {"dana", "robin"}
    for _ in range(3):
        house.sweep()
    ((subject, body),) = house.mailer.alerts
    assert "gets no mail" in subject and "dana gets no mail: the confirmation mail was not followed." in body
    assert "Nobody can be asked about shop" in body and "mendloop catalog push" in body
    house.clock.advance(days=7)
    assert house.sweep().unreachable and len(house.mailer.alerts) == 2, "and again next week"

"""Intake: one event, however often and however delivered, is one incident with one execution."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.intake.outcome import Outcome
from functions.intake.step import Intake
from mendloop import incident_facts
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import IncidentState, SignalKind
from mendloop.domain.errors import Unavailable
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.house import make_catalog
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.switch import InMemorySwitch
from tests.fakes.workflow import RecordingWorkflow


class House:
    """An intake with its fakes."""

    def __init__(self, workflow: RecordingWorkflow | None = None, **service: Any) -> None:
        self.artifacts, self.incidents, self.clock = InMemoryArtifacts(), InMemoryIncidents(), FixedClock()
        self.workflow, self.switch = workflow or RecordingWorkflow(), InMemorySwitch()
        catalog = FixedCatalog(make_catalog(**service))
        self.intake = Intake(self.artifacts, self.incidents, catalog, self.switch, self.workflow, self.clock)

    def take(self, event: Any) -> Outcome:
        (taken,) = self.intake.take(event if isinstance(event, str) else json.dumps(event))
        return taken.outcome


def alarm(name: str = "shop-errors", at: str = "2026-11-20T09:59:58.123+0000", state: str = "ALARM") -> dict[str, Any]:
    return {
        "source": "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        "account": "123456789012",
        "region": "eu-central-1",
        "time": at[:19] + "Z",
        "detail": {
            "alarmName": name,
            "state": {"value": state, "timestamp": at, "reason": "Threshold Crossed"},
            "previousState": {"value": "OK"},
            "configuration": {
                "metrics": [
                    {
                        "metricStat": {
                            "metric": {
                                "namespace": "AWS/Lambda",
                                "name": "Errors",
                                "dimensions": {"FunctionName": "shop-api"},
                            }
                        }
                    }
                ]
            },
        },
    }


def by_sns(event: dict[str, Any], raw: bool) -> dict[str, Any]:
    detail = event["detail"]
    body = {
        "AlarmName": detail["alarmName"],
        "AWSAccountId": event["account"],
        "NewStateValue": detail["state"]["value"],
        "NewStateReason": "Threshold Crossed",
        "StateChangeTime": detail["state"]["timestamp"],
        "Region": "EU (Frankfurt)",
        "AlarmArn": f"arn:aws:cloudwatch:{event['region']}:{event['account']}:alarm:{detail['alarmName']}",
        "OldStateValue": "OK",
        "Trigger": {
            "MetricName": "Errors",
            "Namespace": "AWS/Lambda",
            "Dimensions": [{"name": "FunctionName", "value": "shop-api"}],
        },
    }
    if raw:
        return body
    return {
        "Type": "Notification",
        "TopicArn": "arn:aws:sns:eu-central-1:123456789012:signals",
        "Message": json.dumps(body),
    }


def as_action(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": "aws.cloudwatch",
        "alarmArn": f"arn:aws:cloudwatch:{event['region']}:{event['account']}:alarm:{event['detail']['alarmName']}",
        "accountId": event["account"],
        "time": event["detail"]["state"]["timestamp"],
        "region": event["region"],
        "alarmData": event["detail"],
    }


def test_an_alarm_starts_one_execution_with_a_document_that_can_be_read() -> None:
    house = House()

    assert house.take(alarm()) is Outcome.STARTED

    (incident,) = house.incidents.by_id.values()
    assert (incident.state, incident.service) == (IncidentState.STARTED, "shop")
    assert incident.execution_arn.endswith(incident.id)
    document = Execution.model_validate_json(house.workflow.started[incident.id])
    assert (document.incident_id, document.trigger.resource, document.settle_seconds) == (
        incident.id,
        "shop-errors",
        20,
    )
    assert incident.signal.dimensions == {"FunctionName": "shop-api"}
    assert incident.signal.raw is not None
    assert len(house.incidents.occurrences(incident.id)) == 1


@pytest.mark.parametrize(
    "again",
    [alarm, lambda: by_sns(alarm(), raw=False), lambda: by_sns(alarm(), raw=True), lambda: as_action(alarm())],
    ids=["eventbridge", "sns", "raw sns", "lambda action"],
)
def test_one_state_change_however_delivered_and_three_times_is_one_execution(
    again: Callable[[], dict[str, Any]],
) -> None:
    house = House()

    outcomes = [house.take(alarm()), house.take(again()), house.take(again())]

    assert outcomes == [Outcome.STARTED, Outcome.REPEATED, Outcome.REPEATED]
    assert len(house.workflow.starts) == 1
    (incident_id,) = house.incidents.by_id
    assert len(house.incidents.occurrences(incident_id)) == 1


class CrashingWorkflow(RecordingWorkflow):
    """Dies before the first start."""

    def start(self, name: str, document: str) -> str:
        if not self.starts:
            self.starts.append("crash")
            raise Unavailable("the state machine does not answer")
        return super().start(name, document)


def test_a_crash_between_claim_and_start_is_started_again_with_identical_input() -> None:
    house = House(CrashingWorkflow())
    with pytest.raises(Unavailable):
        house.take(alarm())
    (claimed,) = house.incidents.by_id.values()
    assert claimed.state is IncidentState.CLAIMED

    house.clock.advance(seconds=90)
    assert house.take(alarm()) is Outcome.STARTED
    assert house.take(alarm()) is Outcome.REPEATED

    assert house.workflow.started == {claimed.id: claimed.execution_input}
    assert house.workflow.starts == ["crash", claimed.id]


class DyingIncidents(InMemoryIncidents):
    """Dies when the start is to be written down."""

    died = False

    def save(self, incident: Any, *, expected: Any = None) -> None:
        if not self.died:
            self.died = True
            raise Unavailable("the table does not answer")
        super().save(incident, expected=expected)


def test_a_crash_after_the_start_is_the_same_execution() -> None:
    house = House()
    house.incidents = DyingIncidents()
    house.intake = Intake(house.artifacts, house.incidents, FixedCatalog(), house.switch, house.workflow, house.clock)
    with pytest.raises(Unavailable):
        house.take(alarm())

    assert house.take(alarm()) is Outcome.STARTED

    assert len(house.workflow.started) == 1
    assert [incident.state for incident in house.incidents.by_id.values()] == [IncidentState.STARTED]


@pytest.mark.parametrize("name", ["mendloop-dlq-depth", "mendloop", "TargetTracking-table/shop-AlarmHigh-1"])
def test_own_and_autoscaling_alarms_start_nothing_and_leave_nothing(name: str) -> None:
    house = House(signals={"alarms": ["*"]})

    assert house.take(alarm(name)) is Outcome.IGNORED

    assert not house.incidents.by_id and not house.workflow.starts


def test_own_log_groups_start_nothing() -> None:
    house = House(signals={"log_groups": ["*"]})
    lines = {
        "messageType": "DATA_MESSAGE",
        "owner": "123456789012",
        "logGroup": "/aws/lambda/mendloop-intake",
        "logEvents": [{"id": "1", "timestamp": 1795600000000, "message": "[ERROR] KeyError: 'x'"}],
    }

    assert house.take(lines) is Outcome.IGNORED


def test_a_service_that_did_not_opt_in_is_skipped_and_says_what_to_do() -> None:
    house = House()

    event = alarm("billing-errors")
    event["detail"]["configuration"] = {}
    assert house.take(event) is Outcome.SKIPPED

    (incident,) = house.incidents.by_id.values()
    assert incident.state is IncidentState.SKIPPED
    assert "name it under a service's `signals`" in incident.reason
    assert not house.workflow.starts


def test_a_paused_service_is_skipped_with_the_reason() -> None:
    house = House()
    house.switch.services.add("shop")

    assert house.take(alarm()) is Outcome.SKIPPED

    (incident,) = house.incidents.by_id.values()
    assert "mendloop resume shop" in incident.reason
    assert not house.workflow.starts


def test_a_pause_does_not_strand_what_was_claimed_before() -> None:
    house = House(CrashingWorkflow())
    with pytest.raises(Unavailable):
        house.take(alarm())
    house.switch.services.add("shop")

    assert house.take(alarm()) is Outcome.STARTED


def test_debounce_records_the_occurrence_on_the_incident_that_runs() -> None:
    house = House()
    house.take(alarm())

    (again,) = house.intake.take(json.dumps(alarm(at="2026-11-20T10:00:20.000+0000")))

    (incident_id,) = house.incidents.by_id
    assert (again.outcome, again.incident_id) == (Outcome.REPEATED, incident_id) and "debounce" in again.reason
    assert len(house.incidents.occurrences(incident_id)) == 2


def test_what_repeats_joins_the_first_incident_and_none_that_was_split_off() -> None:
    house = House()
    house.take(alarm())
    (first,) = house.incidents.by_id.values()
    later = first.opened_at + timedelta(seconds=5)
    child = first.model_copy(update={"id": "inc-00000000000000c1", "opened_at": later, "linked": [first.id]})
    house.take(again := alarm(at="2026-11-20T10:00:20.000+0000"))
    house.incidents.save(first.model_copy(update={"linked": [child.id]}))
    house.incidents.claim(child)

    assert house.take(again) is house.take(alarm(at="2026-11-20T10:00:30.000+0000")) is Outcome.REPEATED

    assert len(house.incidents.occurrences(first.id)) == 3
    assert house.incidents.occurrences(child.id) == []


def end(house: House, state: IncidentState) -> None:
    for incident in list(house.incidents.by_id.values()):
        house.incidents.save(incident.model_copy(update={"state": state, "updated_at": house.clock.now()}))


def test_cool_down_after_an_ended_incident_then_a_new_one() -> None:
    house = House()
    house.take(alarm())
    end(house, IncidentState.TICKET)
    house.clock.advance(minutes=10)
    assert house.take(alarm(at="2026-11-20T10:10:00.000+0000")) is Outcome.REPEATED
    house.clock.advance(minutes=31)

    assert house.take(alarm(at="2026-11-20T10:41:00.000+0000")) is Outcome.STARTED
    assert len(house.workflow.started) == 2


def test_starts_per_hour_and_open_incidents_are_limits_that_are_said() -> None:
    house = House(limits={"open_incidents": 2})
    outcomes = [house.take(alarm(f"shop-{number}")) for number in range(3)]
    assert outcomes == [Outcome.STARTED, Outcome.STARTED, Outcome.SKIPPED]
    skipped = house.incidents.incidents(state=IncidentState.SKIPPED)
    assert "limits.open_incidents" in skipped[0].reason

    hourly = House(limits={"starts_per_hour": 1})
    assert hourly.take(alarm("shop-1")) is Outcome.STARTED
    end(hourly, IncidentState.CLOSED)
    assert hourly.take(alarm("shop-2")) is Outcome.SKIPPED


def test_a_mute_holds_until_its_day_for_its_resources_alone() -> None:
    mute = {"resource": "shop-*", "until": "2026-11-20T12:00:00Z", "reason": "load test"}
    house = House(mutes=[mute])

    assert house.take(alarm("shop-errors")) is Outcome.SKIPPED
    (skipped,) = house.incidents.incidents(state=IncidentState.SKIPPED)
    assert "muted until 2026-11-20 12:00 UTC: load test" in skipped.reason
    assert House(mutes=[mute | {"resource": "other"}]).take(alarm("shop-errors")) is Outcome.STARTED
    assert House(mutes=[mute | {"until": "2026-11-20T09:00:00Z"}]).take(alarm("shop-errors")) is Outcome.STARTED


def test_old_and_future_signals_are_skipped() -> None:
    house = House()

    assert house.take(alarm(at="2026-11-18T09:00:00.000+0000")) is Outcome.SKIPPED
    assert house.take(alarm(at="2026-11-25T09:00:00.000+0000")) is Outcome.SKIPPED

    reasons = {incident.reason for incident in house.incidents.by_id.values()}
    assert any("maximum_age_hours" in reason for reason in reasons)
    assert any("future" in reason for reason in reasons)


def replayed(event: dict[str, Any]) -> dict[str, Any]:
    return {"source": "mendloop.replay", "detail-type": event["detail-type"], "detail": event, "time": "x"}


def test_a_replay_passes_the_age_limit_and_three_replays_are_one_execution() -> None:
    house = House()
    old = replayed(alarm(at="2025-01-01T09:00:00.000+0000"))

    assert [house.take(old) for _ in range(3)] == [Outcome.STARTED, Outcome.REPEATED, Outcome.REPEATED]


def test_a_replay_opens_again_what_was_left_to_a_human() -> None:
    house = House()
    house.take(alarm())
    end(house, IncidentState.LEFT_TO_HUMAN)

    assert house.take(replayed(alarm())) is Outcome.STARTED
    assert house.take(replayed(alarm())) is Outcome.REPEATED

    assert len(house.workflow.started) == 2


def test_recovery_is_noted_on_the_open_incident() -> None:
    house = House()
    house.take(alarm())

    assert house.take(alarm(at="2026-11-20T10:05:00.000+0000", state="OK")) is Outcome.RECOVERED

    (incident_id,) = house.incidents.by_id
    assert any(entry.what.startswith("Recovered at 10:05") for entry in house.incidents.timeline(incident_id))
    assert [found.signal.recovered for found in house.incidents.occurrences(incident_id)] == [False, True]


def test_recovery_is_noted_on_an_incident_that_has_ended_once() -> None:
    house = House()
    house.take(alarm())
    end(house, IncidentState.TICKET)
    well = alarm(at="2026-11-20T10:05:00.000+0000", state="OK")

    assert [house.take(well), house.take(well)] == [Outcome.RECOVERED, Outcome.RECOVERED]

    (incident_id,) = house.incidents.by_id
    told = [entry.what for entry in house.incidents.timeline(incident_id) if "Recovered" in entry.what]
    assert told == ["Recovered at 10:05:00 UTC"]
    assert incident_facts.recovered_at(house.incidents, incident_id) == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    "well",
    [alarm("shop-other", "2026-11-20T10:05:00.000+0000", "OK"), alarm(at="2026-11-20T09:00:00.000+0000", state="OK")],
    ids=["another alarm", "before it fired"],
)
def test_recovery_of_something_else_is_not_this_incidents(well: dict[str, Any]) -> None:
    house = House()
    house.take(alarm())
    assert house.take(well) is Outcome.IGNORED
    (incident_id,) = house.incidents.by_id
    assert incident_facts.recovered_at(house.incidents, incident_id) is None


@pytest.mark.parametrize("body", ["{", "[]", "3", '{"detail-type":"Tea","detail":{}}', '{"a":' * 5000, "null", '"x"'])
def test_what_nobody_understands_is_kept_and_shown_and_never_raises(body: str) -> None:
    house = House()

    assert house.take(body) is Outcome.NOT_UNDERSTOOD
    assert house.take(body) is Outcome.NOT_UNDERSTOOD

    (incident,) = house.incidents.by_id.values()
    assert (incident.state, incident.signal.kind) == (IncidentState.SKIPPED, SignalKind.NOT_UNDERSTOOD)
    assert incident.reason.startswith("not understood: ")
    assert list(house.artifacts.contents.values()) == [body.encode()[:262_144]]


def test_the_raw_event_is_redacted_before_it_is_kept() -> None:
    house = House()
    event = alarm()
    event["detail"]["state"]["reason"] = "login of dana@example.com with AKIAIOSFODNN7EXAMPLE failed"

    house.take(event)

    kept = b"".join(house.artifacts.contents.values()).decode()
    (incident,) = house.incidents.by_id.values()
    for text in (kept, incident.model_dump_json()):
        assert "dana@example.com" not in text and "AKIAIOSFODNN7EXAMPLE" not in text


def test_a_rehearsal_starts_whatever_the_limits_say() -> None:
    house = House(limits={"starts_per_hour": 1, "open_incidents": 1})
    house.take(alarm())
    event = {
        "source": "mendloop.rehearsal",
        "detail-type": "Rehearsal",
        "account": "123456789012",
        "region": "eu-central-1",
        "id": "1",
        "time": NOW.isoformat(),
        "detail": {"service": "shop"},
    }

    assert house.take(event) is Outcome.STARTED

    kinds = {incident.signal.kind for incident in house.incidents.by_id.values()}
    assert kinds == {SignalKind.ALARM, SignalKind.REHEARSAL}

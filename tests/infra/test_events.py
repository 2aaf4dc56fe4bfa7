"""The synthesised event patterns against genuine samples of what AWS sends."""

import json
from pathlib import Path
from typing import Any

import pytest
from moto.events.models import EventPattern

from tests.infra.synthesis import ROOT, resources

SAMPLES = ROOT.parent / "shared" / "conformance" / "events"
BY_EVENTBRIDGE = ("alarm_eventbridge", "codebuild", "codedeploy", "codepipeline", "ecs", "health", "synthetics")


def listed() -> list[dict[str, Any]]:
    index = SAMPLES / "index.jsonl"
    if not index.exists():
        return []
    entries = [json.loads(line) for line in index.read_text().splitlines()]
    return [entry for entry in entries if entry["category"] in BY_EVENTBRIDGE]


def matching(event: dict[str, Any]) -> list[str]:
    """Logical ids of the rules of the default bus that send this event to the signals queue."""
    rules = {
        name: rule["Properties"]
        for name, rule in resources("AWS::Events::Rule").items()
        if "EventPattern" in rule["Properties"] and "EventBusName" not in rule["Properties"]
    }
    return [
        name
        for name, rule in rules.items()
        if name.startswith("Triggers") and EventPattern.load(json.dumps(rule["EventPattern"])).matches_event(event)
    ]


def alarm(name: str, state: str = "ALARM", previous: str = "OK") -> dict[str, Any]:
    return {
        "source": "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        "detail": {"alarmName": name, "state": {"value": state}, "previousState": {"value": previous}},
    }


@pytest.mark.skipif(not listed(), reason=f"NOT TESTED: there are no sample events in {SAMPLES}")
@pytest.mark.parametrize("entry", listed(), ids=lambda entry: Path(entry["file"]).stem)
def test_failing_samples_match_and_healthy_ones_do_not(entry: dict[str, Any]) -> None:
    event = json.loads((SAMPLES / entry["file"]).read_text())
    assert bool(matching(event)) == (entry["expected"]["verdict"] == "signal"), entry["expected"]["why"]


@pytest.mark.parametrize("name", ["mendloop-dead-letters", "mendloop-executions-failed", "TargetTracking-table/x-High"])
@pytest.mark.parametrize("state", [("ALARM", "OK"), ("OK", "ALARM")])
def test_own_and_scaling_alarms_never_match(name: str, state: tuple[str, str]) -> None:
    assert matching(alarm(name, *state)) == []


def test_every_alarm_of_the_stack_is_left_out() -> None:
    names = [found["Properties"]["AlarmName"] for found in resources("AWS::CloudWatch::Alarm").values()]
    assert names
    assert [name for name in names if matching(alarm(name))] == []


def test_a_recovery_matches_only_after_an_alarm() -> None:
    assert matching(alarm("shop-errors", "OK", "ALARM"))
    assert matching(alarm("shop-errors", "OK", "INSUFFICIENT_DATA")) == []
    assert matching(alarm("shop-errors", "INSUFFICIENT_DATA", "ALARM")) == []

"""Every sample event of the conformance folder beside the checkout gets its expected verdict."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.intake.readers import Reading, Verdict, read
from mendloop.contracts.incident import SignalKind

FOLDER = Path(__file__).parents[4] / "shared" / "conformance" / "events"
NAMES = {
    SignalKind.LOG_ERRORS: "log_events",
    SignalKind.ECS_DEPLOYMENT: "deployment_failed",
    SignalKind.CODEDEPLOY: "deployment_failed",
    SignalKind.ECS_TASK: "task_failed",
    SignalKind.CODEPIPELINE: "pipeline_failed",
    SignalKind.CANARY: "canary_failed",
    SignalKind.LAMBDA_FAILURE: "async_failure",
    SignalKind.HEALTH: "health",
}


def rows() -> list[dict[str, Any]]:
    index = FOLDER / "index.jsonl"
    return [json.loads(line) for line in index.read_text().splitlines()] if index.exists() else []


def kind_of(reading: Reading, event: dict[str, Any]) -> str:
    if reading.kind is SignalKind.ALARM:
        return "composite_alarm" if "alarmRule" in json.dumps(event) else "alarm"
    if reading.kind is SignalKind.LOG_ERRORS:
        return "log_events"
    return "other" if reading.verdict is Verdict.IGNORED else NAMES[reading.kind]


@pytest.mark.skipif(not rows(), reason=f"the conformance samples are not at {FOLDER}")
@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_sample_gets_its_expected_verdict(row: dict[str, Any]) -> None:
    event, expected = json.loads((FOLDER / row["file"]).read_text()), row["expected"]

    (reading,) = read(event)

    verdict = "ignored" if reading.verdict is Verdict.RECOVERED else reading.verdict.value
    assert (verdict, kind_of(reading, event), reading.resource) == (
        expected["verdict"],
        expected["kind"],
        expected["resource"],
    )
    assert _time(reading.time) == _time(expected["time"])
    assert (reading.signal is not None) == (reading.verdict is not Verdict.IGNORED)


def _time(value: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else value

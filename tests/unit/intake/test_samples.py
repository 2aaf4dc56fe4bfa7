"""Our own sample events, one file per case, say what the readers make of them."""

import json
from pathlib import Path

import pytest

from functions.intake.readers import Verdict, read
from mendloop.domain.errors import BadEvent
from mendloop.runtime.entry import read_execution

EVENTS = Path(__file__).parents[3] / "events"
EXPECTED = [json.loads(line) for line in (EVENTS / "expected.jsonl").read_text().splitlines()]
ONE_STATE_CHANGE = [
    "cloudwatch/metric_alarm",
    "alarm_action/metric_alarm",
    "sns/metric_alarm_in_queue",
    "sns/metric_alarm_raw",
    "sns/metric_alarm_to_function",
    "mendloop/replay",
]


def sample(name: str) -> object:
    return json.loads((EVENTS / f"{name}.json").read_text())


def test_every_sample_is_spoken_for() -> None:
    files = {path.relative_to(EVENTS).with_suffix("").as_posix() for path in EVENTS.glob("*/*.json")}

    assert {name for name in files if not name.startswith("steps/")} == {row["sample"] for row in EXPECTED}


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row["sample"])
def test_each_sample_gets_its_expected_verdict(row: dict[str, str]) -> None:
    if row["verdict"] == "not_understood":
        with pytest.raises(BadEvent):
            read(sample(row["sample"]))
        return
    (reading,) = read(sample(row["sample"]))

    time = reading.time.isoformat().replace("+00:00", "Z") if reading.time else None
    assert (reading.verdict, reading.kind, reading.resource, time) == tuple(list(row.values())[1:])
    if reading.verdict is Verdict.SIGNAL:
        assert reading.signal is not None
        assert (reading.signal.kind, reading.signal.resource, reading.signal.time) == (
            reading.kind,
            reading.resource,
            reading.time,
        )


def test_one_state_change_has_one_identity_however_it_is_delivered() -> None:
    assert len({read(sample(name))[0].identity for name in ONE_STATE_CHANGE}) == 1


def test_a_deployment_that_fails_and_rolls_back_is_one_happening() -> None:
    both = ("ecs/deployment_failed", "ecs/deployment_rolling_back")

    assert len({read(sample(name))[0].identity for name in both}) == 1


def test_an_alarms_dimensions_and_children_are_read() -> None:
    (rate,), (composite,) = read(sample("cloudwatch/metric_math_alarm")), read(sample("cloudwatch/composite_alarm"))

    (unusual,) = read(sample("cloudwatch/anomaly_alarm"))

    assert unusual.signal and unusual.signal.dimensions == {"FunctionName": "shop-api"}
    assert rate.signal and rate.signal.dimensions == {"FunctionName": "shop-api"}
    assert composite.signal and composite.signal.children == ["shop-errors"]
    assert rate.signal.console_url.endswith("#alarmsV2:alarm/shop-error-rate")


@pytest.mark.parametrize("path", sorted((EVENTS / "steps").glob("*.json")), ids=lambda path: path.stem)
def test_each_steps_sample_is_an_execution_document_that_a_room_is_named_after(path: Path) -> None:
    execution = read_execution(json.loads(path.read_text()))

    assert execution.model_dump(mode="json") == json.loads(path.read_text())
    assert (EVENTS.parent / "functions" / path.stem).is_dir()

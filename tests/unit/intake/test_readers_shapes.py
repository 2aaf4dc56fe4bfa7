"""Events with fields missing or of another type: a reading, or a typed refusal that names the field; nothing else."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.intake.readers import Reading, Verdict, read
from mendloop.domain.errors import BadEvent

FOLDER = Path(__file__).parents[3] / "events"
SAMPLES = sorted(str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*.json") if "steps" not in file.parts)
STRANGE: tuple[Any, ...] = (None, "x", 7, [], {}, [7], True)
Place = tuple[str | int, ...]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*at, key)
        yield from places(each, (*at, key))


def changed(event: Any, place: Place) -> Iterator[Any]:
    for strange in (..., *STRANGE):
        copied = copy.deepcopy(event)
        parent = copied
        for key in place[:-1]:
            parent = parent[key]
        if strange is ...:
            del parent[place[-1]]
        else:
            parent[place[-1]] = copy.deepcopy(strange)
        yield copied


@pytest.mark.parametrize("sample", SAMPLES)
def test_whatever_is_missing_or_strange_is_read_or_refused(sample: str) -> None:
    event = json.loads((FOLDER / sample).read_text())
    seen = 0
    for place in places(event):
        for variant in changed(event, place):
            try:
                readings = read(variant)
            except BadEvent as error:
                assert str(error)
            else:
                assert all(isinstance(reading, Reading) for reading in readings)
            seen += 1
    assert seen


def one(sample: str) -> Any:
    return json.loads((FOLDER / sample).read_text())


def test_an_alarm_needs_only_one_of_its_times() -> None:
    event = one("cloudwatch/metric_alarm.json")
    without_own, without_change = copy.deepcopy(event), copy.deepcopy(event)
    del without_own["time"], without_change["detail"]["state"]["timestamp"]

    for variant in (without_own, without_change):
        assert read(variant)[0].verdict is Verdict.SIGNAL


def test_a_task_that_failed_to_start_has_no_containers_yet() -> None:
    event = one("ecs/task_failed.json")
    event["detail"] |= {"containers": [], "stopCode": "TaskFailedToStart"}

    assert read(event)[0].verdict is Verdict.SIGNAL

"""Broken and hostile events: each a typed rejection or a cut that is said, and what comes after goes on."""

import base64
import gzip
import json
from typing import Any

import pytest

from functions.intake.outcome import Outcome
from mendloop.contracts.incident import IncidentState
from tests.unit.intake.test_step import House, alarm


def logs(content: bytes, cut: int = 0) -> dict[str, Any]:
    packed = gzip.compress(content)
    return {"awslogs": {"data": base64.b64encode(packed[: len(packed) - cut]).decode()}}


def errors(*messages: str, at: int = 1_795_168_800_000) -> bytes:
    lines = [{"id": str(n), "timestamp": at, "message": message} for n, message in enumerate(messages)]
    payload = {"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "/aws/lambda/shop-api"}
    return json.dumps({**payload, "logStream": "s", "logEvents": lines}).encode()


DEEP = '{"a":' * 100_000 + "1" + "}" * 100_000
REFUSED = {
    "cut archive": json.dumps(logs(errors("ERROR x"), cut=20)),
    "no archive": json.dumps({"awslogs": {"data": "bm8gYXJjaGl2ZQ=="}}),
    "a bomb": json.dumps(logs(b" " * 17_000_000)),
    "deep JSON": DEEP,
    "deep JSON in an archive": json.dumps(logs(DEEP.encode())),
    "no JSON": "\ud800 not json",
    "another shape": "[1, 2]",
    "a clock in microseconds": json.dumps(logs(errors("ERROR x", at=1_795_168_800_000_000))),
    "no time": json.dumps(alarm() | {"time": "tomorrow"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_kept_with_the_reason_and_the_next_goes_on(name: str) -> None:
    house = House()

    assert house.take(REFUSED[name]) is Outcome.NOT_UNDERSTOOD
    (kept,) = house.incidents.incidents(state=IncidentState.SKIPPED)
    assert kept.reason.startswith("not understood: ") and len(kept.reason) < 1_100
    assert house.take(alarm()) is Outcome.STARTED


def test_a_line_of_ten_megabytes_and_bytes_that_are_no_text_are_taken() -> None:
    house = House()
    long = errors("ERROR " + "x" * 10_000_000)

    assert house.take(logs(long)) is Outcome.STARTED
    broken = errors("ERROR caf? au lait").replace(b"?", b"\xe9")
    assert House().take(logs(broken)) is Outcome.STARTED
    (incident,) = house.incidents.incidents()
    assert len(incident.signal.reason) <= 1_000


def test_half_a_surrogate_pair_is_taken() -> None:
    house = House()
    body = json.dumps(logs(errors("ERROR \ud800 password=hunter2\udfff!")))

    assert house.take(body) is Outcome.STARTED
    assert "hunter2" not in house.incidents.incidents()[0].signal.reason


def test_a_clock_in_the_future_is_skipped_and_says_so() -> None:
    house = House()

    assert house.take(logs(errors("ERROR x", at=4_000_000_000_000))) is Outcome.SKIPPED
    assert "future" in house.incidents.incidents(state=IncidentState.SKIPPED)[0].reason

"""What is kept of an event: packed log payloads are opened first, so that no secret is stored inside of them."""

import base64
import gzip
import json
import zlib
from typing import Any

import pytest

from functions.intake.outcome import Outcome
from functions.intake.readers import Verdict, opened, read
from tests.unit.intake.test_step import House, alarm, by_sns

SECRET = "AKIA" + "Q3EXAMPLE7ABCDEF"
ADDRESS = "203.0.113.77"


def packed(group: str = "/aws/lambda/shop-api", lines: int = 1, squeeze: Any = gzip.compress) -> str:
    payload = {
        "messageType": "DATA_MESSAGE",
        "owner": "123456789012",
        "logGroup": group,
        "logStream": "s",
        "logEvents": [
            {
                "id": f"{number}",
                "timestamp": 1_795_168_798_000,
                "message": f"{level} key {SECRET} from {ADDRESS} {group}",
            }
            for number in range(lines)
            for level in ["INFO" if number % 2 else "ERROR"]
        ],
    }
    return base64.b64encode(squeeze(json.dumps(payload).encode())).decode()


def subscription(**how: Any) -> dict[str, Any]:
    return {"awslogs": {"data": packed(**how)}}


def stream(*data: str) -> dict[str, Any]:
    return {"Records": [{"kinesis": {"data": each}, "awsRegion": "eu-central-1"} for each in data]}


def stored(house: House) -> str:
    return " ".join(content.decode() for content in house.artifacts.contents.values())


@pytest.mark.parametrize(
    "event",
    [
        subscription(),
        subscription(squeeze=zlib.compress),
        subscription(group="/aws/lambda/nobody"),
        stream(packed(), packed()),
        {"Records": [{"body": json.dumps(subscription())}]},
        {"source": "mendloop.replay", "detail-type": "Replay", "detail": {"event": subscription()}},
        by_sns(alarm(), raw=False) | {"Message": json.dumps(subscription())},
        {"nobody": "reads this", **{"inner": subscription()}},
    ],
    ids=["gzip", "zlib", "of no service", "kinesis", "in a queue's record", "replay", "by a topic", "not understood"],
)
def test_no_secret_is_stored_inside_of_what_is_packed(event: dict[str, Any]) -> None:
    house = House()

    house.intake.take(json.dumps(event))

    kept = stored(house)
    assert "/aws/lambda/" in kept and "[redacted-aws-key-" in kept
    assert SECRET not in kept and packed() not in kept


def test_addresses_go_as_well_where_the_service_asks() -> None:
    house = House(redact_ip_addresses=True)

    house.take(subscription())

    assert "ERROR key" in stored(house) and ADDRESS not in stored(house)


def test_what_was_opened_is_read_alike() -> None:
    for event in (subscription(), stream(packed())):
        before, after = read(event), read(json.loads(opened(json.dumps(event))))

        assert [reading.identity for reading in after] == [reading.identity for reading in before]
        assert after[0].verdict is Verdict.SIGNAL


def test_of_many_lines_the_errors_are_kept_and_the_cut_is_said() -> None:
    data = json.loads(opened(json.dumps(subscription(lines=300))))["awslogs"]["data"]

    assert len(data["logEvents"]) == 100 and data["cut"] == "200 more log events"
    assert all(line["message"].startswith("ERROR") for line in data["logEvents"])


def test_what_does_not_unpack_is_left_out_and_said() -> None:
    house = House()

    assert house.take({"awslogs": {"data": packed()[:60]}}) is Outcome.NOT_UNDERSTOOD
    assert "left out: the log payload" in stored(house) and packed()[:60] not in stored(house)


def test_each_log_group_of_a_stream_is_a_signal_and_a_broken_record_does_not_stop_them() -> None:
    house = House()
    event = stream(packed(), packed()[:60], packed(group="/aws/lambda/shop-jobs"), packed())

    taken = house.intake.take(json.dumps(event))

    assert [each.outcome for each in taken] == [Outcome.STARTED, Outcome.STARTED, Outcome.NOT_UNDERSTOOD]


def test_a_broken_record_does_not_stop_the_alarm_beside_it() -> None:
    house = House()
    event = {"Records": [{"body": "no json"}, {"body": json.dumps(alarm())}, {"body": json.dumps({"who": "knows"})}]}

    taken = house.intake.take(json.dumps(event))

    assert [each.outcome for each in taken] == [Outcome.STARTED, Outcome.NOT_UNDERSTOOD]

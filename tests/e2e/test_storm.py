"""500 signals of 20 alarms through the deployed queue and functions: 20 incidents, each happening recorded once."""

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from mendloop.cli.demo.watch import TERMINAL
from mendloop.cli.local_cloud import ACCOUNT, REGION
from mendloop.contracts.incident import Incident
from tests.e2e.conftest import House
from tests.unit.intake.test_step import alarm, as_action, by_sns

pytestmark = [pytest.mark.cloud, pytest.mark.timeout(600)]
COUNT, ALARMS, BATCH = 500, 20, 10
LIMITS = {"settle_seconds": 0, "debounce_seconds": 3600, "starts_per_hour": 1000, "open_incidents": 1000}


@pytest.fixture
def storm_service(house: House) -> Iterator[str]:
    """A service without limits and without logs: each incident ends as a ticket that says what to add."""
    bucket, s3 = house.place.outputs["CatalogBucket"], house.cloud.client("s3")
    before = s3.get_object(Bucket=bucket, Key="mendloop.yaml")["Body"].read()
    catalog = yaml.safe_load(before)
    like = catalog["services"][house.production.service]
    catalog["services"]["storm"] = {
        "signals": {"alarms": ["storm-*"]},
        "repository": like["repository"],
        "approvers": like["approvers"],
        "limits": LIMITS,
    }
    s3.put_object(Bucket=bucket, Key="mendloop.yaml", Body=yaml.safe_dump(catalog).encode())
    try:
        yield "storm"
    finally:
        s3.put_object(Bucket=bucket, Key="mendloop.yaml", Body=before)


def bodies(now: datetime) -> list[str]:
    """Each happening twice, by two of the ways in which alarms are delivered, shuffled."""
    chance, found = random.Random(23), []
    for number in range(COUNT // 2):
        at = now - timedelta(seconds=number // ALARMS)
        event = alarm(f"storm-{number % ALARMS}", at=at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"))
        event |= {"account": ACCOUNT, "region": REGION}
        event["detail"]["configuration"] = {}
        ways = (event, by_sns(event, raw=True), by_sns(event, raw=False), as_action(event))
        found += [json.dumps(each) for each in chance.sample(ways, 2)]
    chance.shuffle(found)
    return found


def test_five_hundred_signals_are_twenty_incidents(house: House, storm_service: str) -> None:
    queue, sqs = house.place.outputs["SignalsQueueUrl"], house.cloud.client("sqs")
    sent = bodies(datetime.now(UTC))
    for at in range(0, COUNT, BATCH):
        entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(sent[at : at + BATCH])]
        assert not sqs.send_message_batch(QueueUrl=queue, Entries=entries).get("Failed")
    store, deadline = house.place.wiring.incidents, time.monotonic() + 420

    def recorded() -> tuple[list[Incident], int]:
        found = store.incidents(service=storm_service, limit=1000)
        return found, sum(len(store.occurrences(each.id)) for each in found)

    while (state := recorded())[1] < COUNT // 2 or any(not each.execution_arn for each in state[0]):
        assert time.monotonic() < deadline, f"{len(state[0])} incidents with {state[1]} occurrences"
        time.sleep(1)
    incidents, occurrences = state
    assert (len(incidents), occurrences) == (ALARMS, COUNT // 2)
    steps = house.cloud.client("stepfunctions")
    for incident in incidents:
        while (status := steps.describe_execution(executionArn=incident.execution_arn)["status"]) not in TERMINAL:
            assert time.monotonic() < deadline, f"{incident.id} is {status}"
            time.sleep(0.5)
    ended = store.incidents(service=storm_service, limit=1000)
    assert len(ended) == ALARMS and {each.state.value for each in ended} == {"ticket"}
    assert all("log" in each.reason for each in ended), ended[0].reason

"""500 signals of 20 alarms through the deployed queue and functions: 20 incidents, each happening recorded once."""

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from mendloop.cli.demo.storm import is_over
from mendloop.cli.local_cloud import ACCOUNT, REGION
from mendloop.contracts.incident import Incident
from tests.e2e.conftest import House
from tests.unit.intake.test_step import alarm, as_action, by_sns

pytestmark = [pytest.mark.cloud, pytest.mark.timeout(600)]
COUNT, ALARMS, BATCH = 500, 20, 10
LIMITS = {"settle_seconds": 900, "debounce_seconds": 3600, "starts_per_hour": 1000, "open_incidents": 1000}


@pytest.fixture
def storm_service(house: House) -> Iterator[str]:
    """A service without limits. Its incidents wait for their logs until the cloud is gone: what counts is taking in."""
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
    plain = json.loads(json.dumps(catalog))  # equal parts would be written as aliases, which a catalog must not have
    s3.put_object(Bucket=bucket, Key="mendloop.yaml", Body=yaml.safe_dump(plain).encode())
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

    incidents = taken_in(house, storm_service)

    store, steps = house.place.wiring.incidents, house.cloud.client("stepfunctions")
    assert len(incidents) == ALARMS
    assert sum(len(store.occurrences(each.id)) for each in incidents) == COUNT // 2
    assert {each.state.value for each in incidents} == {"started"}
    running = [steps.describe_execution(executionArn=each.execution_arn) for each in incidents]
    assert {each["name"] for each in running} == {each.id for each in incidents}, "one execution each"
    assert {each["status"] for each in running} == {"RUNNING"}
    assert not dead_letters(house)


def taken_in(house: House, service: str) -> list[Incident]:
    """The incidents when every message was worked on and deleted."""
    deadline = time.monotonic() + 420
    while not is_over(house.place) or any(not each.execution_arn for each in known(house, service)):
        assert time.monotonic() < deadline, f"{len(known(house, service))} incidents, and messages still wait"
        time.sleep(1)
    return known(house, service)


def known(house: House, service: str) -> list[Incident]:
    return house.place.wiring.incidents.incidents(service=service, limit=1000)


def dead_letters(house: House) -> int:
    """How many messages were given up."""
    sqs, queue = house.cloud.client("sqs"), house.place.outputs["SignalsQueueUrl"]
    policy = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
    name = json.loads(policy)["deadLetterTargetArn"].rsplit(":", 1)[-1]
    names = ["ApproximateNumberOfMessages"]
    found = sqs.get_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"], AttributeNames=names)
    return int(found["Attributes"][names[0]])

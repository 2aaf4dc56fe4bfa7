"""Telemetry of another account and region: read with the read role there, never with what happens to be here."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from mendloop.adapters.aws_elsewhere import Elsewhere
from mendloop.adapters.cloudwatch_telemetry import CloudWatchTelemetry
from mendloop.domain.errors import Misconfigured, NotFound
from mendloop.runtime.settings import Settings
from mendloop.runtime.wiring import Wiring

HERE, THERE = "123456789012", "111122223333"
NOW = datetime.now(UTC).replace(microsecond=0)
GROUP = "/aws/lambda/shop"


def wiring(**settings: str) -> Wiring:
    return Wiring(Settings(account=HERE, region="eu-central-1", read_role="mendloop-read", **settings))


def log(session: boto3.session.Session, message: str) -> None:
    logs = session.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="one")
    event = {"timestamp": round(NOW.timestamp() * 1000), "message": message}
    logs.put_log_events(logGroupName=GROUP, logStreamName="one", logEvents=[event])


def messages(account: str, region: str) -> list[str]:
    hour = timedelta(hours=1)
    page = wiring().telemetry_at(account, region).log_events(GROUP, NOW - hour, NOW + hour)
    return [event.message for event in page.events]


def test_each_account_and_region_answers_for_itself(aws: None) -> None:
    log(boto3.session.Session(region_name="eu-central-1"), "here")
    log(Elsewhere(THERE, "eu-central-1", "mendloop-read").session(), "in the other account")
    log(Elsewhere(THERE, "us-east-1", "mendloop-read").session(), "and in its other region")
    assert messages(HERE, "eu-central-1") == messages("", "") == ["here"]
    assert messages(THERE, "eu-central-1") == ["in the other account"]
    assert messages(THERE, "us-east-1") == ["and in its other region"]
    with pytest.raises(NotFound):
        messages("444455556666", "eu-central-1")


@pytest.mark.parametrize("region", ["US East (N. Virginia)", "", "eu-central-1"])
def test_what_is_no_region_is_here(aws: None, region: str) -> None:
    log(boto3.session.Session(region_name="eu-central-1"), "here")
    assert messages(HERE, region) == ["here"]


@pytest.mark.parametrize("account", ["", "123", "x" * 12, "1111222233334", "arn:aws:iam::1", "１" * 12])
def test_a_strange_account_is_never_made_a_roles_name(aws: None, account: str) -> None:
    with pytest.raises(Misconfigured, match="no account"):
        Elsewhere(account, "eu-central-1", "mendloop-read").session()


def test_an_account_that_is_not_set_up_is_said_and_not_read_here(aws: None) -> None:
    log(boto3.session.Session(region_name="eu-central-1"), "here")
    telemetry = CloudWatchTelemetry(Elsewhere(THERE, "eu-central-1", ""))
    with pytest.raises(Misconfigured, match=f"signals of account {THERE}") as told:
        telemetry.log_events(GROUP, NOW, NOW)
    assert "docs/accounts.md" in told.value.next_action

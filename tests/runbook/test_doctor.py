"""`mendloop doctor` without a service looks at mendloop itself, with read-only calls, in words."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mendloop.cli.checks import Finding
from mendloop.cli.house_checks import examine_house
from mendloop.domain.errors import Unavailable
from tests.fakes.house import make_catalog
from tests.runbook.station import Station

RULES = ("SweepNow", "FollowUpNow", "DigestOnMonday")


def well(desk: Station) -> None:
    """What the stack has beside what every task of the runbook needs."""
    for name in RULES:
        boto3.client("events").put_rule(Name=f"mendloop-Triggers{name}123", ScheduleExpression="rate(15 minutes)")
    sns, queue = boto3.client("sns"), "arn:aws:sqs:eu-central-1:123456789012:signals"
    sns.subscribe(TopicArn=desk.place.outputs["OperatorsTopicArn"], Protocol="sqs", Endpoint=queue)
    secrets = boto3.client("secretsmanager")
    known = {each["Name"] for each in secrets.list_secrets()["SecretList"]}
    if "link-keys" not in known:
        secrets.create_secret(Name="link-keys", SecretString="{}")
    desk.place.outputs["LinkKeysSecret"] = "link-keys"


def found(desk: Station, site: Callable[[str], int] = lambda _: 404, **service: Any) -> list[Finding]:
    return list(examine_house(desk.place, make_catalog(**service), site))


def said(findings: list[Finding]) -> list[str]:
    return [finding.what for finding in findings if not finding.ok]


def test_where_all_is_well_every_check_says_so_in_words(desk: Station) -> None:
    well(desk)
    findings = found(desk)
    assert said(findings) == []
    told = "\n".join(finding.what for finding in findings)
    for words in (
        "table incidents is active",
        "bucket catalog is there",
        "the state machine is active",
        "the schedule FollowUpNow runs",
        "no signals could not be taken in",
        "operators hear of what is left to a human: 1 confirmed",
        "own",
        "a secret holds the keys that sign review links",
        "the approval site https://site.example.com answers (404)",
    ):
        assert words in told, words


def break_queue(desk: Station) -> None:
    boto3.client("sqs").send_message(QueueUrl=desk.place.outputs["DeadLettersQueueUrl"], MessageBody="{}")


def break_clock(_: Station) -> None:
    boto3.client("events").disable_rule(Name="mendloop-TriggersFollowUpNow123")


def break_operators(desk: Station) -> None:
    topic = desk.place.outputs["OperatorsTopicArn"]
    for known in boto3.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        boto3.client("sns").unsubscribe(SubscriptionArn=known["SubscriptionArn"])


def break_alarm(_: Station) -> None:
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="mendloop-dead-letters",
        Namespace="AWS/SQS",
        MetricName="Messages",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )
    boto3.client("cloudwatch").set_alarm_state(
        AlarmName="mendloop-dead-letters", StateValue="ALARM", StateReason="for this test"
    )


def break_table(desk: Station) -> None:
    desk.place.outputs["LedgerTable"] = "gone"


def break_keys(desk: Station) -> None:
    desk.place.outputs["LinkKeysSecret"] = "gone"


@pytest.mark.parametrize(
    ("break_it", "words", "advice"),
    [
        (break_queue, "1 signals could not be taken in", "mendloop dlq"),
        (break_clock, "the schedule FollowUpNow runs", "Enable its rule"),
        (break_operators, "0 confirmed on their topic", "aws sns subscribe"),
        (break_alarm, "in ALARM: mendloop-dead-letters", "runbook"),
        (break_table, "gone", "Mend what the message names"),
        (break_keys, "the keys that sign review links are not there", "make deploy"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(
    desk: Station, break_it: Callable[[Station], None], words: str, advice: str
) -> None:
    well(desk)
    before = dict(desk.place.outputs)
    try:
        break_it(desk)
        [bad] = [finding for finding in found(desk) if not finding.ok]
        assert words in bad.what and advice in bad.advice
    finally:
        desk.place.outputs.update(before)
        boto3.client("cloudwatch").delete_alarms(AlarmNames=["mendloop-dead-letters"])
        boto3.client("events").enable_rule(Name="mendloop-TriggersFollowUpNow123")


def test_a_site_that_does_not_answer_and_one_that_fails(desk: Station) -> None:
    def silent(url: str) -> int:
        raise Unavailable(url, next_action="Deploy the stack again.")

    well(desk)
    assert said(found(desk, silent)) == ["site: https://site.example.com"]
    assert said(found(desk, lambda _: 502)) == ["the approval site https://site.example.com answers (502)"]


def test_the_model_is_looked_at_only_where_a_service_asks_for_it(desk: Station) -> None:
    well(desk)
    [bad] = [each for each in found(desk, drafters=["revert", "claude"]) if not each.ok]
    assert "mendloop-draft-patch" in bad.what


def test_the_command_shows_mendloop_itself_only_without_a_service(desk: Station) -> None:
    well(desk)
    _, everything = desk.run("doctor")
    _, one = desk.run("doctor", "shop")
    assert "mendloop itself" in everything and "mendloop itself" not in one and "shop" in everything

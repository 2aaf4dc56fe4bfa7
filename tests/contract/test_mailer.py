"""Every mailer: who would receive it, and what leaves."""

import json
from collections.abc import Callable

import boto3
import pytest

from mendloop.adapters.sns_mailer import SnsMailer, ascii_subject
from mendloop.domain.errors import NotFound
from mendloop.ports import Mailer
from tests.fakes.house import make_approver
from tests.fakes.mailer import RecordingMailer

DANA, ROBIN = make_approver("dana"), make_approver("robin")
Inbox = Callable[[], list[tuple[str, str]]]


@pytest.fixture(params=["memory", "sns"])
def post(request: pytest.FixtureRequest) -> tuple[Mailer, Inbox]:
    """A mailer for which Dana has confirmed and Robin has not, and everything that Dana received."""
    if request.param == "memory":
        memory = RecordingMailer("robin")
        return memory, lambda: [(sent.subject, sent.body) for sent in memory.sent if sent.to == "dana"]
    request.getfixturevalue("aws")
    return sns_post()


def sns_post() -> tuple[SnsMailer, Inbox]:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    prefix = sns.create_topic(Name="approver-dana")["TopicArn"].removesuffix("dana")
    sns.create_topic(Name="approver-robin")
    operators = sns.create_topic(Name="operators")["TopicArn"]
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    sns.subscribe(TopicArn=prefix + "dana", Protocol="sqs", Endpoint=sqs_arn(queue))

    def inbox() -> list[tuple[str, str]]:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        bodies = [json.loads(message["Body"]) for message in messages]
        return [(body["Subject"], body["Message"]) for body in bodies]

    return SnsMailer(prefix, operators), inbox


def sqs_arn(url: str) -> str:
    attributes = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return attributes["Attributes"]["QueueArn"]


def test_only_who_confirmed_would_receive_it(post: tuple[Mailer, Inbox]) -> None:
    assert post[0].confirmed(DANA)
    assert not post[0].confirmed(ROBIN)


def test_a_mail_reaches_its_approver_only(post: tuple[Mailer, Inbox]) -> None:
    mailer, inbox = post
    assert mailer.send(DANA, "Please decide", "A link") != mailer.send(ROBIN, "Please decide", "Another link")
    mailer.alert("Look here", "Without any link")
    assert inbox() == [("Please decide", "A link")]


@pytest.mark.parametrize(("arn", "receives"), [("PendingConfirmation", False), ("Deleted", False), ("arn:aws:x", True)])
def test_a_subscription_that_nobody_clicked_is_not_confirmed(
    aws: None, monkeypatch: pytest.MonkeyPatch, arn: str, receives: bool
) -> None:
    """Moto confirms every subscription by itself, so the answer is put into its mouth."""
    mailer, _ = sns_post()

    def answer(parsed: dict[str, object], **_: object) -> None:
        parsed["Subscriptions"] = [{"SubscriptionArn": arn, "Protocol": "email", "Endpoint": "dana@example.com"}]

    mailer._client.meta.events.register("after-call.sns.ListSubscriptionsByTopic", answer)
    assert mailer.confirmed(DANA) is receives


def test_an_approver_without_a_topic_is_not_confirmed_but_mail_to_them_is_an_error(aws: None) -> None:
    mailer, _ = sns_post()
    nobody = make_approver("nobody")
    assert not mailer.confirmed(nobody)
    with pytest.raises(NotFound, match="nobody"):
        mailer.send(nobody, "Please decide", "A link")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("plain", "plain"),
        ("Überprüfen – bitte", "Uberprufen bitte"),
        ("two\nlines\r\nBcc: all@example.com", "two lines Bcc: all@example.com"),
        ("\x1b[31mred\x07", "[31mred"),
        ("  ", "mendloop"),
        ("日本", "mendloop"),
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 97 + "..."),
    ],
)
def test_a_subject_becomes_one_line_of_ascii(text: str, sent: str) -> None:
    assert ascii_subject(text) == sent
    assert len(sent) <= 100

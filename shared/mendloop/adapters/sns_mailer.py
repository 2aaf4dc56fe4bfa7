"""Mail through SNS: one topic per approver, one for the operators. Filter policies are not used."""

import re
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import code_of, translated
from mendloop.domain.catalog import Approver
from mendloop.domain.errors import Misconfigured
from mendloop.ports import Subscription

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_MAX_SUBJECT = 100
_NO_TOPIC = {"NotFound", "NotFoundException"}


class SnsMailer:
    """Mailer on topics `<prefix><approver's name>` and the operators' topic; all are ARNs.

    Either may be "": its kind of mail is then Misconfigured, as the function was not given what it needs.
    """

    def __init__(self, topic_prefix: str, operators_topic: str) -> None:
        self._prefix = topic_prefix
        self._operators = operators_topic

    @cached_property
    def _client(self) -> "SNSClient":
        return aws_clients.sns()

    def confirmed(self, approver: Approver) -> bool:
        """Whether the approver's topic has a subscription that somebody confirmed."""
        return self.subscription(approver).reached

    def subscription(self, approver: Approver) -> Subscription:
        """The best of what the topic has: one that is confirmed reaches somebody, whatever else there is."""
        topic = self._topic_of(approver)
        with translated(topic):
            try:
                pages = list(self._client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic))
            except ClientError as error:
                if code_of(error) in _NO_TOPIC:
                    return Subscription.MISSING
                raise
        # The ARN of one that nobody clicked is the word PendingConfirmation, of a left one Deleted.
        arns = [subscription.get("SubscriptionArn", "") for page in pages for subscription in page["Subscriptions"]]
        if any(arn.startswith("arn:") for arn in arns):
            return Subscription.CONFIRMED
        if "PendingConfirmation" in arns or "pending confirmation" in arns:
            return Subscription.PENDING
        return Subscription.DELETED if "Deleted" in arns else Subscription.MISSING

    def send(self, approver: Approver, subject: str, body: str) -> str:
        """Message id."""
        return self._publish(self._topic_of(approver), subject, body)

    def alert(self, subject: str, body: str) -> str:
        """Message id."""
        if not self._operators:
            raise Misconfigured("this function was not given the operators' topic")
        return self._publish(self._operators, subject, body)

    def _topic_of(self, approver: Approver) -> str:
        if not self._prefix:
            raise Misconfigured("this function was not given the approvers' topics")
        return self._prefix + approver.name

    def _publish(self, topic: str, subject: str, body: str) -> str:
        with translated(topic):
            return self._client.publish(TopicArn=topic, Subject=ascii_subject(subject), Message=body)["MessageId"]


def ascii_subject(text: str) -> str:
    """What SNS accepts: one line of at most 100 printable ASCII characters that starts with no space."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    line = " ".join(re.sub(r"[^\x20-\x7e]", " ", plain).split())
    if len(line) > _MAX_SUBJECT:
        line = line[: _MAX_SUBJECT - 3].rstrip() + "..."
    return line or "mendloop"

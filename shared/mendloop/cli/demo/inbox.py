"""The demo's inbox: a queue behind the approver's topic, read like a mailbox."""

import json
import re
import time
from dataclasses import dataclass

from mendloop.cli.place import Place
from mendloop.domain.errors import Unavailable

LINK = re.compile(r"http://\S+/r/\S+")


@dataclass(frozen=True)
class Mail:
    """A mail as it arrived."""

    subject: str
    body: str

    @property
    def link(self) -> str:
        """The personal link, "" when the mail holds none."""
        found = LINK.search(self.body)
        return found.group() if found else ""


def _from_topics(queue: str) -> dict[str, object]:
    """Who may deliver: a queue takes nothing from a topic without saying so."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:mendloop-*"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


class Inbox:
    """One queue; its ARN is the approver's address in the demo's catalog."""

    def __init__(self, place: Place, name: str) -> None:
        self._sqs = place.client("sqs")
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        self.arn = str(
            self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        )
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": json.dumps(_from_topics(self.arn))})

    def take(self) -> list[Mail]:
        """What has arrived since the last look."""
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        mails = []
        for message in answer.get("Messages", []):
            envelope = json.loads(message["Body"])
            mails.append(Mail(envelope.get("Subject", ""), envelope.get("Message", "")))
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return mails

    def wait(self, seconds: float) -> Mail:
        """The next mail with a link; Unavailable when none comes in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for mail in self.take():
                if mail.link:
                    return mail
            time.sleep(0.3)
        raise Unavailable(f"no mail arrived within {seconds:.0f} s")

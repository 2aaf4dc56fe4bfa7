"""The two queues where what could not be taken in or delivered waits for an operator.

A message is deleted only after it was handed on. Taken twice it is done once: an event is one incident.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mendloop.cli.place import Place
from mendloop.domain.errors import Misconfigured, Unavailable

QUEUES = {"dead": "DeadLettersQueueUrl", "undelivered": "UndeliveredQueueUrl"}
"""`dead`: signals that intake could not take in five times. `undelivered`: events that reached no queue or function."""
HIDDEN_SECONDS = 300
"""While it is looked at or handed on, a message is hidden from another operator."""
WAIT_SECONDS = 1
"""A long poll asks all of a queue's servers; a short one may miss messages."""


@dataclass(frozen=True)
class Letter:
    """One message. `said` is what it is, in words."""

    queue: str
    id: str
    sent: datetime
    received: int
    body: str
    receipt: str

    @property
    def event(self) -> dict[str, Any]:
        """The body as JSON; {} when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def said(self) -> str:
        """E.g. `aws.cloudwatch: CloudWatch Alarm State Change, shop-errors`."""
        event = self.event
        if not event:
            return "no JSON object"
        kind = event.get("detail-type") or event.get("Type") or ", ".join(sorted(map(str, event))[:4])
        inner = event.get("detail")
        detail = inner if isinstance(inner, dict) else {}
        name = detail.get("alarmName") or detail.get("name") or detail.get("service") or event.get("AlarmName") or ""
        source = event.get("source") or ("sns" if event.get("Type") == "Notification" else "")
        return f"{source + ': ' if source else ''}{kind}{f', {name}' if name else ''}"[:200]


def letters(place: Place, queue: str) -> list[Letter]:
    """All messages of one queue, oldest first; they stay, and can be seen again at once."""
    found = list(_received(place, queue))
    for letter in found:
        _show_again(place, letter)
    return sorted(found, key=lambda letter: (letter.sent, letter.id))


def hand_on(place: Place, queue: str, *, only: str = "", force: bool = False) -> Iterator[tuple[Letter, str]]:
    """Hand every message on (or the one with the id `only`), each with what was done with it, in words.

    The first that cannot be handed on raises its error; it stays, like those behind it. `force` sends signals as
    replays, which age and rate limits do not stop.
    """
    left = {letter.id: letter for letter in _received(place, queue)}
    try:
        for letter in [each for each in left.values() if only in ("", each.id)]:
            done = _hand_on(place, letter, force=force)
            del left[letter.id]
            yield letter, done
    finally:
        for letter in left.values():
            _show_again(place, letter)


def _hand_on(place: Place, letter: Letter, *, force: bool) -> str:
    source = letter.event.get("source")
    if source == "aws.states":
        done = _to_leave_to_human(place, letter)
    elif source == "aws.events":
        done = "dropped: the schedule runs again by itself"
    else:
        place.wiring.signals.put(_as_replay(letter) if force else letter.body)
        done = "sent to the signals queue"
    place.client("sqs").delete_message(QueueUrl=_url(place, letter.queue), ReceiptHandle=letter.receipt)
    return done


def _show_again(place: Place, letter: Letter) -> None:
    place.client("sqs").change_message_visibility(
        QueueUrl=_url(place, letter.queue), ReceiptHandle=letter.receipt, VisibilityTimeout=0
    )


def _received(place: Place, queue: str) -> Iterator[Letter]:
    sqs, url = place.client("sqs"), _url(place, queue)
    seen: set[str] = set()
    while messages := _batch(sqs, url):
        fresh = [message for message in messages if message["MessageId"] not in seen]
        if not fresh:
            return
        for message in fresh:
            seen.add(message["MessageId"])
            told = message.get("Attributes", {})
            yield Letter(
                queue=queue,
                id=message["MessageId"],
                sent=datetime.fromtimestamp(int(told.get("SentTimestamp", 0)) / 1000, UTC),
                received=int(told.get("ApproximateReceiveCount", 0)),
                body=message["Body"],
                receipt=message["ReceiptHandle"],
            )


def _batch(sqs: Any, url: str) -> list[dict[str, Any]]:
    answer = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=HIDDEN_SECONDS,
        WaitTimeSeconds=WAIT_SECONDS,
        MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
    )
    return list(answer.get("Messages", []))


def _to_leave_to_human(place: Place, letter: Letter) -> str:
    """The safety net's own event: its function is asked again, and its answer awaited."""
    function = place.outputs["LeaveToHumanName"]
    answer = place.client("lambda").invoke(FunctionName=function, Payload=letter.body.encode())
    if answer.get("FunctionError"):
        said = json.loads(answer["Payload"].read() or b"{}")
        raise Unavailable(f"{function} failed with {said.get('errorType', 'an unknown error')}; the message stays")
    return "given to leave_to_human"


def _as_replay(letter: Letter) -> str:
    wrapped = {"id": letter.id, "source": "mendloop.replay", "detail-type": "Replay", "account": "", "region": ""}
    now = datetime.now(UTC).isoformat()
    return json.dumps({**wrapped, "time": now, "detail": {"event": letter.event or letter.body}})


def _url(place: Place, queue: str) -> str:
    url = place.outputs.get(QUEUES[queue])
    if not url:
        raise Misconfigured(f"the deployed stack has no output {QUEUES[queue]}: deploy it again")
    return url

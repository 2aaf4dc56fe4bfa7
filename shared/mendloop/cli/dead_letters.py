"""The two queues where what could not be taken in or delivered waits for an operator.

A message is deleted only after it was handed on. Taken twice it is done once: an event is one incident.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mendloop.cli.letter import Letter
from mendloop.cli.place import Place
from mendloop.domain.errors import MendloopError, Misconfigured, Unavailable

QUEUES = {"dead": "DeadLettersQueueUrl", "undelivered": "UndeliveredQueueUrl"}
"""`dead`: signals that intake could not take in five times. `undelivered`: events that reached no queue or function,
and those on which a function that nobody waits for has failed."""
HIDDEN_SECONDS = 300
"""While it is looked at or handed on, a message is hidden from another operator."""
WAIT_SECONDS = 1
"""A long poll asks all of a queue's servers; a short one may miss messages."""


@dataclass(frozen=True)
class Handed:
    """One message, and in words what was done with it; or why it stays."""

    letter: Letter
    done: str = ""
    failure: MendloopError | None = None


def letters(place: Place, queue: str) -> list[Letter]:
    """All messages of one queue, oldest first; they stay, and can be seen again at once."""
    found = list(_received(place, queue))
    for letter in found:
        _show_again(place, letter)
    return sorted(found, key=lambda letter: (letter.sent, letter.id))


def hidden(place: Place) -> int:
    """About how many messages of both queues are hidden: another command has them in hand, or died with them."""
    sqs, name = place.client("sqs"), "ApproximateNumberOfMessagesNotVisible"
    asked = [sqs.get_queue_attributes(QueueUrl=_url(place, queue), AttributeNames=[name]) for queue in QUEUES]
    return sum(int(answer["Attributes"][name]) for answer in asked)


def hand_on(place: Place, queue: str, *, only: str = "", force: bool = False) -> Iterator[Handed]:
    """Hand every message on (or the one with the id `only`). What cannot be handed on stays, and stops no other.

    `force` sends signals as replays, which age and rate limits do not stop.
    """
    left = {letter.id: letter for letter in _received(place, queue)}
    try:
        for letter in [each for each in left.values() if only in ("", each.id)]:
            handed = _try(place, letter, force=force)
            if handed.failure is None:
                del left[letter.id]
            yield handed
    finally:
        for letter in left.values():
            _show_again(place, letter)


def drop(place: Place, message: str) -> Letter | None:
    """Delete one message of either queue, by its id; None when neither holds it. All others can be seen at once."""
    dropped = None
    for queue in QUEUES:
        for letter in list(_received(place, queue)):
            if letter.id == message:
                _delete(place, letter)
                dropped = letter
            else:
                _show_again(place, letter)
    return dropped


def _try(place: Place, letter: Letter, *, force: bool) -> Handed:
    from mendloop.adapters.aws_errors import translated

    try:
        with translated(f"the message {letter.id}"):
            return Handed(letter, done=_hand_on(place, letter, force=force))
    except MendloopError as failure:
        return Handed(letter, failure=failure)


def _hand_on(place: Place, letter: Letter, *, force: bool) -> str:
    source = letter.event.get("source")
    if source == "aws.states":
        done = _to_leave_to_human(place, letter)
    elif source == "aws.events":
        done = "dropped: the schedule runs again by itself, and `mendloop digest` says what a digest would have said"
    else:
        place.wiring.signals.put(_as_replay(letter) if force else letter.payload)
        done = "sent to the signals queue"
    _delete(place, letter)
    return done


def _delete(place: Place, letter: Letter) -> None:
    place.client("sqs").delete_message(QueueUrl=_url(place, letter.queue), ReceiptHandle=letter.receipt)


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
    function = _output(place, "LeaveToHumanName")
    answer = place.client("lambda").invoke(FunctionName=function, Payload=letter.payload.encode())
    if answer.get("FunctionError"):
        said = json.loads(answer["Payload"].read() or b"{}")
        raise Unavailable(f"{function} failed with {said.get('errorType', 'an unknown error')}; the message stays")
    return "given to leave_to_human"


def _as_replay(letter: Letter) -> str:
    wrapped = {"id": letter.id, "source": "mendloop.replay", "detail-type": "Replay", "account": "", "region": ""}
    now = datetime.now(UTC).isoformat()
    return json.dumps({**wrapped, "time": now, "detail": {"event": letter.event or letter.body}})


def _url(place: Place, queue: str) -> str:
    return _output(place, QUEUES[queue])


def _output(place: Place, name: str) -> str:
    found = place.outputs.get(name)
    if not found:
        raise Misconfigured(f"the deployed stack has no output {name}: deploy it again")
    return found

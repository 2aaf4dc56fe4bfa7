"""receive_signal only puts to the queue."""

import json

import pytest

from functions.receive_signal.step import MAX_MESSAGE_BYTES, receive_signal
from mendloop.domain.errors import TooLarge
from tests.fakes.signals import InMemorySignals


def test_the_event_is_enqueued_as_it_came() -> None:
    queue, event = InMemorySignals(), {"awslogs": {"data": "H4sI…"}}

    assert receive_signal(event, queue=queue) == {"bytes": len(queue.bodies[0].encode())}

    assert [json.loads(body) for body in queue.bodies] == [event]


def test_what_no_message_can_hold_is_refused() -> None:
    queue = InMemorySignals()

    with pytest.raises(TooLarge):
        receive_signal({"data": "x" * MAX_MESSAGE_BYTES}, queue=queue)

    assert queue.bodies == []

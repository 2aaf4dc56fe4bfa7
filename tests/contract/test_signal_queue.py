"""Every signals queue."""

import boto3
import pytest

from mendloop.adapters.sqs_signals import SqsSignals
from mendloop.domain.errors import NotFound
from tests.fakes.signals import InMemorySignals


def test_bodies_arrive_as_they_were_put(aws: None) -> None:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="signals")["QueueUrl"]
    memory, queue = InMemorySignals(), SqsSignals(url)
    for signals in (memory, queue):
        signals.put('{"detail": "Grüße"}')
    received = client.receive_message(QueueUrl=url)["Messages"]
    assert [message["Body"] for message in received] == memory.bodies == ['{"detail": "Grüße"}']


def test_a_missing_queue_is_an_error(aws: None) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        SqsSignals("https://sqs.eu-central-1.amazonaws.com/123456789012/nowhere").put("{}")

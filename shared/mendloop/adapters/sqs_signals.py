"""The queue in front of intake."""

from functools import cached_property
from typing import TYPE_CHECKING

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsSignals:
    """SignalQueue on one queue."""

    def __init__(self, queue_url: str) -> None:
        self._queue_url = queue_url

    @cached_property
    def _client(self) -> "SQSClient":
        return aws_clients.sqs()

    def put(self, body: str) -> None:
        """Enqueue one event as JSON text."""
        with translated(f"queue {self._queue_url.rsplit('/', 1)[-1]}"):
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=body)

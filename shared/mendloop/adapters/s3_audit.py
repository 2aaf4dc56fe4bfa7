"""The audit bucket: one object per record, `incidents/<incident id>/<number>.json`, each written once.

Every put is conditional on the key being free. On AWS the bucket's own policy refuses any other put and every delete,
and its default retention (object lock) keeps what was written from administrators, too.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import code_of, translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}


class S3Audit:
    """AuditTrail on one bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    @cached_property
    def _client(self) -> "S3Client":
        return aws_clients.s3()

    def chain(self, incident_id: str) -> list[bytes]:
        """By number: keys sort as their numbers do."""
        with translated(f"s3://{self._bucket}/incidents/{incident_id}/"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=f"incidents/{incident_id}/"
            )
            keys = sorted(found["Key"] for page in pages for found in page.get("Contents", []))
            return [self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read() for key in keys]

    def add(self, incident_id: str, number: int, content: bytes) -> bool:
        """False when a record of this number stands."""
        key = f"incidents/{incident_id}/{number:06}.json"
        with translated(f"s3://{self._bucket}/{key}"):
            try:
                self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=content, ContentType="application/json", IfNoneMatch="*"
                )
            except ClientError as error:
                if code_of(error) in _TAKEN:
                    return False
                raise
        return True

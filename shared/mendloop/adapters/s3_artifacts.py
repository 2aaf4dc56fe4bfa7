"""The artifacts bucket. Without `s3:ListBucket` S3 answers 403 for a missing key, so the roles need it."""

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import code_of, translated
from mendloop.contracts.base import ArtifactRef
from mendloop.domain.errors import ContentChanged, NotFound
from mendloop.domain.identity import sha256

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Artifacts:
    """ArtifactStore on one bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    @cached_property
    def _client(self) -> "S3Client":
        return aws_clients.s3()

    def put(self, key: str, content: bytes, content_type: str = "application/json") -> ArtifactRef:
        """Write; whoever holds a reference to other content under this key will see ContentChanged."""
        with translated(f"s3://{self._bucket}/{key}"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)
        return ArtifactRef(key=key, sha256=sha256(content), size=len(content))

    def get(self, ref: ArtifactRef) -> bytes:
        """Exactly what was referred to."""
        content = self._read(ref.key, ref.size)
        if content is None:
            raise NotFound(f"the artifact s3://{self._bucket}/{ref.key} is gone")
        if sha256(content) != ref.sha256:
            raise ContentChanged(f"the artifact s3://{self._bucket}/{ref.key} is not what was stored")
        return content

    def read(self, key: str) -> bytes | None:
        """By key alone."""
        return self._read(key, None)

    def _read(self, key: str, size: int | None) -> bytes | None:
        with translated(f"s3://{self._bucket}/{key}"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code_of(error) == "NoSuchKey":
                    return None
                raise
            if size is not None and answer["ContentLength"] != size:
                raise ContentChanged(f"the artifact {key} has {answer['ContentLength']} bytes, not {size}")
            return answer["Body"].read()

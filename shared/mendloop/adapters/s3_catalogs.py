"""The catalog bucket: the pushed `mendloop.yaml`, whose bytes' sha256 every decision is bound to."""

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import code_of, translated
from mendloop.domain.catalog import Catalog
from mendloop.domain.catalog_file import parse_catalog
from mendloop.domain.errors import Misconfigured
from mendloop.domain.identity import sha256

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "mendloop.yaml"


class S3Catalogs:
    """CatalogStore on one versioned bucket. The newest version counts; read anew at every load."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    @cached_property
    def _client(self) -> "S3Client":
        return aws_clients.s3()

    def load(self) -> tuple[Catalog, str]:
        """Catalog and sha256 of its bytes. Misconfigured when none was pushed, BadCatalog when it does not parse."""
        with translated(f"s3://{self._bucket}/{KEY}"):
            try:
                content = self._client.get_object(Bucket=self._bucket, Key=KEY)["Body"].read()
            except ClientError as error:
                if code_of(error) != "NoSuchKey":
                    raise
                raise Misconfigured(
                    f"no catalog was pushed to s3://{self._bucket}/{KEY}",
                    next_action="Run `mendloop catalog push mendloop.yaml`.",
                ) from error
        return parse_catalog(content, KEY), sha256(content)

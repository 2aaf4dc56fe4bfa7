"""The built-in ticket tracker: one object per ticket in the artifacts bucket, created by a conditional put.

Reading a ticket that may not exist needs `s3:ListBucket` on the bucket: without it S3 says "denied" for "not there".
"""

import json
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from botocore.exceptions import ClientError

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import translated
from mendloop.contracts.publication import Ticket
from mendloop.domain.errors import Conflict
from mendloop.domain.identity import sha256

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "tickets"


class LocalTracker:
    """Tickets by mendloop's key; a ticket's number is derived from its key, so that no counter is needed."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    @cached_property
    def _s3(self) -> "S3Client":
        return aws_clients.s3()

    def find(self, key: str, number: str = "") -> Ticket | None:
        """None only when S3 answers that there is no such object. The key alone is the place."""
        with translated(f"s3://{self.bucket}/{_path(key)}"):
            try:
                found = self._s3.get_object(Bucket=self.bucket, Key=_path(key))
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == "NoSuchKey":
                    return None
                raise
            return Ticket.model_validate_json(found["Body"].read())

    def file(self, ticket: Ticket) -> Ticket:
        """One of several racing writers creates it; the others get that one."""
        path = _path(ticket.key)
        filed = ticket.model_copy(
            update={
                "tracker": "local",
                "number": f"T-{sha256(ticket.key)[:8]}",
                "url": f"s3://{self.bucket}/{path}",
            }
        )
        if self._create(path, filed.model_dump_json(indent=2)):
            return filed
        standing = self.find(ticket.key)
        if standing is None:
            raise Conflict(f"the ticket {ticket.key} was there and is gone; try again")
        return standing

    def comment(self, ticket: Ticket, body: str) -> None:
        """The same comment twice is one."""
        path = f"{PREFIX}/{quote(ticket.key, safe='')}/comments/{sha256(body)[:16]}.json"
        self._create(path, json.dumps({"ticket": ticket.key, "body": body}))

    def note(self, ticket: Ticket, body: str) -> None:
        """As `comment`: a ticket here is neither open nor closed, its comments tell."""
        self.comment(ticket, body)

    def close(self, ticket: Ticket, body: str) -> None:
        """As `comment`."""
        self.comment(ticket, body)

    def update(self, ticket: Ticket, standing: str) -> None:
        """Beside the ticket, which itself is never overwritten."""
        path = f"{PREFIX}/{quote(ticket.key, safe='')}/standing.json"
        document = json.dumps({"ticket": ticket.key, "standing": standing})
        with translated(f"s3://{self.bucket}/{path}"):
            self._s3.put_object(Bucket=self.bucket, Key=path, Body=document.encode(), ContentType="application/json")

    def link(self, ticket: Ticket, url: str, title: str) -> None:
        """As `comment`."""
        self.comment(ticket, f"{title}: {url}")

    def is_public(self) -> bool:
        """The bucket never is."""
        return False

    def examine(self) -> str:
        """One look for a ticket that is not there."""
        self.find("mendloop-doctor")
        return f"kept by mendloop, in s3://{self.bucket}/{PREFIX}"

    def _create(self, path: str, text: str) -> bool:
        """Whether it is new; an object that stands is never overwritten."""
        try:
            with translated(f"s3://{self.bucket}/{path}"):
                self._s3.put_object(
                    Bucket=self.bucket,
                    Key=path,
                    Body=text.encode(),
                    ContentType="application/json",
                    IfNoneMatch="*",
                )
        except Conflict as error:
            if _code(error) == "PreconditionFailed":
                return False
            raise
        return True


def _path(key: str) -> str:
    return f"{PREFIX}/{quote(key, safe='')}.json"


def _code(error: Conflict) -> str:
    cause = error.__cause__
    return str(cause.response.get("Error", {}).get("Code", "")) if isinstance(cause, ClientError) else ""

"""Documents in a DynamoDB table: what the three stores share.

An item is `pk`, `sk`, `doc` (the contract as canonical JSON), `writer` (unique per write), and what a store adds.
`writer` tells a write that botocore had to repeat from a race that was lost, and serves as the version for
compare-and-set. Reads are strongly consistent, except those of an index.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import code_of, translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Attributes = Mapping[str, str | int]
INDEX = "by_state"
ABSENT = {"ConditionExpression": "attribute_not_exists(pk)"}


@dataclass(frozen=True)
class Item:
    """What stands under a key. Its content may be a wake-up token, so it has no place in a repr."""

    doc: str = field(repr=False)
    writer: str
    attributes: dict[str, str] = field(repr=False)


class Items:
    """One table."""

    def __init__(self, table: str) -> None:
        self.table = table

    @cached_property
    def client(self) -> "DynamoDBClient":
        """Built at the first call."""
        return aws_clients.dynamodb()

    def add(self, pk: str, sk: str, doc: str, attributes: Attributes | None = None) -> Item | None:
        """Write unless something stands there; None when written, else what stands. One conditional write."""
        return self._write(pk, sk, doc, attributes or {}, ABSENT)

    def put(self, pk: str, sk: str, doc: str, attributes: Attributes | None = None) -> None:
        """Write whatever stands there."""
        self._write(pk, sk, doc, attributes or {}, {})

    def put_if(self, pk: str, sk: str, doc: str, attributes: Attributes, *, attribute: str, value: str) -> Item | None:
        """Replace when `attribute` has `value`; None when written, else what stands (an empty item for nothing)."""
        condition = {
            "ConditionExpression": "#guard = :guard",
            "ExpressionAttributeNames": {"#guard": attribute},
            "ExpressionAttributeValues": {":guard": {"S": value}},
        }
        return self._write(pk, sk, doc, attributes, condition)

    def get(self, pk: str, sk: str) -> Item | None:
        """What stands under the key."""
        with translated(self.table):
            answer = self.client.get_item(
                TableName=self.table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
            )
        return item_of(answer["Item"]) if "Item" in answer else None

    def query(self, pk: str, prefix: str, *, newest_first: bool = False) -> Iterator[Item]:
        """Items of a partition whose sort key has the prefix, in its order."""
        return self._pages(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
            ScanIndexForward=not newest_first,
            ConsistentRead=True,
        )

    def query_index(self, index: str, gsi1pk: str) -> Iterator[Item]:
        """Items of an index partition, highest sort key first; eventually consistent."""
        return self._pages(
            IndexName=index,
            KeyConditionExpression="gsi1pk = :pk",
            ExpressionAttributeValues={":pk": {"S": gsi1pk}},
            ScanIndexForward=False,
        )

    def query_index_until(self, index: str, gsi1pk: str, last: str) -> Iterator[Item]:
        """Items of an index partition up to a sort key, lowest first; eventually consistent."""
        return self._pages(
            IndexName=index,
            KeyConditionExpression="gsi1pk = :pk AND gsi1sk <= :last",
            ExpressionAttributeValues={":pk": {"S": gsi1pk}, ":last": {"S": last}},
        )

    def _pages(self, **request: Any) -> Iterator[Item]:
        with translated(self.table):
            for page in self.client.get_paginator("query").paginate(TableName=self.table, **request):
                yield from (item_of(found) for found in page["Items"])

    def _write(self, pk: str, sk: str, doc: str, attributes: Attributes, condition: Mapping[str, Any]) -> Item | None:
        writer = uuid4().hex
        item = encoded({"pk": pk, "sk": sk, "doc": doc, "writer": writer, **attributes})
        with translated(f"{self.table}/{pk}"):
            try:
                self.client.put_item(
                    TableName=self.table, Item=item, ReturnValuesOnConditionCheckFailure="ALL_OLD", **condition
                )
            except ClientError as error:
                if code_of(error) != "ConditionalCheckFailedException":
                    raise
                standing = _standing(error)
                return None if standing.writer == writer else standing
        return None


def sortable(at: datetime) -> str:
    """A UTC time whose text order is its time order."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"


def encoded(attributes: Attributes) -> dict[str, Any]:
    """As DynamoDB's typed attributes: text or whole numbers."""
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in attributes.items()}


def _standing(error: ClientError) -> Item:
    found: Any = error.response.get("Item", {})
    return item_of(found)


def item_of(stored: Mapping[str, Any]) -> Item:
    """From DynamoDB's typed attributes."""
    plain = {name: str(value.get("S", value.get("N", ""))) for name, value in stored.items()}
    return Item(doc=plain.get("doc", ""), writer=plain.get("writer", ""), attributes=plain)

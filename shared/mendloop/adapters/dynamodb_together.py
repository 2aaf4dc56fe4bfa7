"""Several items of one table written all or not at all."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from mendloop.adapters.aws_errors import cancellation_codes, translated
from mendloop.adapters.dynamodb_items import Attributes, Item, Items, encoded, item_of
from mendloop.domain.errors import Conflict

_ATTEMPTS = 5


@dataclass(frozen=True)
class Put:
    """One write of several that are done all or not at all. `condition`: what `put_item` takes; none: in any case."""

    pk: str
    sk: str
    doc: str = field(repr=False)
    attributes: Attributes = field(default_factory=dict)
    condition: Mapping[str, Any] = field(default_factory=dict)


def put_all(items: Items, *puts: Put) -> list[Item | None]:
    """[] when written, else for each put what stands where its condition failed.

    Conflict when others keep writing the same items at the same time.
    """
    for _ in range(_ATTEMPTS - 1):
        with contextlib.suppress(Conflict):
            return _put_all(items, puts)
    return _put_all(items, puts)


def _put_all(items: Items, puts: Sequence[Put]) -> list[Item | None]:
    writes: list[Any] = [{"Put": _write(items.table, put)} for put in puts]
    with translated(f"{items.table}/{puts[0].pk}"):
        try:
            # botocore adds a request token, so a request that it repeats is done once.
            items.client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            if "ConditionalCheckFailed" not in cancellation_codes(error):
                raise
            reasons: Any = error.response.get("CancellationReasons", [])
            return [item_of(reason["Item"]) if reason.get("Item") else None for reason in reasons]
    return []


def _write(table: str, put: Put) -> dict[str, Any]:
    item = encoded({"pk": put.pk, "sk": put.sk, "doc": put.doc, "writer": uuid4().hex, **put.attributes})
    standing = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if put.condition else {}
    return {"TableName": table, "Item": item, **put.condition, **standing}

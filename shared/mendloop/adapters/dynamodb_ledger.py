"""The ledger table: money in micro-dollars, reserved and settled each in one transaction.

| pk | sk | what | read by |
|---|---|---|---|
| `incident#<incident id>` | `total` | `spent` of the incident | reserve, settle (conditional add), spent, levels |
| `day#<service>` | `YYYY-MM-DD` | `spent` of the service's day (UTC); expires | reserve, settle, levels |
| `month#<service>` | `YYYY-MM` | `spent` of the service's month; expires | reserve, settle, levels |
| `reservation#<id>` | `reservation` | what is held and by whom; `settled` once; expires | reserve, settle |

`spent` counts open reservations in full, so a crash between reserve and settle errs on the safe side.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import cancellation_codes, code_of, translated
from mendloop.adapters.dynamodb_items import encoded
from mendloop.contracts.spending import CapLevel
from mendloop.domain.errors import Misconfigured, MoneyExhausted, NotFound
from mendloop.ports import CatalogStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT_SECONDS = 400 * 24 * 3600
_FAILED = "ConditionalCheckFailed"
_Total = tuple[str, str, int]
"""pk, sk and cap of one total."""


class DynamoDbLedger:
    """Ledger on one table, with the caps of the catalog's services."""

    def __init__(self, table: str, catalogs: CatalogStore) -> None:
        self._table = table
        self._catalogs = catalogs

    @cached_property
    def _client(self) -> "DynamoDBClient":
        return aws_clients.dynamodb()

    def reserve(self, incident_id: str, service: str, amount: int, at: datetime) -> str:
        """Reservation id; MoneyExhausted names the cap that would be exceeded."""
        totals = self._totals(incident_id, service, at)
        reservation, expires = uuid4().hex, int(at.timestamp()) + _KEPT_SECONDS
        held: dict[str, str | int] = {
            "amount": amount,
            "incident": incident_id,
            "service": service,
            "day": f"{at:%Y-%m-%d}",
        }
        put = {
            "TableName": self._table,
            "Item": encoded({"pk": f"reservation#{reservation}", "sk": "reservation", **held, "expires": expires}),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        adds = [self._hold(total, amount, expires) for total in totals]
        failed = self._transact([{"Put": put}, *({"Update": add} for add in adds)])
        for total, code in zip(totals, failed[1:], strict=False):
            if code == _FAILED:
                raise MoneyExhausted(
                    f"{total[0]}/{total[1]}: {amount} more would exceed the cap of {total[2]} micro-dollars"
                )
        return reservation

    def settle(self, reservation: str, amount: int) -> None:
        """What it really cost; settling twice is once. At most what was reserved is released."""
        held = self._get(f"reservation#{reservation}", "reservation")
        if not held:
            raise NotFound(f"there is no reservation {reservation}")
        if "settled" in held:
            return
        cost = max(amount, 0)
        mark = {
            "TableName": self._table,
            "Key": encoded({"pk": f"reservation#{reservation}", "sk": "reservation"}),
            "UpdateExpression": "SET settled = :cost",
            "ConditionExpression": "attribute_not_exists(settled)",
            "ExpressionAttributeValues": encoded({":cost": cost}),
        }
        keys = _keys(held["incident"], held["service"], held["day"])
        adds = [self._add(key, cost - int(held["amount"])) for key in keys]
        # A failed condition means that somebody settled it meanwhile: once is enough.
        self._transact([{"Update": mark}, *({"Update": add} for add in adds)])

    def spent(self, incident_id: str) -> int:
        """Counting unsettled reservations at their maximum."""
        return int(self._get(f"incident#{incident_id}", "total").get("spent", "0"))

    def levels(self, incident_id: str, service: str, at: datetime) -> list[CapLevel]:
        """Read one by one: a hint for people, no basis for a decision."""
        return [
            CapLevel(name=pk.split("#")[0], spent=int(self._get(pk, sk).get("spent", "0")), cap=cap)
            for pk, sk, cap in self._totals(incident_id, service, at)
        ]

    def _totals(self, incident_id: str, service: str, at: datetime) -> list[_Total]:
        found = self._catalogs.load()[0].services.get(service)
        if found is None:
            raise Misconfigured(f"the catalog has no service {service}")
        limits = found.limits
        caps = (limits.incident_micro_dollars, limits.day_micro_dollars, limits.month_micro_dollars)
        return [(*key, cap) for key, cap in zip(_keys(incident_id, service, f"{at:%Y-%m-%d}"), caps, strict=True)]

    def _hold(self, total: _Total, amount: int, expires: int) -> dict[str, Any]:
        pk, sk, cap = total
        if amount > cap:
            raise MoneyExhausted(f"{pk}/{sk}: {amount} alone exceeds the cap of {cap} micro-dollars")
        add = self._add((pk, sk), amount)
        add["UpdateExpression"] = "SET expires = :expires ADD spent :amount"
        add["ConditionExpression"] = "attribute_not_exists(spent) OR spent <= :room"
        add["ExpressionAttributeValues"] |= encoded({":room": cap - amount, ":expires": expires})
        return add

    def _add(self, key: tuple[str, str], amount: int) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Key": encoded({"pk": key[0], "sk": key[1]}),
            "UpdateExpression": "ADD spent :amount",
            "ExpressionAttributeValues": encoded({":amount": amount}),
        }

    def _transact(self, items: Sequence[Mapping[str, Any]]) -> list[str]:
        """Cancellation codes by item when a condition failed, else an empty list; contention is Conflict."""
        with translated(self._table):
            try:
                # botocore adds a request token, so a request that it repeats is done once.
                self._client.transact_write_items(TransactItems=items)  # type: ignore[arg-type]
            except ClientError as error:
                codes = cancellation_codes(error)
                if code_of(error) != "TransactionCanceledException" or _FAILED not in codes:
                    raise
                return codes
        return []

    def _get(self, pk: str, sk: str) -> dict[str, str]:
        with translated(self._table):
            key = encoded({"pk": pk, "sk": sk})
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return {name: str(value.get("S", value.get("N", ""))) for name, value in answer.get("Item", {}).items()}


def _keys(incident_id: str, service: str, day: str) -> list[tuple[str, str]]:
    return [(f"incident#{incident_id}", "total"), (f"day#{service}", day), (f"month#{service}", day[:7])]

"""Numbered places in a queue, each taken by one conditional write: a cap that holds where many come at once."""

from collections.abc import Collection
from datetime import datetime

from mendloop.adapters.dynamodb_items import Item, Items
from mendloop.contracts.base import Contract, UtcTime
from mendloop.domain.identity import canonical_json


class _Held(Contract):
    """The stored document."""

    incident_id: str
    at: UtcTime


class Places:
    """Items `place-<number>` of one queue."""

    def __init__(self, items: Items) -> None:
        self._items = items

    def take(
        self, queue: str, places: int, incident_id: str, *, at: datetime, since: datetime, standing: Collection[str]
    ) -> bool:
        """See the port."""
        pk = f"queue#{queue}"
        found = {number: self._items.get(pk, f"place-{number}") for number in range(places)}
        holders = {_held(item).incident_id for item in found.values() if item}
        own = next((n for n, item in found.items() if item and _held(item).incident_id == incident_id), None)
        if own is not None:
            mine = found[own]
            # One taken long ago is another's for the taking: it counts once it bears the time of today.
            fresh = mine is not None and _held(mine).at > since
            return fresh or self._put(pk, own, mine, _Held(incident_id=incident_id, at=at))
        missing = [each for each in sorted(standing) if each not in holders and each != incident_id]
        for number, item in found.items():
            held = _held(item) if item else None
            if held and (held.incident_id in standing or held.at > since):
                continue
            # What is open without a place, made before there were places, takes one first.
            comer = missing.pop(0) if missing else incident_id
            if self._put(pk, number, item, _Held(incident_id=comer, at=at)) and comer == incident_id:
                return True
        return False

    def _put(self, pk: str, number: int, item: Item | None, held: _Held) -> bool:
        key, doc = f"place-{number}", canonical_json(held)
        if item is None:
            return self._items.add(pk, key, doc) is None
        return self._items.put_if(pk, key, doc, {}, attribute="writer", value=item.writer) is None


def _held(item: Item) -> _Held:
    return _Held.model_validate_json(item.doc)

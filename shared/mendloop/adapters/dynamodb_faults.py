"""Who owns a fault: one incident at a time, each new owner in a new generation."""

from collections.abc import Callable

from mendloop.adapters.dynamodb_items import Item, Items
from mendloop.contracts.base import Contract
from mendloop.domain.errors import Conflict
from mendloop.domain.identity import canonical_json
from mendloop.ports import FaultOwner

_ATTEMPTS = 5


class _Ownership(Contract):
    """The stored document."""

    incident_id: str
    generation: int
    open: bool


class FaultClaims:
    """Compare-and-set on the owner's item. `has_ended` tells of an incident that is terminal and never released."""

    def __init__(self, items: Items, has_ended: Callable[[str], bool]) -> None:
        self._items = items
        self._has_ended = has_ended

    def claim(self, service: str, fault: str, incident_id: str) -> FaultOwner:
        """See the port; Conflict when others keep winning the race."""
        pk = _key(service, fault)
        standing = self._items.add(
            pk, "owner", canonical_json(_Ownership(incident_id=incident_id, generation=1, open=True))
        )
        for _ in range(_ATTEMPTS):
            if standing is None:
                return FaultOwner(fault=fault, generation=1, incident_id=incident_id, mine=True)
            owner = _ownership(standing)
            wanted = self._next(owner, incident_id)
            if wanted == owner:
                return _answer(fault, owner, incident_id)
            lost_to = self._replace(pk, wanted, standing)
            if lost_to is None:
                return _answer(fault, wanted, incident_id)
            standing = lost_to
        raise Conflict(f"the fault {fault} of {service} changes hands too often")

    def release(self, service: str, fault: str, incident_id: str) -> None:
        """Nothing happens when the incident is not the owner any more."""
        pk = _key(service, fault)
        standing = self._items.get(pk, "owner")
        if standing is None:
            return
        owner = _ownership(standing)
        if owner.incident_id == incident_id and owner.open:
            self._replace(pk, owner.model_copy(update={"open": False}), standing)

    def _next(self, owner: _Ownership, incident_id: str) -> _Ownership:
        if owner.incident_id == incident_id:
            return owner.model_copy(update={"open": True})
        if owner.open and not self._has_ended(owner.incident_id):
            return owner
        return _Ownership(incident_id=incident_id, generation=owner.generation + 1, open=True)

    def _replace(self, pk: str, wanted: _Ownership, standing: Item) -> Item | None:
        return self._items.put_if(pk, "owner", canonical_json(wanted), {}, attribute="writer", value=standing.writer)


def _key(service: str, fault: str) -> str:
    return f"fault#{service}#{fault}"


def _ownership(item: Item) -> _Ownership:
    return _Ownership.model_validate_json(item.doc)


def _answer(fault: str, owner: _Ownership, incident_id: str) -> FaultOwner:
    return FaultOwner(
        fault=fault,
        generation=owner.generation,
        incident_id=owner.incident_id,
        mine=owner.incident_id == incident_id,
    )

"""A ledger in memory, with the caps of a catalog."""

from datetime import datetime
from itertools import count
from threading import Lock

from mendloop.contracts.spending import CapLevel
from mendloop.domain.errors import Misconfigured, MoneyExhausted, NotFound
from mendloop.ports import CatalogStore
from tests.fakes.catalogs import FixedCatalog


class InMemoryLedger:
    """Totals per incident, day and month; reservations with what they hold."""

    def __init__(self, catalogs: CatalogStore | None = None) -> None:
        self._lock = Lock()
        self._catalogs = catalogs or FixedCatalog()
        self._numbers = count(1)
        self._totals: dict[str, int] = {}
        self._reserved: dict[str, tuple[list[str], int]] = {}
        self.settled: dict[str, int] = {}

    def reserve(self, incident_id: str, service: str, amount: int, at: datetime) -> str:
        caps = self._caps(incident_id, service, at)
        with self._lock:
            for name, cap in caps.items():
                if self._totals.get(name, 0) + amount > cap:
                    raise MoneyExhausted(f"{name}: {amount} more would exceed the cap of {cap} micro-dollars")
            for name in caps:
                self._totals[name] = self._totals.get(name, 0) + amount
            reservation = f"reservation-{next(self._numbers)}"
            self._reserved[reservation] = (list(caps), amount)
            return reservation

    def settle(self, reservation: str, amount: int) -> None:
        with self._lock:
            if reservation not in self._reserved:
                raise NotFound(f"there is no reservation {reservation}")
            if reservation in self.settled:
                return
            names, reserved = self._reserved[reservation]
            self.settled[reservation] = max(amount, 0)
            for name in names:
                self._totals[name] += max(amount, 0) - reserved

    def spent(self, incident_id: str) -> int:
        return self._totals.get(f"incident {incident_id}", 0)

    def levels(self, incident_id: str, service: str, at: datetime) -> list[CapLevel]:
        caps = self._caps(incident_id, service, at)
        return [CapLevel(name=name.split()[0], spent=self._totals.get(name, 0), cap=cap) for name, cap in caps.items()]

    def _caps(self, incident_id: str, service: str, at: datetime) -> dict[str, int]:
        found = self._catalogs.load()[0].services.get(service)
        if found is None:
            raise Misconfigured(f"the catalog has no service {service}")
        limits = found.limits
        return {
            f"incident {incident_id}": limits.incident_micro_dollars,
            f"day {at:%Y-%m-%d} of {service}": limits.day_micro_dollars,
            f"month {at:%Y-%m} of {service}": limits.month_micro_dollars,
        }

"""The Ledger port for one command: what it may spend, and what it spent, in memory."""

from datetime import datetime

from mendloop.contracts.spending import CapLevel
from mendloop.domain.errors import MoneyExhausted, NotFound


class Purse:
    """`cap` micro-dollars for each incident."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._spent: dict[str, int] = {}
        self._open: list[tuple[str, int] | None] = []

    def reserve(self, incident_id: str, service: str, amount: int, at: datetime) -> str:
        """MoneyExhausted beyond the cap."""
        if self.spent(incident_id) + amount > self._cap:
            raise MoneyExhausted(f"{amount} more would exceed the {self._cap} micro-dollars of {service}")
        self._spent[incident_id] = self.spent(incident_id) + amount
        self._open.append((incident_id, amount))
        return str(len(self._open) - 1)

    def settle(self, reservation: str, amount: int) -> None:
        """Once; a second time changes nothing."""
        if not reservation.isdigit() or int(reservation) >= len(self._open):
            raise NotFound(f"there is no reservation {reservation}")
        held = self._open[int(reservation)]
        if held is not None:
            self._open[int(reservation)] = None
            self._spent[held[0]] += max(amount, 0) - held[1]

    def spent(self, incident_id: str) -> int:
        """Counting what is not settled at its maximum."""
        return self._spent.get(incident_id, 0)

    def levels(self, incident_id: str, service: str, at: datetime) -> list[CapLevel]:
        """There is one cap only."""
        return [CapLevel(name="incident", spent=self.spent(incident_id), cap=self._cap)]

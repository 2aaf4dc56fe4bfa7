"""An audit trail in memory; a number is taken once."""

from threading import Lock


class InMemoryAudit:
    """Contents by incident and number."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.contents: dict[str, dict[int, bytes]] = {}

    def chain(self, incident_id: str) -> list[bytes]:
        with self._lock:
            return [content for _, content in sorted(self.contents.get(incident_id, {}).items())]

    def add(self, incident_id: str, number: int, content: bytes) -> bool:
        with self._lock:
            records = self.contents.setdefault(incident_id, {})
            return records.setdefault(number, content) is content

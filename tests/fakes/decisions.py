"""A decision store in memory; what is written once is atomic under one lock."""

from datetime import datetime
from threading import Lock

from mendloop.contracts.approval import ApprovalRequest, Consent, Decision, HandOver


class InMemoryDecisions:
    """Plain dictionaries."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: dict[str, ApprovalRequest] = {}
        self._decisions: dict[str, Decision] = {}
        self._consents: dict[tuple[str, str], Consent] = {}
        self._handed: dict[tuple[str, str, str], HandOver] = {}
        self._stamps: dict[tuple[str, str], int] = {}
        self._tokens: dict[str, str] = {}
        self._nonces: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._used: set[tuple[str, str]] = set()

    def ask(self, request: ApprovalRequest) -> ApprovalRequest:
        with self._lock:
            return self._requests.setdefault(request.id, request)

    def request(self, request_id: str) -> ApprovalRequest | None:
        return self._requests.get(request_id)

    def latest(self, incident_id: str) -> ApprovalRequest | None:
        asked = [request for request in list(self._requests.values()) if request.incident_id == incident_id]
        return max(asked, key=lambda request: (request.asked_at, request.id), default=None)

    def decide(self, decision: Decision) -> Decision:
        with self._lock:
            return self._decisions.setdefault(decision.request_id, decision)

    def decision(self, request_id: str) -> Decision | None:
        return self._decisions.get(request_id)

    def consent(self, consent: Consent) -> list[Consent]:
        with self._lock:
            self._consents.setdefault((consent.request_id, consent.by), consent)
        return self.consents(consent.request_id)

    def consents(self, request_id: str) -> list[Consent]:
        with self._lock:
            return [each for (asked, _), each in sorted(self._consents.items()) if asked == request_id]

    def hand_over(self, handed: HandOver) -> bool:
        with self._lock:
            key = (handed.request_id, handed.by, handed.to)
            return self._handed.setdefault(key, handed) is handed

    def handed_over(self, request_id: str) -> list[HandOver]:
        with self._lock:
            found = [each for each in self._handed.values() if each.request_id == request_id]
        return sorted(found, key=lambda each: (each.at, each.by, each.to))

    def take_stamp(self, who: str, window: str, most: int, at: datetime) -> bool:
        with self._lock:
            taken = self._stamps.get((who, window), 0)
            self._stamps[who, window] = min(most, taken + 1)
            return taken < most

    def save_token(self, request_id: str, token: str) -> None:
        self._tokens[request_id] = token

    def token(self, request_id: str) -> str | None:
        return self._tokens.get(request_id)

    def save_nonce(self, request_id: str, nonce: str, session: str, expires_at: datetime) -> None:
        self._nonces[request_id, nonce] = (session, expires_at)

    def use_nonce(self, request_id: str, nonce: str, session: str, at: datetime) -> bool:
        with self._lock:
            made_for, expires_at = self._nonces.get((request_id, nonce), (None, at))
            if made_for != session or at >= expires_at or (request_id, nonce) in self._used:
                return False
            self._used.add((request_id, nonce))
            return True

"""The decisions table: puts only; what must happen once is a conditional put.

| pk | sk | what | read by |
|---|---|---|---|
| request id | `question` | the question | ask (conditional), request |
| `incident#<incident id>` | `asked#<time>#<request id>` | which questions an incident asked | latest |
| request id | `decision` | the decision, written once | decide (conditional), decision |
| request id | `consent#<name>` | one person's approval, written once | consent (conditional), consents |
| request id | `handed#<by>#<to>` | who handed it over to whom, written once | hand_over (conditional), handed_over |
| `mail#<kind>#<name>` | `<window>#<number>` | a stamp of that window; expires | take_stamp (conditional) |
| request id | `token` | the newest wake-up token; replaced | save_token, token |
| request id | `nonce#<nonce>` | a page's nonce with its session; expires | save_nonce, use_nonce |
| request id | `used#<nonce>` | that the nonce was used, written once; expires | use_nonce (conditional) |

`expires` is the time-to-live attribute in epoch seconds. It only tidies up: expiry is judged by the stored time.
"""

from datetime import datetime

from mendloop.adapters.dynamodb_items import Items, sortable
from mendloop.contracts.approval import ApprovalRequest, Consent, Decision, HandOver
from mendloop.domain.identity import canonical_json, sha256

_A_MONTH = 30 * 24 * 3600


class DynamoDbDecisions:
    """DecisionStore on one table."""

    def __init__(self, table: str) -> None:
        self._items = Items(table)

    def ask(self, request: ApprovalRequest) -> ApprovalRequest:
        """Store the question; the stored one when it was asked before.

        The pointer goes first: a crash in between leaves a pointer to nothing, which `latest` passes over.
        """
        pointer = f"asked#{sortable(request.asked_at)}#{request.id}"
        self._items.put(f"incident#{request.incident_id}", pointer, request.id)
        standing = self._items.add(request.id, "question", canonical_json(request))
        return ApprovalRequest.model_validate_json(standing.doc) if standing else request

    def request(self, request_id: str) -> ApprovalRequest | None:
        """The question, or None."""
        found = self._items.get(request_id, "question")
        return ApprovalRequest.model_validate_json(found.doc) if found else None

    def latest(self, incident_id: str) -> ApprovalRequest | None:
        """The incident's newest question by the time it was first asked."""
        for pointer in self._items.query(f"incident#{incident_id}", "asked#", newest_first=True):
            request = self.request(pointer.doc)
            if request and pointer.attributes["sk"] == f"asked#{sortable(request.asked_at)}#{request.id}":
                return request
        return None

    def decide(self, decision: Decision) -> Decision:
        """Written once; the decision that stands comes back."""
        standing = self._items.add(decision.request_id, "decision", canonical_json(decision))
        return Decision.model_validate_json(standing.doc) if standing else decision

    def decision(self, request_id: str) -> Decision | None:
        """Strongly consistent."""
        found = self._items.get(request_id, "decision")
        return Decision.model_validate_json(found.doc) if found else None

    def consent(self, consent: Consent) -> list[Consent]:
        """Written before the others are read: of two who consent at once, one at least sees both."""
        self._items.add(consent.request_id, f"consent#{consent.by}", canonical_json(consent))
        return self.consents(consent.request_id)

    def consents(self, request_id: str) -> list[Consent]:
        """By name."""
        return [Consent.model_validate_json(found.doc) for found in self._items.query(request_id, "consent#")]

    def hand_over(self, handed: HandOver) -> bool:
        """Whether it was new."""
        return self._items.add(handed.request_id, f"handed#{handed.by}#{handed.to}", canonical_json(handed)) is None

    def handed_over(self, request_id: str) -> list[HandOver]:
        """Oldest first."""
        found = [HandOver.model_validate_json(each.doc) for each in self._items.query(request_id, "handed#")]
        return sorted(found, key=lambda each: (each.at, each.by, each.to))

    def take_stamp(self, who: str, window: str, most: int, at: datetime) -> bool:
        """The stamps that are gone are read first: in a storm most callers find all of them gone."""
        taken = {item.attributes["sk"] for item in self._items.query(f"mail#{who}", f"{window}#")}
        free = [key for number in range(most) if (key := f"{window}#{number:04}") not in taken]
        return any(self._items.add(f"mail#{who}", key, "", {"expires": _tidy_up(at)}) is None for key in free)

    def save_token(self, request_id: str, token: str) -> None:
        """The newest replaces the older. It dies with its execution, so its age does not matter."""
        self._items.put(request_id, "token", token)

    def token(self, request_id: str) -> str | None:
        """For waking only; never log it."""
        found = self._items.get(request_id, "token")
        return found.doc if found else None

    def save_nonce(self, request_id: str, nonce: str, session: str, expires_at: datetime) -> None:
        """A page's nonce; of the session only its hash is kept."""
        attributes: dict[str, str | int] = {
            "session": sha256(session),
            "until": sortable(expires_at),
            "expires": _tidy_up(expires_at),
        }
        self._items.put(request_id, f"nonce#{nonce}", "", attributes)

    def use_nonce(self, request_id: str, nonce: str, session: str, at: datetime) -> bool:
        """True once, for the session it was made for, before it expires."""
        found = self._items.get(request_id, f"nonce#{nonce}")
        if found is None or found.attributes["session"] != sha256(session):
            return False
        if sortable(at) >= found.attributes["until"]:
            return False
        return self._items.add(request_id, f"used#{nonce}", "", {"expires": _tidy_up(at)}) is None


def _tidy_up(at: datetime) -> int:
    return int(at.timestamp()) + _A_MONTH

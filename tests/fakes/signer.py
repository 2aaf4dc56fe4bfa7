"""A link signer with a key of its own."""

import base64
import hashlib
import hmac
from datetime import datetime

from pydantic import ValidationError

from mendloop.domain.errors import BadLink
from mendloop.domain.identity import canonical_json
from mendloop.ports import LinkClaims


class InMemorySigner:
    """Claims and signature as URL-safe text; refuses what the real one refuses."""

    def __init__(self, key: bytes = b"a key for tests") -> None:
        self._key = key

    def sign(self, claims: LinkClaims, purpose: str) -> str:
        payload = base64.urlsafe_b64encode(canonical_json(claims).encode()).decode().rstrip("=")
        return f"{payload}.{self._mac(payload, purpose)}"

    def verify(self, text: str, purpose: str, at: datetime, *, expired: bool = False) -> LinkClaims:
        payload, _, mac = text.partition(".")
        try:
            claims = LinkClaims.model_validate_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        except (ValueError, ValidationError) as error:
            raise BadLink("this link is malformed") from error
        if not expired and at >= claims.expires_at:
            raise BadLink("this link has expired")
        if not hmac.compare_digest(mac.encode(), self._mac(payload, purpose).encode()):
            raise BadLink("this link is not ours")
        return claims

    def _mac(self, payload: str, purpose: str) -> str:
        return hmac.new(self._key, f"{purpose}.{payload}".encode(), hashlib.sha256).hexdigest()

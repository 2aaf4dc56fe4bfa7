"""Review links and session cookies, signed with HMAC-SHA256.

Text: `<key id>.<claims>.<mac>`, base64url without padding. The keys are one secret, JSON
`{"current": "k2", "keys": {"k1": "…", "k2": "…"}}`: the current key signs, the other one is still accepted. The flat
form `{"current": "k1", "k1": "…"}` is what CloudFormation can generate, which cannot nest.
"""

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, Field, ValidationError, model_validator

from mendloop.domain.errors import BadLink, Misconfigured
from mendloop.ports import LinkClaims, Secrets

_SHAPE = re.compile(r"(?P<key>[a-z0-9]{1,8})\.(?P<claims>[A-Za-z0-9_-]{1,1024})\.(?P<mac>[A-Za-z0-9_-]{43})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class _Keys(BaseModel):
    """The secret's JSON."""

    current: str = Field(pattern="^[a-z0-9]{1,8}$")
    keys: dict[str, str] = Field(min_length=1, max_length=2)

    @model_validator(mode="before")
    @classmethod
    def _nest(cls, data: object) -> object:
        if isinstance(data, dict) and "keys" not in data:
            return {"current": data.get("current"), "keys": {k: v for k, v in data.items() if k != "current"}}
        return data

    @model_validator(mode="after")
    def _strong_enough(self) -> "_Keys":
        if self.current not in self.keys or any(len(key) < 32 for key in self.keys.values()):
            raise ValueError("`current` must be among the keys, and every key has at least 32 characters")
        return self


class HmacSigner:
    """LinkSigner with keys from a secret, fetched only for a text of the right shape that has not expired."""

    def __init__(self, secrets: Secrets, secret_name: str) -> None:
        self._secrets = secrets
        self._secret_name = secret_name

    def sign(self, claims: LinkClaims, purpose: str) -> str:
        """URL-safe text of about 250 characters."""
        keys = self._keys()
        expires = (claims.expires_at - _EPOCH) // _MICROSECOND
        listed = [claims.request_id, claims.approver, claims.content_sha256, expires]
        payload = _encode(json.dumps(listed, separators=(",", ":")).encode())
        return f"{keys.current}.{payload}.{_mac(keys.keys[keys.current], keys.current, payload, purpose)}"

    def verify(self, text: str, purpose: str, at: datetime, *, expired: bool = False) -> LinkClaims:
        """The claims, or BadLink. Nothing that was sent is repeated in the message."""
        shape = _SHAPE.fullmatch(text)
        if shape is None:
            raise BadLink("this link is malformed")
        claims = _claims(shape["claims"])
        if not expired and at >= claims.expires_at:
            raise BadLink("this link has expired")
        key = self._keys().keys.get(shape["key"])
        if key is None:
            raise BadLink("this link was signed with a key that is not accepted any more")
        if not hmac.compare_digest(shape["mac"], _mac(key, shape["key"], shape["claims"], purpose)):
            raise BadLink("this link is not ours")
        return claims

    def _keys(self) -> _Keys:
        return _read(self._secrets.get(self._secret_name), self._secret_name)


def rotated(text: str, fresh: str) -> str:
    """The secret's next text: `fresh` signs, the key that signed until now is still accepted, an older one no more.

    Misconfigured when the text holds no link keys.
    """
    keys = _read(text, "of link keys")
    number = 1 + max(int(digits) for key in keys.keys for digits in [re.sub(r"[^0-9]", "", key) or "0"])
    name = f"k{number}"
    return json.dumps({"current": name, "keys": {keys.current: keys.keys[keys.current], name: fresh}})


def accepted(text: str) -> list[str]:
    """Ids of the keys whose links are accepted."""
    return sorted(_read(text, "of link keys").keys)


def _read(text: str, name: str) -> _Keys:
    try:
        return _Keys.model_validate_json(text)
    except ValidationError:
        # The cause would hold the keys themselves.
        raise Misconfigured(
            f"the secret {name} does not hold link keys",
            next_action='Write {"current": "k1", "keys": {"k1": "<32 random characters or more>"}} into it.',
        ) from None


def _claims(payload: str) -> LinkClaims:
    try:
        request_id, approver, content_sha256, expires = json.loads(_decode(payload))
        expires_at = _EPOCH + int(expires) * _MICROSECOND
        return LinkClaims(
            request_id=request_id, approver=approver, content_sha256=content_sha256, expires_at=expires_at
        )
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadLink("this link is malformed") from error


def _mac(key: str, key_id: str, payload: str, purpose: str) -> str:
    signed = f"mendloop.{purpose}.{key_id}.{payload}"
    return _encode(hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest())


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

"""Requests and answers of the review site, as API Gateway's HTTP API (payload 2.0) hands them over and wants them back.

Four routes need no framework; what matters here is what every answer must carry, and what a request may hold at most.
"""

import base64
import binascii
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from mendloop.domain.errors import BadDecision, TooLarge

MAX_BODY_BYTES = 16_384
MAX_PATCH_BYTES = 400_000
"""Of an edited patch: it is sent percent-encoded."""
MAX_FIELDS = 100
SESSION = "mendloop_session"


@dataclass(frozen=True)
class Request:
    """What the site looks at; everything in it is untrusted."""

    method: str
    path: str
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes
    principal: str = ""
    """ARN of whoever signed the request, as API Gateway's IAM authorizer says; no header reaches this."""
    claims: dict[str, str] = field(default_factory=dict)
    """Of a token that API Gateway's JWT authorizer has checked; no header reaches this."""

    def form(self, limit: int = MAX_BODY_BYTES) -> dict[str, str]:
        """The fields of a posted form, the first value of each; BadDecision when it is none, TooLarge above `limit`."""
        if len(self.body) > limit:
            raise TooLarge(f"The form has {len(self.body):,} bytes; at most {limit:,} are read")
        kind = self.headers.get("content-type", "").split(";")[0].strip()
        if kind != "application/x-www-form-urlencoded":
            raise BadDecision("A decision is sent with the form on the page")
        try:
            fields = parse_qs(self.body.decode("utf-8"), max_num_fields=MAX_FIELDS, keep_blank_values=True)
        except ValueError as error:
            raise BadDecision("The form cannot be read") from error
        return {name: values[0] for name, values in fields.items()}


@dataclass(frozen=True)
class Answer:
    """An answer without the headers that all share."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cookie: str = ""
    failure: str = ""
    """Class name of the error behind a 5xx, for the log; never shown."""


def read(event: dict[str, Any]) -> Request:
    """From the event. The emulator leaves `cookies` out and encodes form bodies; both ways are read here."""
    headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    context = event.get("requestContext") or {}
    http = context.get("http") or {}
    authorizer = context.get("authorizer") or {}
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    raw = str(event.get("body") or "")
    try:
        body = base64.b64decode(raw, validate=True) if event.get("isBase64Encoded") else raw.encode()
    except binascii.Error:
        body = b""
    jar = "; ".join(event.get("cookies") or []) or headers.get("cookie", "")
    return Request(
        method=str(http.get("method", "GET")).upper(),
        path=str(http.get("path") or event.get("rawPath") or "/"),
        headers=headers,
        cookies=_cookies(jar),
        body=body,
        principal=str((authorizer.get("iam") or {}).get("userArn") or ""),
        claims={str(name): str(value) for name, value in claims.items()},
    )


def write(answer: Answer, policy: str) -> dict[str, Any]:
    """To the event: no cache, no frame, no third party. `policy`: what a browser may load and run."""
    headers = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        # Not `no-referrer`: with that, browsers send `Origin: null` and a form could not prove where it came from.
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "x-robots-tag": "noindex, nofollow",
        "strict-transport-security": "max-age=31536000",
        **answer.headers,
    }
    event: dict[str, Any] = {"statusCode": answer.status, "headers": headers, "body": answer.body}
    if answer.cookie:
        event["cookies"] = [answer.cookie]
    return event


def _cookies(text: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(text[:8192]).items()}
    except CookieError:
        return {}

"""The weather table: what a refusal of GitHub becomes, by what it says, else by its status, and what to do then."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mendloop.domain.errors import (
    AccessDenied,
    Archived,
    BranchProtected,
    Conflict,
    MendloopError,
    Misconfigured,
    NotFound,
    Permanent,
    Rejected,
    Throttled,
    Unavailable,
)


@dataclass(frozen=True)
class Kind:
    """What an answer becomes; without advice, the error's own."""

    error: type[MendloopError]
    advice: str | None = None


_TABLE: dict[int, Kind] = {
    400: Kind(Permanent),
    401: Kind(
        Misconfigured,
        "Put a valid token or App key into the secret that github_secret names: this one is wrong, expired, revoked.",
    ),
    403: Kind(AccessDenied, "Give the token or App what docs/github.md lists, on this repository."),
    404: Kind(
        NotFound,
        "Check repository.location and base_url in the catalog: GitHub says so, too, where the token may not see it.",
    ),
    408: Kind(Unavailable),
    409: Kind(Conflict),
    410: Kind(NotFound),
    422: Kind(Rejected),
    429: Kind(Throttled),
    451: Kind(AccessDenied, "GitHub has closed this repository for legal reasons: ask its owner."),
}
_SAID: tuple[tuple[re.Pattern[str], Kind], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"\barchived\b", Kind(Archived)),
        (r"rule violations|protected branch|creations being restricted", Kind(BranchProtected)),
        (
            r"\bSAML\b|single sign-on",
            Kind(AccessDenied, "Authorise the token for the organisation's single sign-on, on its page at GitHub."),
        ),
        (
            r"suspended",
            Kind(AccessDenied, "Take back the suspension of the App's installation, in the organisation's settings."),
        ),
        (
            r"IP allow list",
            Kind(AccessDenied, "Add the address that the functions come from to the organisation's IP allow list."),
        ),
        (
            r"token.{0,40}(expired|lifetime)",
            Kind(Misconfigured, "Make a new token within the organisation's limit and put it into the secret."),
        ),
    )
)
_GRAPHQL: dict[str, Kind] = {
    "NOT_FOUND": _TABLE[404],
    "FORBIDDEN": _TABLE[403],
    "INSUFFICIENT_SCOPES": _TABLE[403],
    "RATE_LIMITED": _TABLE[429],
    "SERVICE_UNAVAILABLE": Kind(Unavailable),
}


def kind_of(status: int, headers: Mapping[str, str], data: object) -> Kind:
    """A 403 is a rate limit when it says so in any of three ways; what the table does not know follows its class."""
    if status in {403, 429} and _limited(headers, data):
        return _TABLE[429]
    errors = data.get("errors") if isinstance(data, dict) else None
    if isinstance(errors, list) and errors and isinstance(errors[0], dict) and errors[0].get("type") in _GRAPHQL:
        return _GRAPHQL[str(errors[0]["type"])]
    if 400 <= status < 500:
        said = f"{message_of(data)} {headers.get('x-github-sso', '') and 'SAML'}"
        if found := next((kind for pattern, kind in _SAID if pattern.search(said)), None):
            return found
    return _TABLE.get(status, Kind(Unavailable if status >= 500 else Permanent))


def _limited(headers: Mapping[str, str], data: object) -> bool:
    said = message_of(data).lower()
    return headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers or "rate limit" in said


def message_of(data: object) -> str:
    """GitHub's own words, and those of the errors it lists."""
    if not isinstance(data, dict):
        return ""
    errors = data.get("errors")
    listed = [_one(each) for each in (errors if isinstance(errors, list) else [])[:3]]
    return " ".join(part for part in [str(data.get("message", "")), *listed] if part)[:200]


def _one(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    return str(error.get("message") or " ".join(str(error[name]) for name in ("field", "code") if name in error))

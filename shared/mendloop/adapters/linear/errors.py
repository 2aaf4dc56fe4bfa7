"""Linear's errors to ours, in one table, each with what to do.

Linear tells the kind of a refusal in `extensions.type`, with a text for people; else the status counts.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mendloop.adapters.patience import retry_after, until
from mendloop.domain.errors import (
    AccessDenied,
    Conflict,
    MendloopError,
    Misconfigured,
    NotFound,
    Permanent,
    Throttled,
    Unavailable,
)

_KINDS: dict[str, type[MendloopError]] = {
    "authentication error": Misconfigured,
    "forbidden": AccessDenied,
    "feature not accessible": AccessDenied,
    "usage limit exceeded": AccessDenied,
    "invalid input": Misconfigured,
    "user error": Misconfigured,
    "graphql error": Permanent,
    "ratelimited": Throttled,
    "lock timeout": Conflict,
    "internal error": Unavailable,
    "network error": Unavailable,
    "bootstrap error": Unavailable,
}
_STATUSES: dict[int, type[MendloopError]] = {
    401: Misconfigured,
    403: AccessDenied,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    422: Misconfigured,
    429: Throttled,
}
_ADVICE: dict[str, str] = {
    "authentication error": "Put a valid API key into the secret that linear_secret names.",
    "forbidden": "Let the key's account create issues and comments in the team of tickets.project.",
    "feature not accessible": "The workspace's plan or the key's scopes do not allow it: use a key that may write.",
    "usage limit exceeded": "The workspace may hold no more issues: archive some, or name another tracker.",
    "invalid input": "Correct the tickets section of the service in the catalog.",
    "user error": "Do what Linear's message says, or correct the tickets section of the service in the catalog.",
}
_BY_STATUS = {401: "authentication error", 403: "forbidden", 422: "invalid input"}
_WORDS = {
    "sso": "Sign in with single sign-on once as the key's account, or use a key of an account that has.",
    "saml": "Sign in with single sign-on once as the key's account, or use a key of an account that has.",
    "retired": "The team is retired: name another one in tickets.project.",
    "archived": "The team is archived: name another one in tickets.project.",
}


def refusal(what: str, status: int, errors: Sequence[Mapping[str, Any]], headers: Mapping[str, str]) -> MendloopError:
    """One of ours for the first of Linear's errors, naming `what` and Linear's own message, cut."""
    first = errors[0] if errors and isinstance(errors[0], dict) else {}
    extensions = first.get("extensions")
    told: Mapping[str, Any] = extensions if isinstance(extensions, dict) else {}
    said = str(told.get("userPresentableMessage") or first.get("message") or "")[:200]
    names = [str(told.get(name, "")).lower().replace("_", " ") for name in ("type", "code")]
    name = next((each for each in names if each in _KINDS), "") or _BY_STATUS.get(status, "")
    way = next((way for word, way in _WORDS.items() if word in said.lower()), "")
    if said.startswith("Entity not found"):
        kind: type[MendloopError] = NotFound
    elif way:
        kind = AccessDenied
    else:
        kind = _KINDS.get(name) or _STATUSES.get(status, Unavailable if status >= 500 else Permanent)
    ours = kind(f"Linear, {what}: {status} {said}".rstrip(), next_action=way or _ADVICE.get(name))
    if isinstance(ours, Throttled):
        ours.retry_after = _wait(headers)
    return ours


def _wait(headers: Mapping[str, str]) -> float | None:
    """By `Retry-After`, else until the hour's requests are full again, which Linear tells in milliseconds."""
    lower = {name.lower(): value for name, value in headers.items()}
    reset = lower.get("x-ratelimit-requests-reset", "")
    if "retry-after" in lower or lower.get("x-ratelimit-requests-remaining") != "0" or not reset.isdecimal():
        return retry_after(headers)
    return until(datetime.fromtimestamp(int(reset) / 1000, UTC), time.time)

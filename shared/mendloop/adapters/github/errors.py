"""GitHub's errors to ours, in one table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import requests
from github.GithubException import GithubException

from mendloop.adapters.patience import retry_after, until
from mendloop.domain.errors import (
    AccessDenied,
    Conflict,
    MendloopError,
    Misconfigured,
    NotFound,
    Permanent,
    Rejected,
    Throttled,
    Unavailable,
)

_TABLE: dict[int, type[MendloopError]] = {
    400: Permanent,
    401: Misconfigured,
    403: AccessDenied,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    410: NotFound,
    422: Rejected,
    429: Throttled,
    451: AccessDenied,
}
_GRAPHQL: dict[str, type[MendloopError]] = {
    "NOT_FOUND": NotFound,
    "FORBIDDEN": AccessDenied,
    "INSUFFICIENT_SCOPES": AccessDenied,
    "RATE_LIMITED": Throttled,
    "SERVICE_UNAVAILABLE": Unavailable,
}


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Around calls: GitHub's errors leave as ours, naming `what` and GitHub's own message, cut."""
    try:
        yield
    except GithubException as error:
        headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
        kind = kind_of(error.status, headers, error.data)
        ours = kind(f"GitHub, {what}: {error.status} {_message(error.data)}")
        if isinstance(ours, Throttled):
            ours.retry_after = _wait(headers)
        raise ours from error
    except (requests.RequestException, OSError) as error:
        # The exception's own text may hold an address with a signed query.
        raise Unavailable(f"GitHub, {what}: {type(error).__name__}") from None


def kind_of(status: int, headers: dict[str, str], data: object) -> type[MendloopError]:
    """A 403 is a rate limit when it says so in any of three ways; what the table does not know follows its class."""
    if status in {403, 429} and _limited(headers, data):
        return Throttled
    errors = data.get("errors") if isinstance(data, dict) else None
    if isinstance(errors, list) and errors and isinstance(errors[0], dict) and errors[0].get("type") in _GRAPHQL:
        return _GRAPHQL[str(errors[0]["type"])]
    return _TABLE.get(status, Unavailable if status >= 500 else Permanent)


def _limited(headers: dict[str, str], data: object) -> bool:
    said = _message(data).lower()
    return headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers or "rate limit" in said


def _wait(headers: Mapping[str, str]) -> float | None:
    """By `Retry-After`, else until the hour's quota is full again where it is used up."""
    reset = headers.get("x-ratelimit-reset", "")
    if "retry-after" in headers or headers.get("x-ratelimit-remaining") != "0" or not reset.isdecimal():
        return retry_after(headers)
    return until(datetime.fromtimestamp(int(reset), UTC))


def _message(data: object) -> str:
    return str(data.get("message", ""))[:200] if isinstance(data, dict) else ""

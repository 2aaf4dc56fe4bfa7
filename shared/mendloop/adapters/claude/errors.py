"""The anthropic SDK's errors, and what breaks below it in mid-stream, become ours here."""

from collections.abc import Iterator
from contextlib import contextmanager

import anthropic
import httpx2

from mendloop.domain.errors import (
    AccessDenied,
    MendloopError,
    Misconfigured,
    Rejected,
    Throttled,
    TooLarge,
    Unavailable,
)

_ERRORS: tuple[tuple[type[Exception], type[MendloopError]], ...] = (
    # The first row whose class matches counts, so a class stands above its parents.
    (anthropic.RateLimitError, Throttled),
    (anthropic.OverloadedError, Throttled),
    (anthropic.AuthenticationError, AccessDenied),
    (anthropic.PermissionDeniedError, AccessDenied),
    (anthropic.PaymentRequiredError, AccessDenied),
    (anthropic.CredentialsError, AccessDenied),
    (anthropic.NotFoundError, Misconfigured),
    (anthropic.ContentTooLargeError, TooLarge),
    (anthropic.RequestTooLargeError, TooLarge),
    (anthropic.RequestTimeoutError, Unavailable),
    (anthropic.ConflictError, Unavailable),
    (anthropic.InternalServerError, Unavailable),
    (anthropic.APIConnectionError, Unavailable),
    (anthropic.APIResponseValidationError, Unavailable),
    (anthropic.APIStatusError, Rejected),
    (anthropic.AnthropicError, Unavailable),
    # The SDK wraps what happens while it sends, not what happens while an answer is read.
    (httpx2.HTTPError, Unavailable),
    (httpx2.StreamError, Unavailable),
    # Events that are no JSON, or no answer: parsed by the SDK without an error of its own.
    (ValueError, Unavailable),
    (TypeError, Unavailable),
    (AttributeError, Unavailable),
    (LookupError, Unavailable),
    (AssertionError, Unavailable),
    (RuntimeError, Unavailable),
)
_READ = tuple(theirs for theirs, _ in _ERRORS)


@contextmanager
def translated() -> Iterator[None]:
    """Whatever the SDK raises in here becomes ours."""
    try:
        yield
    except MendloopError:
        raise
    except _READ as error:
        raise mapped(error) from error


def mapped(error: Exception) -> MendloopError:
    """Ours as it is, where a transport of ours raised it below the SDK.

    Else without the vendor's text where that could hold our prompt; its type and request id are enough
    to ask with.
    """
    if isinstance(error.__cause__, MendloopError):
        return error.__cause__
    ours = next(ours for theirs, ours in _ERRORS if isinstance(error, theirs))
    kind = getattr(error, "type", None) or type(error).__name__
    request = getattr(error, "request_id", None)
    if getattr(error, "status_code", None) == 200:  # an error event after the answer began: what it cost is open
        ours = Unavailable
    return ours(f"the model's server answered {kind}" + (f" (request {request})" if request else ""))

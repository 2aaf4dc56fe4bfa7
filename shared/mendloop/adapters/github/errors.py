"""GitHub's errors to ours, by the table of `weather`."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import requests
from github.GithubException import GithubException

from mendloop.adapters.github.weather import kind_of, message_of
from mendloop.adapters.patience import retry_after, until
from mendloop.domain.errors import MendloopError, Misconfigured, Throttled, Unavailable


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Around calls: GitHub's errors leave as ours, naming `what` and GitHub's own message, cut."""
    try:
        yield
    except GithubException as error:
        headers = _lower(error.headers)
        kind = kind_of(error.status, headers, error.data)
        said = f"GitHub, {what}: {error.status} {message_of(error.data)}".rstrip()
        ours = kind.error(f"{said}{_lacking(headers)}", next_action=kind.advice)
        if isinstance(ours, Throttled):
            ours.retry_after = _wait(headers)
        raise ours from error
    except requests.exceptions.SSLError as error:
        raise _untrusted(what, error) from None
    except (requests.RequestException, OSError, ValueError) as error:
        # The exception's own text may hold an address with a signed query.
        raise Unavailable(f"GitHub, {what}: {type(error).__name__}") from None


def _untrusted(what: str, error: requests.exceptions.SSLError) -> MendloopError:
    """A certificate that nobody vouches for stays so; whatever else goes wrong in a handshake may pass."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Misconfigured(
            f"GitHub, {what}: the server's certificate is not trusted",
            next_action="Check base_url; give an Enterprise Server a certificate of a public authority.",
        )
    return Unavailable(f"GitHub, {what}: SSLError")


def _lower(headers: Mapping[str, object] | None) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in (headers or {}).items()}


def _lacking(headers: Mapping[str, str]) -> str:
    """GitHub names the permissions that would have done."""
    accepted = re.sub(r"[^\w=,; ]", "", headers.get("x-accepted-github-permissions", ""))[:100]
    return f" (it takes {accepted})" if accepted else ""


def _wait(headers: Mapping[str, str]) -> float | None:
    """By `Retry-After`, else until the hour's quota is full again where it is used up."""
    reset = headers.get("x-ratelimit-reset", "")
    if "retry-after" in headers or headers.get("x-ratelimit-remaining") != "0" or not reset.isdecimal():
        return retry_after(headers)
    return until(datetime.fromtimestamp(int(reset), UTC))

"""Jira's errors to ours, in one table, each with what to do."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
from jira.exceptions import JIRAError

from mendloop.adapters.patience import retry_after
from mendloop.domain.errors import (
    AccessDenied,
    Conflict,
    MendloopError,
    Misconfigured,
    NotFound,
    Permanent,
    Throttled,
    TooLarge,
    Unavailable,
)

_TABLE: dict[int, type[MendloopError]] = {
    400: Misconfigured,
    401: Misconfigured,
    402: AccessDenied,
    403: AccessDenied,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    413: TooLarge,
    422: Misconfigured,
    429: Throttled,
}
TOKEN = "Put `address:token` of a valid API token into the secret that jira_secret names; tokens expire after a year."  # noqa: S105
_ADVICE: dict[int, str] = {
    401: TOKEN,
    402: "The site's subscription has ended: renew it, or name another tracker in the catalog.",
    403: "Let the token's account browse tickets.project, and create, edit, transition and comment issues there.",
    404: "Check tickets.project and tickets.base_url, and that the token's account may browse that project.",
}
_WORDS = {
    "archived": "The project is archived: restore it, or name another one in tickets.project.",
    "captcha": "Log in to Jira once as the token's account: Jira asks it to prove that it is a person.",
    "ip address": "Allow the functions' addresses in the organisation's IP allowlist.",
    "sso": "Let the organisation's policy allow API tokens for the account.",
}
_FIELDS = {
    "issuetype": "Set tickets.type to an issue type of that project.",
    "project": "Set tickets.project to the key of a project that the token's account may create issues in.",
    "priority": "Set tickets.priority to a priority of that project, or leave it empty.",
    "assignee": "Set tickets.assignee to the account id of somebody who may be assigned there.",
    "labels": "Put the field Labels on the project's create and edit screens: mendloop finds its issues by it.",
}


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Around calls: Jira's errors leave as ours, naming `what` and Jira's own message, cut."""
    try:
        yield
    except JIRAError as error:
        raise _ours(what, error) from None
    except (requests.RequestException, OSError) as error:
        # The exception's own text may hold an address with a query.
        raise Unavailable(f"Jira, {what}: {type(error).__name__}") from None


def _ours(what: str, error: JIRAError) -> MendloopError:
    answer = error.response
    status = int(error.status_code or 0)
    headers: Mapping[str, str] = answer.headers if answer is not None else {}
    if "AUTHENTICATED_FAILED" in headers.get("X-Seraph-LoginReason", ""):
        status = 401
    said = _said(answer)
    stands_in_the_way = _in_words(status, said)
    kind = AccessDenied if stands_in_the_way else _TABLE.get(status, Unavailable if status >= 500 else Permanent)
    message = f"Jira, {what}: {status} {'; '.join(said.values())[:300]}".rstrip()
    ours = kind(message, next_action=stands_in_the_way or _advice(status, said))
    if isinstance(ours, Throttled):
        ours.retry_after = retry_after(headers)
    return ours


def _said(answer: Any) -> dict[str, str]:
    """Jira's messages by the field that they are about; "" for all others."""
    try:
        document = answer.json()
    except (ValueError, AttributeError):
        return {}
    if not isinstance(document, dict):
        return {}
    general = document.get("errorMessages") or [document.get("message") or document.get("errorMessage") or ""]
    fields = document.get("errors")
    told = {"": "; ".join(str(each) for each in general)[:200]} if any(general) else {}
    named = {str(field): f"{field}: {text}"[:200] for field, text in fields.items()} if isinstance(fields, dict) else {}
    return told | named


def _in_words(status: int, said: Mapping[str, str]) -> str:
    """What to do about what only Jira's words tell."""
    text = " ".join(said.values()).lower() if status in {400, 403, 404} else ""
    return next((way for word, way in _WORDS.items() if word in text), "")


def _advice(status: int, said: Mapping[str, str]) -> str | None:
    if status in {400, 422}:
        ways = [_FIELDS.get(field, f"Set tickets.fields.{field} in the catalog.") for field in said if field]
        return " ".join(dict.fromkeys(ways)) or "Correct the tickets section of the service in the catalog."
    return _ADVICE.get(status)

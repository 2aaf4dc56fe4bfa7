"""Exchanges with Linear's GraphQL interface, by the `gql` library. The key travels in a header, and only to Linear."""

from typing import Any

import requests
from gql import gql
from gql.graphql_request import GraphQLRequest
from gql.transport.exceptions import TransportError, TransportServerError
from gql.transport.requests import RequestsHTTPTransport

from mendloop.adapters.answers import BoundedHTTP
from mendloop.adapters.linear.errors import refusal
from mendloop.adapters.patience import Patience
from mendloop.domain.errors import Unavailable

ADDRESS = "https://api.linear.app/graphql"
TIMEOUT_SECONDS = 15
PERSONAL = "lin_api_"
"""Begins the keys that people make for themselves, which are sent as they are; all others are bearer tokens."""


class Api:
    """One key. A short rate limit is waited out; all else the state machine retries, with jitter."""

    def __init__(
        self, key: str, address: str = "", timeout: float = TIMEOUT_SECONDS, patience: Patience | None = None
    ) -> None:
        self._patience = patience or Patience()
        self._status = 0
        key = key.strip()
        headers = {"Authorization": key if key.startswith(PERSONAL) else f"Bearer {key}", "User-Agent": "mendloop"}
        whole: Any = {"timeout": timeout, "allow_redirects": False}
        self._transport = RequestsHTTPTransport(address or ADDRESS, headers=headers, retries=0, **whole)
        self._transport.connect()  # type: ignore[no-untyped-call]
        session = self._transport.session
        if session is not None:
            session.hooks["response"].append(self._noted)
            for scheme in ("http://", "https://"):
                session.mount(scheme, BoundedHTTP(timeout))

    def run(self, document: str, **variables: Any) -> dict[str, Any]:
        """The `data` of one operation."""
        return self._patience.send(lambda: self._sent(document, variables))

    def _sent(self, document: str, variables: dict[str, Any]) -> dict[str, Any]:
        request = GraphQLRequest(gql(document), variable_values=variables)
        what = document.split("(")[0].strip()
        self._status = 0
        try:
            answer = self._transport.execute(request)
        except TransportServerError as error:
            raise refusal(what, error.code or 0, [], self._headers) from None
        except (TransportError, requests.RequestException, OSError) as error:
            # The exception's own text may hold an address or what somebody in between answered.
            raise Unavailable(f"Linear, {what}: {type(error).__name__}") from None
        errors: Any = answer.errors
        if errors or answer.data is None:
            raise refusal(what, self._status, errors or [], self._headers)
        return answer.data

    @property
    def _headers(self) -> dict[str, str]:
        return dict(self._transport.response_headers or {})

    def _noted(self, answer: requests.Response, *_: Any, **__: Any) -> None:
        self._status = answer.status_code

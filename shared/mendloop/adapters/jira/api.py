"""Exchanges with Jira Cloud's REST interface, version 3, over the session of the `jira` library.

The library's own methods are for version 2's plain texts, read again what they wrote, and repeat what failed; its
session, authentication, addresses and errors are what is used here.
"""

import json
from collections.abc import Mapping
from typing import Any

from jira import JIRA

from mendloop.adapters.answers import BoundedHTTP
from mendloop.adapters.jira.errors import TOKEN, translated
from mendloop.adapters.patience import Patience
from mendloop.domain.errors import Misconfigured

TIMEOUT_SECONDS = 15


class Api:
    """One site. `secret` is `address:token`: an account's mail address and its API token."""

    def __init__(
        self, site: str, secret: str, timeout: float = TIMEOUT_SECONDS, patience: Patience | None = None
    ) -> None:
        account, colon, token = secret.strip().partition(":")
        if not (account and colon and token):
            raise Misconfigured("the secret of jira_secret is not `address:token`", next_action=TOKEN)
        self.site = site.rstrip("/")
        self._patience = patience or Patience()
        self._client = JIRA(
            self.site,
            options={"rest_api_version": "3", "headers": {"User-Agent": "mendloop"}},
            basic_auth=(account, token),
            get_server_info=False,
            max_retries=0,
            timeout=timeout,
            logging=False,
        )
        for scheme in ("http://", "https://"):
            self._client._session.mount(scheme, BoundedHTTP(timeout))

    def get(self, path: str, **parameters: Any) -> Any:
        """One JSON document."""
        return self._ask("GET", path, parameters, None)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """One JSON document back, or None where Jira says nothing."""
        return self._ask("POST", path, {}, body)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """The same."""
        return self._ask("PUT", path, {}, body)

    def _ask(self, method: str, path: str, parameters: Mapping[str, Any], body: Mapping[str, Any] | None) -> Any:
        def sent() -> Any:
            with translated(f"{method} {path}"):
                answer = self._client._session.request(
                    method,
                    self._client._get_url(path),
                    params=parameters,
                    data=None if body is None else json.dumps(body),
                    allow_redirects=False,
                )
                # What is no JSON was written by somebody in between; a reader of the shape says so.
                return _document(answer.content)

        return self._patience.send(sent)


def _document(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content[:80]

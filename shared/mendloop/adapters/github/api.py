"""Exchanges with GitHub's REST and GraphQL interfaces. The token travels in a header, and only to GitHub's own host."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

import requests
from github import Auth, Github

from mendloop.adapters.github.errors import kind_of, translated
from mendloop.adapters.patience import Patience
from mendloop.domain.errors import MendloopError, TooLarge

DEFAULT_BASE_URL = "https://api.github.com"
TIMEOUT_SECONDS = 15
MAX_DOWNLOAD_BYTES = 100_000_000
PAGE = 100
MAX_PAGES = 20


class Api:
    """One base address and token. A short rate limit is waited out; all else the state machine retries, with jitter."""

    def __init__(
        self, token: str, base_url: str = "", timeout: float = TIMEOUT_SECONDS, patience: Patience | None = None
    ) -> None:
        self.base_url = (base_url or DEFAULT_BASE_URL).rstrip("/")
        self._token = token
        self._patience = patience or Patience()
        self._requester = Github(
            auth=Auth.Token(token),
            base_url=self.base_url,
            timeout=timeout,  # type: ignore[arg-type]
            user_agent="mendloop",
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        ).requester

    def get(self, path: str, /, **parameters: Any) -> Any:
        """One JSON document."""
        return self._ask("GET", path, parameters=parameters or None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """One JSON document back."""
        return self._ask("POST", path, input=body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """One JSON document back."""
        return self._ask("PATCH", path, input=body)

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        def sent() -> Any:
            with translated(f"{method} {path}"):
                return self._requester.requestJsonAndCheck(method, path, **what)[1]

        return self._patience.send(sent)

    def text(self, path: str, media_type: str) -> str:
        """Another representation of a resource, e.g. a diff."""
        with translated(f"GET {path}"):
            status, headers, output = self._requester.requestJson("GET", path, headers={"Accept": media_type})
            if status >= 400:
                raise self._requester.createException(status, headers, _decoded(output))
            return output

    def pages(self, path: str, limit: int, key: str = "", /, **parameters: Any) -> Iterator[Any]:
        """Items of a paged list, at most `limit`; `key` where the list is a field of each page."""
        for page in range(1, MAX_PAGES + 1):
            found = self.get(path, per_page=min(PAGE, limit), page=page, **parameters)
            items = found[key] if key else found
            yield from items
            if len(items) < min(PAGE, limit):
                return

    def graphql(self, query: str, variables: dict[str, Any]) -> Any:
        """The `data` of the answer."""

        def sent() -> Any:
            with translated("GraphQL"):
                return self._requester.graphql_query(query, variables)[1]["data"]

        return self._patience.send(sent)

    def download(self, path: str) -> bytes:
        """Follow GitHub's redirect to its archive host, without the token, up to 100 MB."""
        headers = {"Authorization": f"Bearer {self._token}", "User-Agent": "mendloop"}
        with translated(f"GET {path}"):
            answer = requests.get(
                self.base_url + path, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True
            )
            if answer.is_redirect:
                answer.close()
                answer = requests.get(
                    answer.headers["Location"], timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True
                )
            with answer:
                if answer.status_code != 200:
                    _refuse(answer, path)
                return _bounded(answer)


def _refuse(answer: requests.Response, path: str) -> NoReturn:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    kind: type[MendloopError] = kind_of(answer.status_code, headers, None)
    raise kind(f"GitHub, GET {path}: {answer.status_code}")


def _bounded(answer: requests.Response) -> bytes:
    content = bytearray()
    for chunk in answer.iter_content(1 << 16):
        content += chunk
        if len(content) > MAX_DOWNLOAD_BYTES:
            raise TooLarge(f"the archive has more than {MAX_DOWNLOAD_BYTES} bytes")
    return bytes(content)


def _decoded(output: str) -> Any:
    try:
        return json.loads(output)
    except json.JSONDecodeError:
        return {}

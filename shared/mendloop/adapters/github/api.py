"""Exchanges with GitHub's REST and GraphQL interfaces. The token travels in a header, and only to GitHub's own host."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeVar

import requests
from github import Auth, Github

from mendloop.adapters.github.errors import translated
from mendloop.adapters.github.weather import kind_of
from mendloop.adapters.patience import Patience
from mendloop.domain.errors import TooLarge, Unavailable

DEFAULT_BASE_URL = "https://api.github.com"
TIMEOUT_SECONDS = 15
DOWNLOAD_SECONDS = 90
MAX_DOWNLOAD_BYTES = 100_000_000
PAGE = 100
MAX_PAGES = 20

T = TypeVar("T")


class Api:
    """One base address and token. A short rate limit is waited out; all else the state machine retries, with jitter."""

    def __init__(
        self,
        token: str | Auth.Auth,
        base_url: str = "",
        timeout: float = TIMEOUT_SECONDS,
        patience: Patience | None = None,
    ) -> None:
        self.base_url = (base_url or DEFAULT_BASE_URL).rstrip("/")
        self._auth = Auth.Token(token) if isinstance(token, str) else token
        self._timeout, self._patience = timeout, patience or Patience()
        self._requester = Github(
            auth=self._auth,
            base_url=self.base_url,
            timeout=timeout,  # type: ignore[arg-type]
            user_agent="mendloop",
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        ).requester

    def get(self, path: str, /, **parameters: Any) -> Any:
        """One JSON document."""
        return self._json("GET", path, parameters=parameters or None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """One JSON document back."""
        return self._json("POST", path, input=body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """One JSON document back."""
        return self._json("PATCH", path, input=body)

    def text(self, path: str, media_type: str) -> str:
        """Another representation of a resource, e.g. a diff."""

        def read() -> str:
            status, headers, output = self._requester.requestJson("GET", path, headers={"Accept": media_type})
            if status >= 400:
                raise self._requester.createException(status, headers, _decoded(output))
            return output

        return self._patiently(f"GET {path}", read)

    def pages(self, path: str, limit: int, key: str = "", /, **parameters: Any) -> Iterator[Any]:
        """Items of a paged list, at most `limit`; `key` where the list is a field of each page."""
        for page in range(1, MAX_PAGES + 1):
            found = self.get(path, per_page=min(PAGE, limit), page=page, **parameters)
            items = found.get(key) if key and isinstance(found, dict) else found
            if not isinstance(items, list):
                raise Unavailable(f"GitHub, GET {path}: the answer is no list")
            yield from items
            if len(items) < min(PAGE, limit):
                return

    def graphql(self, query: str, variables: dict[str, Any]) -> Any:
        """The `data` of the answer."""
        answer = self._patiently("GraphQL", lambda: self._requester.graphql_query(query, variables)[1])
        if not isinstance(answer.get("data"), dict):
            raise Unavailable("GitHub, GraphQL: the answer holds no data")
        return answer["data"]

    def download(self, path: str) -> bytes:
        """Follow GitHub's redirect to its archive host, without the token, up to 100 MB and 90 seconds."""
        headers = {"Authorization": f"{self._auth.token_type} {self._auth.token}", "User-Agent": "mendloop"}
        with translated(f"GET {path}"):
            answer = self._open(self.base_url + path, headers)
            if answer.is_redirect:
                answer.close()
                answer = self._open(answer.headers["Location"], {})
            with answer:
                if answer.status_code != 200:
                    _refuse(answer, path)
                return _bounded(answer, path)

    def _open(self, address: str, headers: dict[str, str]) -> requests.Response:
        return requests.get(address, headers=headers, timeout=self._timeout, allow_redirects=False, stream=True)

    def _json(self, verb: str, path: str, **asked: Any) -> Any:
        found = self._patiently(f"{verb} {path}", lambda: self._requester.requestJsonAndCheck(verb, path, **asked)[1])
        # What is no JSON, PyGithub gives back as a text in a field.
        if found is None or (isinstance(found, dict) and found.keys() == {"data"} and isinstance(found["data"], str)):
            raise Unavailable(f"GitHub, {verb} {path}: the answer is no JSON document")
        return found

    def _patiently(self, what: str, send: Callable[[], T]) -> T:
        def sent() -> T:
            with translated(what):
                return send()

        return self._patience.send(sent)


def _refuse(answer: requests.Response, path: str) -> NoReturn:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    kind = kind_of(answer.status_code, headers, None)
    raise kind.error(f"GitHub, GET {path}: {answer.status_code}", next_action=kind.advice)


def _bounded(answer: requests.Response, path: str) -> bytes:
    content = bytearray()
    until = time.monotonic() + DOWNLOAD_SECONDS
    for chunk in answer.iter_content(1 << 16):
        content += chunk
        if len(content) > MAX_DOWNLOAD_BYTES:
            raise TooLarge(f"the archive has more than {MAX_DOWNLOAD_BYTES} bytes")
        if time.monotonic() > until:
            raise Unavailable(f"GitHub, GET {path}: the answer took more than {DOWNLOAD_SECONDS} seconds")
    return bytes(content)


def _decoded(output: str) -> Any:
    try:
        return json.loads(output)
    except json.JSONDecodeError:
        return {}

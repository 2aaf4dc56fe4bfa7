"""The end of GitHub's manifest flow: a code that is good once, for the new App's key."""

from dataclasses import dataclass, field
from typing import Any

import requests

from mendloop.adapters.github.api import DEFAULT_BASE_URL, TIMEOUT_SECONDS
from mendloop.adapters.github.errors import translated
from mendloop.adapters.github.reading import legible
from mendloop.adapters.github.weather import kind_of
from mendloop.domain.errors import Rejected


@dataclass(frozen=True)
class NewApp:
    """An App as GitHub made it. The key has no place in a repr."""

    app_id: int
    slug: str
    address: str
    private_key: str = field(repr=False)


def exchange(code: str, base_url: str = "") -> NewApp:
    """The App; Rejected when GitHub does not know the code, or gave its App away already."""
    if not code.isalnum() or len(code) > 100:
        raise Rejected("GitHub came back with no code of its own")
    address = f"{(base_url or DEFAULT_BASE_URL).rstrip('/')}/app-manifests/{code}/conversions"
    # The code is as good as a key until it is used: it stands in no message.
    with translated("the exchange of the new App's code"):
        answer = requests.post(
            address, headers={"Accept": "application/vnd.github+json"}, timeout=TIMEOUT_SECONDS, allow_redirects=False
        )
        if answer.status_code == 404:
            raise Rejected("GitHub does not know this code (any more): start again within the hour it is good for")
        if answer.status_code != 201:
            raise kind_of(answer.status_code, {}, None).error(f"GitHub did not make the App: {answer.status_code}")
        return _read(answer.json())


@legible()
def _read(document: dict[str, Any]) -> NewApp:
    return NewApp(int(document["id"]), document["slug"], document["html_url"], document["pem"])

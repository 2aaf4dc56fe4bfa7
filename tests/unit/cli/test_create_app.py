"""`mendloop github create-app`: a browser carries the manifest to GitHub, and its code back."""

import html
import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from typer.testing import CliRunner

from mendloop.adapters.github.manifest import exchange
from mendloop.cli.app_page import AppPage
from mendloop.cli.commands.github import _store_file
from mendloop.cli.main import app
from mendloop.domain.errors import MendloopError, Rejected, Unavailable
from mendloop.domain.github_permissions import app_permissions
from tests.contract.wire import Exchange, Refusal, Wire

KEY = "-----BEGIN RSA PRIVATE KEY-----\nmade up\n-----END RSA PRIVATE KEY-----\n"


class Conversions:
    """GitHub's exchange: a code is good once."""

    def __init__(self) -> None:
        self.codes = {"c0de"}

    def __call__(self, asked: Exchange) -> tuple[int, Any]:
        found = re.fullmatch("/app-manifests/([^/]+)/conversions", asked.path)
        if asked.method != "POST" or not found or found[1] not in self.codes:
            raise Refusal(404, {"message": "Not Found"})
        self.codes.discard(found[1])
        return 201, {
            "id": 4711,
            "slug": "mendloop-acme",
            "html_url": "https://github.com/apps/mendloop-acme",
            "pem": KEY,
        }


@pytest.fixture
def github() -> Iterator[Wire]:
    with Wire(Conversions()) as wire:
        yield wire


class Run:
    """The page, served beside the test."""

    def __init__(self, github: Wire, into: Path) -> None:
        def take(code: str) -> str:
            return f"The key is in {_store_file(into, exchange(code, github.url))}."

        self.page = AppPage("https://github.example.com", take, organisation="acme", tickets=True)
        self.ended: MendloopError | None = None
        self.thread = Thread(target=self._serve)

    def _serve(self) -> None:
        try:
            self.page.serve(lambda _: self.up(), wait_seconds=20)
        except MendloopError as error:
            self.ended = error

    def up(self) -> None:
        """Told when it listens."""

    def __enter__(self) -> "Run":
        from threading import Event

        listens = Event()
        self.up = listens.set  # type: ignore[method-assign]
        self.thread.start()
        assert listens.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        if not self.page.done:
            self.get(f"/created?state={self.page.state}&code=none")
        self.thread.join(10)

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(self.page.address + path, headers=headers, timeout=10)


def test_the_whole_way(github: Wire, tmp_path: Path) -> None:
    with Run(github, tmp_path / "app.json") as run:
        form = run.get("/").text
        action = html.unescape(re.findall('action="([^"]+)"', form)[0])
        manifest = json.loads(html.unescape(re.findall('name="manifest" value="([^"]+)"', form)[0]))
        assert action.startswith("https://github.example.com/organizations/acme/settings/apps/new?state=")
        assert manifest["default_permissions"] == app_permissions(tickets=True)
        assert not manifest["public"] and not manifest["default_events"] and "hook_attributes" not in manifest
        state = action.partition("state=")[2]
        back = run.get(f"{manifest['redirect_url'].removeprefix(run.page.address)}?code=c0de&state={state}")
    assert back.status_code == 200 and "The key is in" in back.text and "made up" not in back.text
    stored = json.loads((tmp_path / "app.json").read_text())
    assert (stored["app_id"], stored["private_key"]) == (4711, KEY)
    assert stat.S_IMODE((tmp_path / "app.json").stat().st_mode) == 0o600 and run.ended is None


def test_who_does_not_know_the_state_gets_nothing(github: Wire, tmp_path: Path) -> None:
    with Run(github, tmp_path / "app.json") as run:
        assert run.get("/created?code=c0de&state=guessed").status_code == 403
        assert run.get("/created?code=c0de").status_code == 403
        assert run.get("/", Host="evil.example").status_code == 403
        assert run.get("/other").status_code == 404
        assert not github.seen
    assert not (tmp_path / "app.json").exists()


def test_a_code_that_github_does_not_know_stores_nothing(github: Wire, tmp_path: Path) -> None:
    with Run(github, tmp_path / "app.json") as run:
        said = run.get(f"/created?code=0ther&state={run.page.state}")
        assert said.status_code == 502 and "start again" in said.text and "0ther" not in said.text
    assert isinstance(run.ended, Rejected) and not (tmp_path / "app.json").exists()


@pytest.mark.parametrize("fault", ["500", "malformed", "dropped before"])
def test_weather(github: Wire, fault: str) -> None:
    github.fault = fault
    with pytest.raises(Unavailable) as caught:
        exchange("c0de", github.url)
    assert "c0de" not in str(caught.value)


@pytest.mark.parametrize("code", ["", "../x", "a b", "x" * 101])
def test_what_is_no_code_is_not_sent(github: Wire, code: str) -> None:
    with pytest.raises(Rejected):
        exchange(code, github.url)
    assert not github.seen


def test_nobody_comes_back() -> None:
    page = AppPage("https://github.com", lambda code: code)
    with pytest.raises(Rejected, match="nothing was stored"):
        page.serve(lambda _: None, wait_seconds=0.05)


def test_the_command_wants_to_know_where_the_key_goes(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    for arguments in ([], ["--aws", "--into", "x"], ["--into", str(tmp_path / "there")]):
        assert CliRunner().invoke(app, ["github", "create-app", *arguments]).exit_code == 2

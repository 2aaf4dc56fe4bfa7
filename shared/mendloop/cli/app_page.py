"""The page on loopback by which a browser carries the App's manifest to GitHub, and its code back."""

import html
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mendloop.domain.errors import MendloopError, Rejected
from mendloop.domain.github_permissions import app_permissions

WAIT_SECONDS = 15 * 60
_PAGE = """<!doctype html><meta charset="utf-8"><title>mendloop</title>
<body style="font: 1.1rem/1.5 system-ui; max-width: 40rem; margin: 3rem auto">{}</body>"""
_FORM = """<h1>Create the GitHub App</h1>
<p>GitHub shows you the name and asks you to confirm. The App gets these permissions: {permissions}.</p>
<form method="post" action="{action}"><input type="hidden" name="manifest" value="{manifest}">
<button style="font: inherit; padding: .5rem 1rem">Go to GitHub</button></form>"""


@dataclass
class AppPage:
    """One run. `take` gets GitHub's code and returns what to tell the person; it is called once."""

    site: str
    take: Callable[[str], str]
    organisation: str = ""
    name: str = "mendloop"
    tickets: bool = False
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    ended: MendloopError | None = None
    done: bool = False

    def serve(self, started: Callable[[str], None], wait_seconds: float = WAIT_SECONDS) -> None:
        """Until GitHub came back, or the wait is over (Rejected). `started` is told the page's address."""
        with HTTPServer(("127.0.0.1", 0), self._handler()) as server:
            self.address = f"http://127.0.0.1:{server.server_port}"
            started(self.address)
            server.timeout = wait_seconds
            server.handle_timeout = self._give_up  # type: ignore[method-assign]
            while not self.done:
                server.handle_request()
        if self.ended:
            raise self.ended

    def manifest(self) -> dict[str, Any]:
        """As GitHub's manifest flow takes it: no webhook, and none but these permissions."""
        return {
            "name": self.name,
            "url": f"{self.site}/{self.organisation}".rstrip("/"),
            "redirect_url": f"{self.address}/created",
            "public": False,
            "default_permissions": app_permissions(tickets=self.tickets),
            "default_events": [],
        }

    def answer(self, path: str, host: str) -> tuple[int, str]:
        """Status and page. Whoever does not know the state, or comes by another name, gets nothing."""
        asked = urlsplit(path)
        if host != urlsplit(self.address).netloc:
            return 403, _PAGE.format("This page is only for this machine.")
        if asked.path == "/":
            return 200, _PAGE.format(self._form())
        if asked.path != "/created":
            return 404, _PAGE.format("There is nothing here.")
        given = {name: values[-1] for name, values in parse_qs(asked.query).items()}
        if not compare_digest(given.get("state", "").encode(), self.state.encode()):
            return 403, _PAGE.format("This does not belong to the App that is being created.")
        return self._created(given.get("code", ""))

    def _created(self, code: str) -> tuple[int, str]:
        self.done = True
        try:
            said = self.take(code)
        except MendloopError as error:
            self.ended = error
            return 502, _PAGE.format(html.escape(f"{error} {error.next_action}"))
        return 200, _PAGE.format(html.escape(said))

    def _form(self) -> str:
        where = f"/organizations/{self.organisation}" if self.organisation else ""
        manifest = self.manifest()
        named = ", ".join(f"{name.replace('_', ' ')}: {may}" for name, may in manifest["default_permissions"].items())
        return _FORM.format(
            permissions=html.escape(named),
            action=html.escape(f"{self.site}{where}/settings/apps/new?state={self.state}"),
            manifest=html.escape(json.dumps(manifest)),
        )

    def _give_up(self) -> None:
        self.done = True
        self.ended = Rejected("nobody came back from GitHub in time; nothing was stored")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, text = page.answer(self.path, self.headers.get("Host", ""))
                self.send_response(status)
                kinds = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
                for name, value in {**kinds, "Referrer-Policy": "no-referrer"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                """Not the path: it may hold the code."""

        return Handler

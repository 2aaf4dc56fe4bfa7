"""A vendor on loopback: answers by a function, with faults of the wire on request, and keeps each exchange."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SLOW_SECONDS = 0.2
LOST_SECONDS = 1.5
"""Longer than the clients of these tests wait, shorter than a test may take."""


@dataclass
class Exchange:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    status: int = 0
    answer: Any = None


class Refusal(Exception):
    """What a vendor answers instead of doing it."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(str(status))
        self.status, self.body, self.headers = status, body, headers or {}


Answering = Callable[[Exchange], tuple[int, Any]]
REFUSED = {"409": 409, "422": 422, "429": 429, "500": 500, "502": 502}
AFTER = {"time-out after send", "dropped after send", "slow", "malformed"}
"""Faults whose request has been carried out."""
FAULTS = (*REFUSED, "dropped before", *sorted(AFTER))


@dataclass
class Wire:
    """`fault` strikes the next request for which `strikes` is true, once."""

    answering: Answering
    refusal: Callable[[int], Refusal] = lambda status: Refusal(status, {"message": "no"}, {"Retry-After": "1"})
    seen: list[Exchange] = field(default_factory=list)
    fault: str = ""
    strikes: Callable[[Exchange], bool] = lambda exchange: exchange.method != "GET"
    url: str = ""

    def __enter__(self) -> "Wire":
        wire = self
        self._lock = Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wire._answer(self)

            do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        size = int(handler.headers.get("Content-Length") or 0)
        raw = handler.rfile.read(size)
        split = urlsplit(handler.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = json.loads(raw) if raw else None
        exchange = Exchange(handler.command, split.path, dict(parse_qsl(split.query)), headers, body)
        extra: dict[str, str] = {}
        with self._lock:
            self.seen.append(exchange)
            fault = self.fault if self.fault and self.strikes(exchange) else ""
            self.fault = "" if fault else self.fault
            if fault == "dropped before":
                handler.close_connection = True
                return
            try:
                if fault in REFUSED:
                    raise self.refusal(REFUSED[fault])
                exchange.status, exchange.answer = self.answering(exchange)
            except Refusal as refused:
                exchange.status, exchange.answer, extra = refused.status, refused.body, refused.headers
        _say(handler, exchange, extra, fault)


def _say(handler: BaseHTTPRequestHandler, exchange: Exchange, extra: dict[str, str], fault: str) -> None:
    if fault == "time-out after send":
        time.sleep(LOST_SECONDS)
    if fault in {"time-out after send", "dropped after send"}:
        handler.close_connection = True
        return
    text = b"" if exchange.answer is None else json.dumps(exchange.answer).encode()
    if fault == "malformed":
        text = b"<html>A proxy's greeting</html>"
    handler.send_response(exchange.status)
    headers = {"Content-Type": "application/json; charset=utf-8", "Content-Length": str(len(text)), **extra}
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    half = len(text) // 2
    handler.wfile.write(text[:half])
    if fault == "slow":
        handler.wfile.flush()
        time.sleep(SLOW_SECONDS)
    handler.wfile.write(text[half:])

"""An answer that drips ends, however often a byte arrives."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import requests

from mendloop.adapters import answers
from mendloop.adapters.answers import BoundedHTTP


class Dripping(BaseHTTPRequestHandler):
    """`/whole` answers, `/half` breaks off; anything else a byte now and then."""

    def do_GET(self) -> None:
        if self.path == "/half":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + b"x" * 200)
            return
        whole = self.path == "/whole"
        self.send_response(200)
        self.send_header("Content-Length", "400")
        self.end_headers()
        try:
            for _ in range(1 if whole else 400):
                self.wfile.write(b"x" * (400 if whole else 1))
                self.wfile.flush()
                time.sleep(0 if whole else 0.02)
        except OSError:
            """The client has gone."""

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Dripping)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def _session(seconds: float) -> requests.Session:
    session = requests.Session()
    session.mount("http://", BoundedHTTP(seconds))
    return session


def test_a_whole_answer_is_given(address: str) -> None:
    assert _session(10).get(f"{address}/whole", timeout=10).content == b"x" * 400


def test_a_dripping_answer_ends_in_its_time(address: str) -> None:
    with pytest.raises(requests.ReadTimeout):
        _session(0.2).get(f"{address}/drip", timeout=10)


def test_an_answer_that_breaks_off_is_a_lost_connection(address: str) -> None:
    with pytest.raises(requests.ConnectionError):
        _session(10).get(f"{address}/half", timeout=10)


def test_an_answer_that_is_too_large_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_BYTES", 100)
    with pytest.raises(requests.ConnectionError):
        _session(10).get(f"{address}/whole", timeout=10)

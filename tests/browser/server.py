"""The review site over plain HTTP on loopback: each request becomes the event that API Gateway would hand over."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from functions.review.rendering import POLICY
from functions.review.web import read, write
from tests.browser.sample import World


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # many people at once


@contextmanager
def served(world: World) -> Iterator[str]:
    """The site's address; the world's links lead there."""
    server = _Server(("127.0.0.1", 0), _handler(world))
    world.url = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield world.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(world: World) -> type[BaseHTTPRequestHandler]:
    class Gateway(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            event = {
                "requestContext": {"http": {"method": self.command, "path": self.path.split("?")[0]}},
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body,
            }
            answer = write(world.site().answer(read(event)), POLICY)
            self.send_response(answer["statusCode"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            for cookie in answer.get("cookies", []):
                self.send_header("set-cookie", cookie)
            content = answer["body"].encode()
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_POST = _answer

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Gateway

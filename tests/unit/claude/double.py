"""A Messages API on loopback that refuses what the real one would refuse."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

Answer = tuple[int, dict[str, Any]]


@dataclass
class Double:
    """Answers in order; the last one stays."""

    answers: list[Answer]
    seen: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


def message(**fields: Any) -> Answer:
    """A complete answer."""
    usage = {"input_tokens": 10, "output_tokens": 5, "cache_creation_input_tokens": 7, "cache_read_input_tokens": 100}
    sample = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5",
        "content": [{"type": "text", "text": "Hello"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": usage,
    }
    return 200, {**sample, **fields}


def failure(status: int, kind: str) -> Answer:
    """An error answer, with text that must not be repeated."""
    return status, {"type": "error", "error": {"type": kind, "message": "PROMPT ECHO"}, "request_id": "req_1"}


@contextmanager
def served(*answers: Answer) -> Iterator[Double]:
    """The double, running."""
    double = Double(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            double.seen.append(body)
            double.headers.append({name.lower(): value for name, value in self.headers.items()})
            status, answer = double.answers.pop(0) if len(double.answers) > 1 else double.answers[0]
            if self.path != "/v1/messages" or not _valid(body):
                status, answer = failure(400, "invalid_request_error")
            payload = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            self.send_header("request-id", "req_1")
            self.send_header("retry-after-ms", "1")
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield double
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _valid(body: dict[str, Any]) -> bool:
    needed = {"model", "max_tokens", "messages"} <= body.keys()
    plain = not {"temperature", "top_p", "top_k"} & body.keys()
    roles = [said["role"] for said in body.get("messages", [])]
    tools = all({"name", "input_schema"} <= tool.keys() for tool in body.get("tools", []))
    return needed and plain and tools and roles[:1] == ["user"] and all(said["content"] for said in body["messages"])

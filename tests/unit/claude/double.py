"""A Messages API on loopback that refuses what the real one would refuse."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from typing import Any

from tests.unit.claude.rules import problem_with
from tests.unit.claude.wire import as_event_stream, as_frames, events_of


@dataclass(frozen=True)
class Broken:
    """A stream that goes wrong: its first events, then `then` as it is, then the line is cut or just ends."""

    answer: dict[str, Any]
    events: int
    then: bytes = b""
    cut: bool = False
    hang: bool = False


Answer = tuple[int, dict[str, Any]] | Broken


@dataclass
class Double:
    """Answers in order; the last one stays. `refused` says what was wrong with requests."""

    answers: list[Answer]
    seen: list[dict[str, Any]] = field(default_factory=list)
    counted: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    """All that came: method, path, headers, body."""
    url: str = ""
    can_count: bool = True
    counts: int = 150
    more_headers: dict[str, str] = field(default_factory=dict)
    """Beside those of every answer."""
    ended: Event = field(default_factory=Event)


def message(**fields: Any) -> tuple[int, dict[str, Any]]:
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
    return status, error(kind)


def error(kind: str) -> dict[str, Any]:
    """An error's body."""
    return {"type": "error", "error": {"type": kind, "message": "PROMPT ECHO"}, "request_id": "req_1"}


BATCH = {
    "id": "msgbatch_1",
    "type": "message_batch",
    "processing_status": "in_progress",
    "request_counts": {"processing": 1, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0},
    "created_at": "2026-11-01T00:00:00Z",
    "expires_at": "2026-11-02T00:00:00Z",
    "results_url": None,
}


class _Handler(BaseHTTPRequestHandler):
    double: Double
    retry_after_ms = "1"

    def do_GET(self) -> None:
        """What is only looked up: models, a batch that has ended, its results."""
        self.double.requests.append(("GET", self.path, self._headers(), None))
        if self.path.endswith("/results"):
            line = {"custom_id": "a", "result": {"type": "succeeded", "message": message()[1]}}
            self._send(200, "application/binary", json.dumps(line).encode() + b"\n")
        elif self.path.startswith("/v1/messages/batches/"):
            self._json(
                200, {**BATCH, "processing_status": "ended", "results_url": f"{self.double.url}{self.path}/results"}
            )
        elif self.path == "/v1/models":
            model = {"type": "model", "id": "claude-opus-5", "display_name": "x", "created_at": "2026-11-01T00:00:00Z"}
            self._json(200, {"data": [model], "has_more": False, "first_id": None, "last_id": None})
        else:
            self._json(404, error("not_found_error"))

    def _headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = self._headers()
        self.double.requests.append(("POST", self.path, headers, body))
        if problem := problem_with(self.path, headers, body):
            self.double.refused.append(problem)
            self._json(*failure(400, "invalid_request_error"))  # type: ignore[misc]
        elif self.path.endswith("/count_tokens"):
            self.double.counted.append(body)
            counted = {"input_tokens": self.double.counts}
            self._json(*((200, counted) if self.double.can_count else (404, error("not_found_error"))))
        elif self.path.endswith("/batches"):
            self._json(200, BATCH)
        else:
            self.double.paths.append(self.path)
            self.double.seen.append(body)
            self.double.headers.append(headers)
            self._answer(self.double.answers.pop(0) if len(self.double.answers) > 1 else self.double.answers[0], body)

    def _answer(self, answer: Answer, body: dict[str, Any]) -> None:
        if isinstance(answer, Broken):
            self._broken(answer)
        elif answer[0] != 200:
            self._json(*answer)
        elif self.path.endswith("/invoke-with-response-stream"):
            self._send(200, "application/vnd.amazon.eventstream", as_frames(events_of(answer[1])))
        elif body.get("stream"):
            self._send(200, "text/event-stream", as_event_stream(events_of(answer[1])))
        else:
            self._json(*answer)

    def _broken(self, answer: Broken) -> None:
        payload = as_event_stream(events_of(answer.answer)[: answer.events]) + answer.then
        self._send(200, "text/event-stream", payload, missing=100 if answer.cut or answer.hang else 0)
        if answer.hang:
            self.double.ended.wait(30)

    def _json(self, status: int, answer: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(answer).encode())

    def _send(self, status: int, kind: str, payload: bytes, missing: int = 0) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(payload) + missing))
        self.send_header("request-id", "req_1")
        self.send_header("retry-after-ms", self.retry_after_ms)
        for name, value in self.double.more_headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def served(*answers: Answer, retry_after_ms: str = "1", **given: Any) -> Iterator[Double]:
    """The double, running; `given` are fields of it."""
    double = Double(list(answers), **given)

    handler = type("Handler", (_Handler,), {"double": double, "retry_after_ms": retry_after_ms})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield double
    finally:
        double.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()

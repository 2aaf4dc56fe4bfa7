"""What was said to a model's server and what it answered, kept in a file and told again without a network.

One JSON line per exchange. Headers are not kept, so no key is; what was asked and answered is, word by word.
"""

import json
from pathlib import Path
from typing import Any

import httpx2

from mendloop.domain.errors import BadInput, Misconfigured

_KEPT_HEADERS = ("content-type", "retry-after", "retry-after-ms")


class Recorder(httpx2.BaseTransport):
    """Asks the server and appends each exchange to the file."""

    def __init__(self, file: Path, inner: httpx2.BaseTransport | None = None) -> None:
        self._file = file
        self._inner = inner or httpx2.HTTPTransport()
        try:
            file.write_text("", encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{file} cannot be written: {error.strerror}") from error

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The whole answer, read before it is passed on."""
        body = request.read()
        answer = self._inner.handle_request(request)
        content = answer.read()
        headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
        line = {"path": request.url.path, "asked": json.loads(body), "status": answer.status_code, "headers": headers}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**line, "answer": content.decode("utf-8", "replace")}) + "\n")
        return httpx2.Response(answer.status_code, headers=headers, content=content, request=request)

    def close(self) -> None:
        """The connections too."""
        self._inner.close()


class Replayer(httpx2.BaseTransport):
    """Answers in the recorded order. Misconfigured where something else is asked than was recorded."""

    def __init__(self, file: Path) -> None:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
            self._left: list[dict[str, Any]] = [json.loads(line) for line in lines]
        except (OSError, ValueError) as error:
            raise BadInput(f"{file} is no recording: {error}") from error
        self._file, self._number = file, 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Without a network."""
        asked = json.loads(request.read())
        self._number += 1
        if not self._left:
            raise Misconfigured(
                f"{self._file} ends before exchange {self._number}: the conversation is another one now"
            )
        line = self._left.pop(0)
        if (line["path"], line["asked"]) != (request.url.path, asked):
            raise Misconfigured(f"{self._file}, line {self._number}: something else was asked then; record it again")
        return httpx2.Response(line["status"], headers=line["headers"], content=line["answer"].encode())


def transport_for(record: Path | None, replay: Path | None) -> httpx2.BaseTransport | None:
    """None for neither. BadInput for both."""
    if record and replay:
        raise BadInput("record or replay, not both")
    if replay:
        return Replayer(replay)
    return Recorder(record) if record else None

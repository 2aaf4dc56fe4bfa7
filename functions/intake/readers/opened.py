"""An event as it is kept: packed log payloads unpacked, so that redaction sees what stands in them."""

import json
from typing import Any

from functions.intake.readers.logs import is_error, unpack
from functions.intake.readers.reading import items, text
from mendloop.domain.errors import BadEvent

MAX_LINES = 100
MAX_LINE = 2_000
MAX_DEPTH = 8
PACKED = ("awslogs", "kinesis")


def opened(body: str) -> str:
    """The same event, readable alike, with `data` as an object; a body without packed parts as it is."""
    if not any(name in body for name in PACKED):
        return body
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return body
    return json.dumps(_open(event, 0), ensure_ascii=False)


def _open(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        return "(too deeply nested to be kept)"
    if isinstance(value, dict):
        return {name: _opened_part(name, inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_open(inner, depth + 1) for inner in value]
    return opened(value) if isinstance(value, str) else value


def _opened_part(name: str, value: Any, depth: int) -> Any:
    if name in PACKED and isinstance(value, dict) and "data" in value:
        return {**value, "data": _payload(value["data"])}
    return _open(value, depth)


def _payload(data: Any) -> Any:
    """Error lines first, as many as are kept; what does not unpack is left out, since nobody can redact it."""
    try:
        payload = dict(unpack(data))
    except BadEvent as error:
        return f"(left out: {error})"
    lines = [line for line in items(payload, "logEvents") if isinstance(line, dict)]
    failing = [line for line in lines if is_error(text(line, "message"))]
    kept = [*failing, *(line for line in lines if line not in failing)] if len(lines) > MAX_LINES else lines
    left = len(lines) - MAX_LINES
    payload["logEvents"] = [{**line, "message": text(line, "message")[:MAX_LINE]} for line in kept[:MAX_LINES]]
    return {**payload, "cut": f"{left} more log events"} if left > 0 else payload

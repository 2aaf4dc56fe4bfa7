"""A whole answer as the events of a stream: server-sent events of the API, binary frames of Bedrock."""

import base64
import json
import struct
from binascii import crc32
from typing import Any


def events_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """As the API cuts an answer up: input's usage at the start, output's at the end."""
    usage = answer["usage"]
    opened = {**answer, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": opened}]
    for index, block in enumerate(answer["content"]):
        shell, deltas = _pieces(block)
        events.append({"type": "content_block_start", "index": index, "content_block": shell})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    ended = {"stop_reason": answer["stop_reason"], "stop_sequence": None}
    return [*events, {"type": "message_delta", "delta": ended, "usage": usage}, {"type": "message_stop"}]


def _pieces(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if block["type"] == "tool_use":
        text = block["input"] if isinstance(block["input"], str) else json.dumps(block["input"])
        half = len(text) // 2
        deltas = [{"type": "input_json_delta", "partial_json": part} for part in (text[:half], text[half:])]
        return {**block, "input": {}}, deltas
    text = block["text"]
    return {**block, "text": ""}, [{"type": "text_delta", "text": part} for part in (text[:1], text[1:])]


def as_event_stream(events: list[dict[str, Any]]) -> bytes:
    """`event:` and `data:` lines, with a ping as the API sends them."""
    lines = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]
    return "event: ping\ndata: {}\n\n".join([*lines[:1], "".join(lines[1:])]).encode()


def as_frames(events: list[dict[str, Any]]) -> bytes:
    """AWS event stream messages."""
    return b"".join(_frame(event) for event in events)


def _frame(event: dict[str, Any]) -> bytes:
    payload = json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode()
    named = ((":event-type", "chunk"), (":content-type", "application/json"), (":message-type", "event"))
    headers = b"".join(
        bytes([len(name)]) + name.encode() + b"\7" + struct.pack(">H", len(value)) + value.encode()
        for name, value in named
    )
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    content = prelude + struct.pack(">I", crc32(prelude)) + headers + payload
    return content + struct.pack(">I", crc32(content))

"""A log in a file, as log events: plain text, or any of the JSON forms in which CloudWatch Logs hands its events out.

events: {"events": [...]} of filter-log-events and get-log-events, {"logEvents": [...]}, a list, or JSON lines
rows:   {"results": [[{"field", "value"}]]} of Logs Insights, or a list of {"@timestamp", "@message"}
text:   one event per line that begins with a time, lines without one belong to it; no times: an event per line
"""

import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mendloop.cli.log_lines import Record, leading_time, text_records
from mendloop.domain.errors import Rejected

MAX_BYTES = 50_000_000
MAX_EVENT = 200_000
"""Characters; CloudWatch takes no larger events either."""

_EVENT_KEYS = {"timestamp", "ingestionTime", "logStreamName", "logGroupName", "eventId", "id", "message"}


def read_log(file: Path) -> list[Record]:
    """The events in the file's order; Rejected when it cannot be read, is empty or too large."""
    text = _text(file)
    if not text.strip():
        raise Rejected(f"{file} is empty", next_action="Give the log of the time around the failure.")
    return [part for record in _records(text) if record.message.strip() for part in _parts(record)]


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:  # once: a pipe cannot be read again
            content = opened.read(MAX_BYTES + 1)
        if content[:2] == b"\x1f\x8b" and len(content) <= MAX_BYTES:
            with gzip.open(io.BytesIO(content)) as packed:
                content = packed.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Rejected(f"{file} cannot be read: {error}", next_action="Name a log file with --log.") from error
    if len(content) > MAX_BYTES:
        raise Rejected(
            f"{file} has more than {MAX_BYTES:,} bytes",
            next_action="Cut it to the hours around the failure, e.g. with the start and end of filter-log-events.",
        )
    return content.decode("utf-8-sig", errors="replace")


def _records(text: str) -> Iterator[Record]:
    whole = document_records(text)
    yield from _lines(text) if whole is None else whole


def document_records(text: str) -> list[Record] | None:
    """The events of a whole JSON document; None when it is none, or holds no list of events."""
    rows = _rows(_json(text)) if text.lstrip()[:1] in {"{", "["} else None
    return None if rows is None else [_record(row) for row in rows]


def event_line(line: str) -> Record | None:
    """The event when the line is one of CloudWatch's."""
    row = _event_line(line)
    return None if row is None else _record(row)


def _rows(document: object) -> list[Mapping[str, Any]] | None:
    """The events of a whole JSON document; None when it holds no list of events."""
    if isinstance(document, Mapping):
        named = (document.get(key) for key in ("events", "logEvents", "results"))
        document = next((value for value in named if isinstance(value, list)), None)
    if not isinstance(document, list):
        return None
    rows = [_row(each) for each in document]
    return [row for row in rows if row is not None] if rows and all(rows) else None


def _row(each: object) -> Mapping[str, Any] | None:
    """One event of any form as a mapping with `message`, or None when it is none."""
    if isinstance(each, list) and all(isinstance(cell, Mapping) for cell in each):
        each = {str(cell.get("field")): cell.get("value") for cell in each}
    if not isinstance(each, Mapping):
        return None
    if isinstance(each.get("@message"), str):
        time, stream = each.get("@timestamp"), each.get("@logStream", "")
        return {"message": each["@message"], "timestamp": time, "logStreamName": stream}
    return each if isinstance(each.get("message"), str) else None


def _record(row: Mapping[str, Any]) -> Record:
    return Record(_time(row.get("timestamp")), str(row.get("logStreamName") or "log"), str(row["message"]))


def _time(value: object) -> datetime | None:
    """Milliseconds since 1970, or text; None for what is neither."""
    if isinstance(value, int | float) and 1e11 < value < 4.1e12:
        return datetime.fromtimestamp(value / 1000, UTC)
    return leading_time(value) if isinstance(value, str) else None


def _lines(text: str) -> Iterator[Record]:
    lines = text.splitlines()
    events = [_event_line(line) for line in lines if line.strip()]
    if events and all(events):
        yield from (_record(event) for event in events if event)
        return
    yield from text_records(lines)


def _event_line(line: str) -> Mapping[str, Any] | None:
    """A line that is one of CloudWatch's events. An application's own JSON has other keys, and stays as it is."""
    document = _json(line) if line.lstrip().startswith("{") else None
    row = _row(document)
    if row is None or not isinstance(document, Mapping):
        return None
    return row if "@message" in document or ("timestamp" in document and document.keys() <= _EVENT_KEYS) else None


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _parts(record: Record) -> Iterator[Record]:
    for start in range(0, len(record.message), MAX_EVENT):
        yield Record(record.at, record.stream, record.message[start : start + MAX_EVENT])

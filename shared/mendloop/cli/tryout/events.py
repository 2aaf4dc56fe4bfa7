"""The log's events with their times, the failure among them, and the request that failed."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mendloop.cli.log_lines import Record
from mendloop.domain.errors import Rejected
from mendloop.domain.stack_trace import Found, LogText, extract

RECENT = timedelta(minutes=20)
STEP = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Event:
    """One log event, with its time."""

    at: datetime
    stream: str
    message: str


def timed(records: list[Record], file: Path, now: datetime) -> tuple[list[Event], list[str]]:
    """Events with times: their own, the one before's, or the file's; never in the future."""
    known = [record.at for record in records if record.at]
    latest = max(known, default=None)
    notes = []
    start = min(datetime.fromtimestamp(file.stat().st_mtime, UTC), now - RECENT)
    if latest is None:
        notes.append(f"the log tells no times: taken as from {start:%Y-%m-%d %H:%M} UTC, when the file was written")
    shift = timedelta()
    if latest and latest > now:
        shift = now - latest
        notes.append(f"the log's times lie up to {latest - now} in the future: shifted, as they seem to have no zone")
    events: list[Event] = []
    at = known[0] if known else start
    for record in records:
        at = record.at or at + STEP
        events.append(Event(at + shift, record.stream, record.message))
    return events, notes


def main_failure(events: list[Event], log: Path) -> Found:
    """The trace that the loop is about to take as the main one: who says so first, then the first."""
    found = extract([LogText(event.at, event.message, event.stream) for event in events])
    if not found:
        raise Rejected(
            f"no failure was found in {log}: {len(events)} events, and no stack trace among them",
            next_action="Give the part of the log that holds the traceback, with the lines around it.",
        )
    return min(found, key=lambda one: (one.rank, one.event))


def read_request(file: Path | None) -> str:
    """The failing request as compact JSON, or the empty text."""
    if file is None:
        return ""
    try:
        return json.dumps(json.loads(file.read_text(encoding="utf-8")), ensure_ascii=False)
    except (OSError, ValueError) as error:
        raise Rejected(
            f"{file} holds no JSON: {error}",
            next_action="--request is one JSON document: the event that the entry point was called with.",
        ) from error


def with_request(events: list[Event], main: Found, request: str) -> list[Event]:
    """The request as an event of the same stream, just before the failure: as a service would have logged it."""
    if not request:
        return events
    crash = events[main.event]
    record = {"level": "INFO", "message": "The request, as given to mendloop try", "request": json.loads(request)}
    if main.request_id:
        record["request_id"] = main.request_id
    logged = Event(crash.at - STEP, crash.stream, json.dumps(record, ensure_ascii=False))
    return [*events[: main.event], logged, *events[main.event :]]

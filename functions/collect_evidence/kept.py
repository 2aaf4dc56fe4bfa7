"""Which log lines and failing requests are kept, redacted and flagged."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from functions.collect_evidence.faults import Group
from mendloop.contracts.evidence import EvidenceLine, FailingRequest
from mendloop.domain.instruction_like import instruction_like
from mendloop.domain.redaction import key_lines, redact, redact_json
from mendloop.domain.stack_trace.structured import json_object
from mendloop.ports import LogEvent

MAX_LINES = 200
MAX_LINE = 4_000
MAX_REQUESTS = 5
MAX_PAYLOAD = 100_000
TRACES_PER_FAULT = 3
NEAR = 500
"""Events around a crash among which its request is looked for."""
_WORDS = ("error", "exception", "traceback", "fatal", "critical", "panic", "timed out", "failed")


@dataclass(frozen=True)
class Log:
    """The events with the request each belongs to."""

    events: Sequence[LogEvent]
    requests: Sequence[str]


def looks_failed(message: str) -> bool:
    """Whether a line speaks of a failure; for the case that there is no trace."""
    start = message[:2_000].lower()
    return any(word in start for word in _WORDS) and '"level":"info"' not in start.replace(" ", "")


def choose(
    log: Log, groups: Sequence[Group], bearers: Sequence[int] = ()
) -> tuple[list[EvidenceLine], dict[int, str], list[str]]:
    """Lines, the line id of each kept event, and what was cut.

    The main trace first, then the events which bear failing requests, the other traces, their requests, other errors.
    """
    wanted = _of_traces(groups[:1]) + list(bearers) + _of_traces(groups[1:]) + _of_requests(log, groups)
    wanted += [index for index, event in enumerate(log.events) if looks_failed(event.message)]
    unique = list(dict.fromkeys(wanted))
    kept = sorted(unique[:MAX_LINES])
    ids = {event: f"log-{number}" for number, event in enumerate(kept, start=1)}
    inside = key_lines((f"{event.log_group} {event.stream}", event.message) for event in log.events)
    lines = [_line(log.events[event], ids[event], inside.get(event)) for event in kept]
    left = len(unique) - len(kept)
    return lines, ids, [f"{left} more log lines about errors were left out"] if left else []


def failing_requests(log: Log, main: Group | None, name: str, ids: dict[int, str]) -> list[FailingRequest]:
    """Requests of the main fault, from the structured log's field `name`; JSON that can be replayed."""
    if main is None or not name:
        return []
    found: dict[str, FailingRequest] = {}
    for one in main.found:
        event = _bearer(log, one.event, one.request_id, name)
        payload = _payload(log.events[event].message, name) if event is not None else None
        if event is None or payload is None or len(payload) > MAX_PAYLOAD:
            continue
        key = one.request_id or f"event-{event}"
        found.setdefault(key, FailingRequest(request_id=key, payload=payload, line_id=ids.get(event, "")))
        if len(found) == MAX_REQUESTS:
            break
    return list(found.values())


def request_events(log: Log, main: Group | None, name: str) -> list[int]:
    """The events which hold the failing requests, to be kept with the lines."""
    if main is None or not name:
        return []
    found = (_bearer(log, one.event, one.request_id, name) for one in main.found[:MAX_REQUESTS])
    return [event for event in found if event is not None]


def _bearer(log: Log, crash: int, request: str, name: str) -> int | None:
    """The event that bears the request: of the same request id, else the nearest before in the same stream."""
    before = range(crash, max(-1, crash - NEAR), -1)
    after = range(crash + 1, min(len(log.events), crash + NEAR))
    bears = partial(_bears, log, name)
    if request:
        same = (index for index in (*before, *after) if log.requests[index] == request and bears(index))
        found: int | None = next(same, None)
        if found is not None:
            return found
    crashed = log.events[crash]
    return next(
        (
            index
            for index in before
            if (log.events[index].log_group, log.events[index].stream) == (crashed.log_group, crashed.stream)
            and log.requests[index] in {"", request}
            and bears(index)
        ),
        None,
    )


def _bears(log: Log, name: str, index: int) -> bool:
    message = log.events[index].message
    return f'"{name.split(".")[-1]}"' in message and _field(message, name) is not None


def _field(message: str, name: str) -> Any:
    document = json_object(message)
    value: Any = document
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _payload(message: str, name: str) -> str | None:
    value = _field(message, name)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return json.dumps(redact_json(value), ensure_ascii=False, sort_keys=True)


def _of_traces(groups: Sequence[Group]) -> list[int]:
    return [
        event
        for each in groups
        for one in each.found[:TRACES_PER_FAULT]
        for event in range(one.event, min(one.last_event, one.event + MAX_LINES) + 1)
    ]


def _of_requests(log: Log, groups: Sequence[Group]) -> list[int]:
    affected = {one.request_id for each in groups for one in each.found[:TRACES_PER_FAULT] if one.request_id}
    return [index for index, request in enumerate(log.requests) if request in affected]


def _line(event: LogEvent, line_id: str, key: str | None) -> EvidenceLine:
    """`key`: what to say of a line that goes on with a private key."""
    text = redact((key or event.message).rstrip("\n"))
    return EvidenceLine(
        id=line_id,
        at=event.at,
        source=f"{event.log_group} {event.stream}",
        text=text if len(text) <= MAX_LINE else f"{text[:MAX_LINE]} … {len(text) - MAX_LINE} characters more",
        instruction_like=instruction_like(text),
    )

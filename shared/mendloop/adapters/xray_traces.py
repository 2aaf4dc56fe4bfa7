"""Requests with a fault from X-Ray, within bounds: first which, then what failed in each."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from mendloop.adapters.aws_errors import translated
from mendloop.contracts.evidence import TracedCall, TracedRequest
from mendloop.ports import TracePage

MAX_SUMMARIES = 500
MAX_PAGES = 10
MAX_TRACES = 10
BATCH = 5
"""Traces that one call may ask for."""
MAX_CALLS = 20
MAX_DEPTH = 50
MAX_MESSAGE = 500
MAX_ROUTE = 300
_NAME = re.compile(r"^[\w .:/%&#=+@-]{1,200}$")
_FAILURES = ("fault", "throttle", "error")


def read_traces(client: Any, services: Sequence[str], start: datetime, end: datetime) -> TracePage:
    """The oldest of the window, in time order. A name that would need escapes in X-Ray's expressions is not asked."""
    names = [name for name in dict.fromkeys(services) if _NAME.fullmatch(name)]
    if not names:
        return TracePage()
    wanted = " OR ".join(f'service("{name}") {{ fault = true }}' for name in names)
    with translated("X-Ray's traces"):
        found, stopped = _summaries(client, wanted, start, end)
        read = [trace for chunk in _chunks(found[:MAX_TRACES]) for trace in _traces(client, chunk)]
    left = len(found) - len(read)
    more = "more than " if stopped else ""
    cut = f"{more}{left} more traced requests with faults were not read" if left > 0 or stopped else ""
    return TracePage(traces=sorted(read, key=lambda trace: (trace.at, trace.id)), cut=cut)


def _summaries(client: Any, wanted: str, start: datetime, end: datetime) -> tuple[list[str], bool]:
    """Ids, and whether there were more than anybody should read. An id's second part is when the request began."""
    ids: list[str] = []
    token = ""
    for _ in range(MAX_PAGES):
        more = {"NextToken": token} if token else {}
        answer = client.get_trace_summaries(
            StartTime=start, EndTime=end, TimeRangeType="Event", FilterExpression=wanted, **more
        )
        ids += [summary["Id"] for summary in answer.get("TraceSummaries", [])]
        token = answer.get("NextToken", "")
        if not token or len(ids) >= MAX_SUMMARIES:
            break
    return sorted(set(ids), key=lambda one: one.split("-")[1:2]), bool(token)


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (ids[at : at + BATCH] for at in range(0, len(ids), BATCH))


def _traces(client: Any, ids: Sequence[str]) -> Iterator[TracedRequest]:
    """A trace may come in parts, page by page."""
    segments: dict[str, list[Mapping[str, Any]]] = {}
    token = ""
    for _ in range(MAX_PAGES):
        more = {"NextToken": token} if token else {}
        answer = client.batch_get_traces(TraceIds=list(ids), **more)
        for trace in answer.get("Traces", []):
            documents = segments.setdefault(trace["Id"], [])
            documents += filter(None, (_document(segment) for segment in trace.get("Segments", [])))
        token = answer.get("NextToken", "")
        if not token:
            break
    yield from (_request(own, documents) for own, documents in segments.items() if documents)


def _document(segment: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What services wrote about themselves; whatever is no object with a start is left out."""
    try:
        document = json.loads(segment.get("Document", ""))
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and _seconds(document, "start_time") else None


def _request(own_id: str, documents: Sequence[Mapping[str, Any]]) -> TracedRequest:
    ordered = sorted(documents, key=lambda document: _seconds(document, "start_time"))
    began = _seconds(ordered[0], "start_time")
    ended = max(_seconds(document, "end_time") for document in ordered)
    calls = [call for document in ordered for call in _failed(document, 0)]
    return TracedRequest(
        id=own_id,
        at=datetime.fromtimestamp(began, UTC),
        seconds=round(max(0.0, ended - began), 3),
        calls=list(dict.fromkeys(calls))[:MAX_CALLS],
    )


def _failed(part: Mapping[str, Any], depth: int) -> Iterator[TracedCall]:
    """The part, where it failed, then what it called."""
    failure = next((name for name in _FAILURES if part.get(name) is True), "")
    if failure:
        kind, message = _exception(part.get("cause"))
        yield TracedCall(
            name=str(part.get("name", ""))[:200],
            failure=failure,
            exception=kind,
            message=message,
            seconds=round(max(0.0, _seconds(part, "end_time") - _seconds(part, "start_time")), 3),
            route=_route(part) if depth == 0 else "",
        )
    inner = part.get("subsegments")
    if isinstance(inner, list) and depth < MAX_DEPTH:
        for each in inner:
            if isinstance(each, dict):
                yield from _failed(each, depth + 1)


def _route(segment: Mapping[str, Any]) -> str:
    """What a segment was asked, where it says so. A part's own request is one that it made."""
    http = segment.get("http")
    request = http.get("request") if isinstance(http, dict) else None
    if not isinstance(request, dict) or not isinstance(request.get("url"), str):
        return ""
    try:
        path = urlsplit(request["url"]).path
    except ValueError:
        return ""
    return f"{request.get('method', '')} {path}".strip()[:MAX_ROUTE] if path else ""


def _exception(cause: object) -> tuple[str, str]:
    """Type and message of the first exception; a cause may also be another segment's id."""
    exceptions = cause.get("exceptions") if isinstance(cause, dict) else None
    first = exceptions[0] if isinstance(exceptions, list) and exceptions else None
    if not isinstance(first, dict):
        return "", ""
    return str(first.get("type", ""))[:200], str(first.get("message", ""))[:MAX_MESSAGE]


def _seconds(part: Mapping[str, Any], name: str) -> float:
    """0.0 for what is no time: a segment in progress has no end."""
    value = part.get(name)
    return float(value) if isinstance(value, (int, float)) and 0 < value < 4e9 else 0.0

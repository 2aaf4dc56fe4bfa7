"""Which request a log event belongs to."""

import re
from collections.abc import Iterable, MutableMapping
from typing import Any

from mendloop.domain.stack_trace.model import LogText
from mendloop.domain.stack_trace.structured import json_object

_START = re.compile(r"^START RequestId: (\S+)")
_END = re.compile(r"^(?:END|REPORT) RequestId: (\S+)")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_REQUEST_KEYS = ("requestId", "function_request_id", "aws_request_id", "awsRequestId", "AWSRequestId", "request_id")


def request_ids(events: Iterable[LogText]) -> list[str]:
    """The request each event belongs to, "" where nothing tells: Lambda's START lines, a JSON field, a UUID."""
    requests: dict[str, str] = {}
    found = []
    for event in events:
        running = running_request(event.text, requests, event.source)
        document = json_object(event.text)
        found.append(named_request(document) or running if document else running)
    return found


def named_request(document: dict[str, Any]) -> str:
    """The request that a JSON line names."""
    return next((str(document[key]) for key in _REQUEST_KEYS if document.get(key)), "")


def running_request(text: str, requests: MutableMapping[str, str], source: str) -> str:
    """The request a text line belongs to; `requests`: what runs in each source."""
    started, ended = _START.match(text), _END.match(text)
    if started:
        requests[source] = started.group(1)
    if ended:
        requests.pop(source, None)
        return ended.group(1)
    named = _UUID.search(text[:200])
    return requests.get(source) or (named.group(0) if named else "")

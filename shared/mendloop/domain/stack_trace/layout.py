"""Log layouts: from events to lines, per source; what is wrapped in JSON is unwrapped, ANSI colours are dropped.

A block is a run of lines that may hold one trace spread over several events. A JSON event's exception text is a block
of its own; so is a plain message that quotes a trace, but with the rank of a quotation.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from mendloop.domain.stack_trace.model import Line, LogText, Rank
from mendloop.domain.stack_trace.structured import invoke_error, json_object, report, texts

MAX_EVENT_CHARACTERS = 1_000_000
MAX_LINE_CHARACTERS = 4_000
"""No frame is longer; it bounds what one hostile line can cost."""

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_START = re.compile(r"^START RequestId: (\S+)")
_END = re.compile(r"^(?:END|REPORT) RequestId: (\S+)")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_REQUEST_KEYS = ("requestId", "function_request_id", "aws_request_id", "awsRequestId", "AWSRequestId", "request_id")
_CONTAINER_KEYS = ("log",)


@dataclass
class Block:
    """Lines that may belong together."""

    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Report:
    """A runtime's own error report in JSON, with the event it stood in."""

    document: dict[str, Any]
    line: Line


@dataclass
class Layout:
    """What the events came to."""

    blocks: list[Block] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)


def lay_out(events: Iterable[LogText]) -> Layout:
    """Lines by source, in the order of the events."""
    layout, streams, requests = Layout(), dict[str, Block](), dict[str, str]()
    for index, event in enumerate(events):
        text = _ANSI.sub("", event.text[:MAX_EVENT_CHARACTERS]).replace("\xa0", " ")
        request = _request(text, requests, event.source)
        line = Line(text, index, event.at, request)
        document = json_object(text) or invoke_error(text)
        if document is None:
            _stream(layout, streams, event.source).lines += _split(line, text)
        else:
            _unwrap(document, line, layout, _stream(layout, streams, event.source))
    return layout


def request_ids(events: Iterable[LogText]) -> list[str]:
    """The request each event belongs to, "" where nothing tells: Lambda's START lines, a JSON field, a UUID."""
    requests: dict[str, str] = {}
    found = []
    for event in events:
        running = _request(event.text, requests, event.source)
        document = json_object(event.text)
        found.append(_named_request(document) or running if document else running)
    return found


def _named_request(document: dict[str, Any]) -> str:
    return next((str(document[key]) for key in _REQUEST_KEYS if document.get(key)), "")


def _stream(layout: Layout, streams: dict[str, Block], source: str) -> Block:
    if source not in streams:
        streams[source] = Block()
        layout.blocks.append(streams[source])
    return streams[source]


def _request(text: str, requests: dict[str, str], source: str) -> str:
    started, ended = _START.match(text), _END.match(text)
    if started:
        requests[source] = started.group(1)
    if ended:
        requests.pop(source, None)
        return ended.group(1)
    named = _UUID.search(text[:200])
    return requests.get(source) or (named.group(0) if named else "")


def _unwrap(document: dict[str, Any], line: Line, layout: Layout, stream: Block) -> None:
    line = replace(line, request_id=_named_request(document) or line.request_id)
    own = report(document)
    wrapped = next((document[key] for key in _CONTAINER_KEYS if isinstance(document.get(key), str)), None)
    if own is not None:
        layout.reports.append(Report(own, line))
    elif wrapped is not None:
        _container(wrapped, line, layout, stream)
    else:
        layout.blocks += [Block(list(_split(line, text, rank))) for text, rank in texts(document)]


def _container(text: str, line: Line, layout: Layout, stream: Block) -> None:
    """A container runtime's wrapping holds one line of output, which may itself be JSON."""
    inner = json_object(text)
    if inner is None:
        stream.lines += _split(line, text.rstrip("\n"))
    elif "log" not in inner:
        _unwrap(inner, line, layout, stream)


def _split(line: Line, text: str, rank: Rank = Rank.LOGGED) -> Iterator[Line]:
    for part in re.split(r"\r\n|\r|\n", text):
        yield Line(part[:MAX_LINE_CHARACTERS], line.event, line.at, line.request_id, rank)

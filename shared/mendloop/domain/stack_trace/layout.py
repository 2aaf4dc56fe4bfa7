"""Log layouts: from events to lines, per source; what is wrapped in JSON is unwrapped, ANSI colours are dropped.

A block is a run of lines that may hold one trace spread over several events. A JSON event's exception text is a block
of its own; so is a plain message that quotes a trace, but with the rank of a quotation.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from mendloop.domain.stack_trace.model import Line, LogText, Rank

MAX_EVENT_CHARACTERS = 1_000_000
MAX_LINE_CHARACTERS = 4_000
"""No frame is longer; it bounds what one hostile line can cost."""
MAX_DEPTH = 6

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_START = re.compile(r"^START RequestId: (\S+)")
_END = re.compile(r"^(?:END|REPORT) RequestId: (\S+)")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_REQUEST_KEYS = ("requestId", "function_request_id", "aws_request_id", "awsRequestId", "AWSRequestId", "request_id")
_EXCEPTION_KEYS = (
    "exception",
    "extendedStackTrace",
    "stack_trace",
    "stackTrace",
    "stacktrace",
    "stack",
    "traceback",
    "exc_info",
    "exc_text",
    "thrown",
    "error",
    "err",
    "errorVerbose",
)
_MESSAGE_KEYS = ("message", "msg", "event", "errorMessage")
_CONTAINER_KEYS = ("log",)
_CALM = {"info", "debug", "trace", "notice", "10", "20", "30"}


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
        document = json_object(text) or _invoke_error(text)
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


def _invoke_error(text: str) -> dict[str, Any] | None:
    """Node's runtime writes its report behind tab-separated fields."""
    start = text.find("\tERROR\t")
    brace = text.find("\t{", start + 7)
    return json_object(text[brace + 1 :]) if 0 <= start < brace else None


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


def json_object(text: str) -> dict[str, Any] | None:
    """The object a line consists of, or None."""
    stripped = text.strip()
    if not (stripped.startswith("{") and stripped.endswith("}")):
        return None
    try:
        document = json.loads(stripped)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _unwrap(document: dict[str, Any], line: Line, layout: Layout, stream: Block) -> None:
    line = replace(line, request_id=_named_request(document) or line.request_id)
    report = _report(document)
    wrapped = next((document[key] for key in _CONTAINER_KEYS if isinstance(document.get(key), str)), None)
    if report is not None:
        layout.reports.append(Report(report, line))
    elif wrapped is not None:
        _container(wrapped, line, layout, stream)
    else:
        layout.blocks += [Block(list(_split(line, text, rank))) for text, rank in _texts(document)]


def _report(document: dict[str, Any]) -> dict[str, Any] | None:
    """The runtime's error report, which Node's JSON logs carry as the message."""
    for candidate in (document, document.get("message")):
        if not isinstance(candidate, dict) or "errorType" not in candidate:
            continue
        if isinstance(candidate.get("stackTrace", candidate.get("stack")), list):
            return candidate
    return None


def _texts(document: dict[str, Any]) -> list[tuple[str, Rank]]:
    """Exceptions' texts, else messages of several lines; a message which a calm line quotes is a quotation."""
    found = [(text, Rank.LOGGED) for text in _exception_texts(document)]
    if found:
        return found
    rank = Rank.EMBEDDED if _calm(document) or len(document) == 1 else Rank.LOGGED
    messages = (document[key] for key in _MESSAGE_KEYS if isinstance(document.get(key), str))
    return [(text, rank) for text in messages if "\n" in text or "\r" in text]


def _container(text: str, line: Line, layout: Layout, stream: Block) -> None:
    """A container runtime's wrapping holds one line of output, which may itself be JSON."""
    inner = json_object(text)
    if inner is None:
        stream.lines += _split(line, text.rstrip("\n"))
    elif "log" not in inner:
        _unwrap(inner, line, layout, stream)


def _exception_texts(document: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """Texts of the fields in which loggers keep an exception."""
    if depth > MAX_DEPTH:
        return
    for key, value in document.items():
        name = key.rsplit(".", 1)[-1]
        if name not in _EXCEPTION_KEYS:
            continue
        if isinstance(value, str) and ("\n" in value or "\r" in value):
            yield _with_type(document, value)
        elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            yield _with_type(document, "\n".join(item.rstrip("\n") for item in value))
        elif isinstance(value, dict):
            yield from _exception_texts(value, depth + 1)


def _with_type(document: dict[str, Any], text: str) -> str:
    """log4j's JSON names class and message beside a stack without them."""
    name, message = document.get("exception_class"), document.get("exception_message")
    if isinstance(name, str) and name not in text.split("\n", 1)[0]:
        return f"{name}: {message}\n{text}" if message else f"{name}\n{text}"
    return text


def _calm(document: dict[str, Any]) -> bool:
    level = next((document[key] for key in ("level", "log_level", "severity", "levelname") if key in document), "")
    return str(level).lower() in _CALM


def _split(line: Line, text: str, rank: Rank = Rank.LOGGED) -> Iterator[Line]:
    for part in re.split(r"\r\n|\r|\n", text):
        yield Line(part[:MAX_LINE_CHARACTERS], line.event, line.at, line.request_id, rank)

"""JSON log lines: which of their fields hold an exception, a runtime's report, or a quotation."""

import json
import re
from collections.abc import Iterator
from typing import Any

from mendloop.domain.stack_trace.model import Rank
from mendloop.domain.stack_trace.objects import objects, printed_calls, printed_chain, printed_php, printed_thrown

MAX_DEPTH = 6
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
    "Exception",
    "@x",
    "exc",
    "backtrace",
    "trace",
    "StackTrace",
    "error_stack",
    "errorStack",
    "exception_backtrace",
)
_NESTING_KEYS = {
    "attributes",
    "context",
    "contexts",
    "extra",
    "fields",
    "@fields",
    "data",
    "details",
    "payload",
    "labels",
}
"""Objects in which loggers put an event's fields; others are the application's own."""
_LISTED = re.compile(r"^\[((?:[\w$.<>/@-]{1,400}\([^()\n]{1,200}\)(?:, |(?=\]$))){1,2000})\]$")
"""A Java array of frames as text."""
_TYPE_KEYS = ("exception_class", "exc_type", "type", "class", "name", "errorType", "error_class", "Type")
_SAID_KEYS = ("exception_message", "exc_value", "message", "value", "errorMessage", "error_message", "Message")
_MESSAGE_KEYS = ("message", "msg", "event", "errorMessage")
_PLACE = re.compile(r"\S{1,500}\.\w{1,5}:\d{1,9}:in ")
_CALM = {"info", "debug", "trace", "notice", "10", "20", "30"}


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


def invoke_error(text: str) -> dict[str, Any] | None:
    """Node's runtime writes its report behind tab-separated fields."""
    start = text.find("\tERROR\t")
    brace = text.find("\t{", start + 7)
    return json_object(text[brace + 1 :]) if 0 <= start < brace else None


def report(document: dict[str, Any]) -> dict[str, Any] | None:
    """The runtime's error report, which Node's JSON logs carry as the message."""
    for candidate in (document, document.get("message")):
        if not isinstance(candidate, dict) or "errorType" not in candidate:
            continue
        if isinstance(candidate.get("stackTrace", candidate.get("stack")), list):
            return candidate
    return None


def texts(document: dict[str, Any]) -> list[tuple[str, Rank]]:
    """Exceptions' texts, else messages of several lines; a message which a calm line quotes is a quotation."""
    found = [(text, Rank.LOGGED) for text in _exception_texts(document)]
    if found:
        return found
    rank = Rank.EMBEDDED if _calm(document) or len(document) == 1 else Rank.LOGGED
    messages = (document[key] for key in _MESSAGE_KEYS if isinstance(document.get(key), str))
    return [(text, rank) for text in messages if "\n" in text or "\r" in text]


def _exception_texts(document: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """Texts of the fields in which loggers keep an exception."""
    if depth > MAX_DEPTH:
        return
    for key, value in document.items():
        name = key.rsplit(".", 1)[-1]
        if name in _EXCEPTION_KEYS:
            yield from _texts_of(document, value, depth)
        elif isinstance(value, dict) and name in _NESTING_KEYS:
            yield from _exception_texts(value, depth + 1)


def _texts_of(document: dict[str, Any], value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str) and ("\n" in value or "\r" in value or _LISTED.match(value)):
        listed = _LISTED.match(value)
        yield _with_type(document, "\n".join(f"\tat {one}" for one in listed[1].split(", ")) if listed else value)
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield _with_type(document, "\n".join(item.rstrip("\n") for item in value))
    elif told := printed_calls(objects(value)) or printed_chain(objects(value)):
        yield told
    elif isinstance(value, dict):
        told = printed_thrown(value) or printed_php(value)
        yield from [told] if told else _exception_texts(value, depth + 1)


def _with_type(document: dict[str, Any], text: str) -> str:
    """Some loggers name class and message beside a stack without them."""
    name = next((document[key] for key in _TYPE_KEYS if isinstance(document.get(key), str)), "")
    said = next((document[key] for key in _SAID_KEYS if isinstance(document.get(key), str)), "")
    pair = document.get("exception")
    if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair):
        name, said = pair  # Rails' loggers
    first = text.lstrip().split("\n", 1)[0]
    bare = first.startswith(("at ", "from ")) or bool(_PLACE.match(first))
    if name and "exception_class" in document:
        bare = name not in first
    if not name or name in first or not bare:
        return text
    return f"{name}: {said}\n{text}" if said else f"{name}\n{text}"


def message_line(document: dict[str, Any]) -> tuple[str, Rank] | None:
    """A message of one line, which may be one of a trace that is logged line by line; None where there is none."""
    said = next((document[key] for key in _MESSAGE_KEYS if isinstance(document.get(key), str)), "")
    return (said, Rank.EMBEDDED if _calm(document) else Rank.LOGGED) if said.strip() else None


def _calm(document: dict[str, Any]) -> bool:
    level = next((document[key] for key in ("level", "log_level", "severity", "levelname") if key in document), "")
    return str(level).lower() in _CALM

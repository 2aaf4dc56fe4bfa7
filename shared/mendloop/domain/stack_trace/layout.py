"""Log layouts: from events to lines, per source; what is wrapped in JSON is unwrapped, ANSI colours are dropped.

A stream's lines may hold one trace spread over several events. A JSON event's exception text stands alone; so does a
plain message that quotes a trace, but with the rank of a quotation.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

from mendloop.domain.stack_trace.model import Line, LogText, Rank
from mendloop.domain.stack_trace.reading import skeleton
from mendloop.domain.stack_trace.request_ids import named_request, running_request
from mendloop.domain.stack_trace.structured import invoke_error, json_object, message_line, report, texts
from mendloop.domain.stack_trace.wrapped import json_behind_prefix, unescaped

MAX_EVENT_CHARACTERS = 1_000_000
MAX_LINE_CHARACTERS = 4_000
"""No frame is longer; it bounds what one hostile line can cost."""

MAX_REQUESTS = 10_000

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_CONTAINER_KEYS = ("log",)
_CALM = re.compile(r"(?i)\b(?:info|debug|notice)\b")


@dataclass(frozen=True)
class Piece:
    """Lines that belong together; a stream's go on from event to event, those without a source stand alone."""

    source: str | None
    lines: list[Line]


@dataclass(frozen=True)
class Report:
    """A runtime's own error report in JSON, with the event it stood in."""

    document: dict[str, Any]
    line: Line


class Layouts:
    """Event by event; remembers which request each stream is at, and what was cut."""

    def __init__(self) -> None:
        self._requests: OrderedDict[str, str] = OrderedDict()
        self.events = 0
        self._long_events = 0
        self._long_lines = 0

    @property
    def cut(self) -> list[str]:
        """What was left out, in words."""
        told = []
        if self._long_events:
            told.append(f"{self._long_events} events were read up to {MAX_EVENT_CHARACTERS:,} characters")
        if self._long_lines:
            told.append(f"{self._long_lines} lines were read up to {MAX_LINE_CHARACTERS:,} characters")
        return told

    def lay_out(self, event: LogText) -> tuple[Report | None, list[Piece]]:
        """A runtime's own report, and lines."""
        self.events += 1
        self._long_events += len(event.text) > MAX_EVENT_CHARACTERS
        text = event.text[:MAX_EVENT_CHARACTERS]
        if "\x1b" in text:
            text = _ANSI.sub("", text)
        text = text.replace("\xa0", " ")
        line = Line(text, self.events - 1, event.at, running_request(text, self._requests, event.source))
        while len(self._requests) > MAX_REQUESTS:
            self._requests.popitem(last=False)
        document = json_object(text) or invoke_error(text)
        if document is not None:
            return self._unwrap(document, line, event.source)
        prefix, rest = json_behind_prefix(text)
        behind = json_object(rest) if rest else None
        if behind is not None:
            return self._behind(prefix, behind, line, event.source)
        if inline := unescaped(text):
            return None, [Piece(None, self._split(line, each)) for each in inline]
        return None, [Piece(event.source, self._split(line, text))]

    def _behind(
        self, prefix: str, document: dict[str, Any], line: Line, source: str
    ) -> tuple[Report | None, list[Piece]]:
        """What a calm line quotes is a quotation; a report is the runtime's own only without anything before it."""
        _, pieces = self._unwrap(document, line, f"{source} {skeleton(prefix)[:20]}")
        calm = _CALM.search(prefix)
        return None, [
            replace(piece, lines=[replace(each, rank=Rank.EMBEDDED) for each in piece.lines]) if calm else piece
            for piece in pieces
        ]

    def _unwrap(self, document: dict[str, Any], line: Line, source: str) -> tuple[Report | None, list[Piece]]:
        line = replace(line, request_id=named_request(document) or line.request_id)
        own = report(document)
        wrapped = next((document[key] for key in _CONTAINER_KEYS if isinstance(document.get(key), str)), None)
        if own is not None:
            return Report(own, line), []
        if wrapped is not None:
            return self._container(wrapped, line, source)
        alone = [Piece(None, self._split(line, text, rank)) for text, rank in texts(document)]
        single = None if alone else message_line(document)
        if single is None:
            return None, alone
        return None, [Piece(f"{source} message", self._split(line, *single))]

    def _container(self, text: str, line: Line, source: str) -> tuple[Report | None, list[Piece]]:
        """A container runtime's wrapping holds one line of output, which may itself be JSON."""
        inner = json_object(text)
        if inner is None:
            return None, [Piece(source, self._split(line, text.rstrip("\n")))]
        return self._unwrap(inner, line, source) if "log" not in inner else (None, [])

    def _split(self, line: Line, text: str, rank: Rank = Rank.LOGGED) -> list[Line]:
        parts = _LINE_ENDS.split(text) if "\n" in text or "\r" in text else [text]
        self._long_lines += sum(len(part) > MAX_LINE_CHARACTERS for part in parts)
        return [Line(part[:MAX_LINE_CHARACTERS], line.event, line.at, line.request_id, rank) for part in parts]

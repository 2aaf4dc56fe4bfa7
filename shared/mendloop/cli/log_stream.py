"""A log of any size as log events: plain text, or CloudWatch's events as JSON, one a line or in one document.

A text line that begins with a time is an event with the lines that follow; before the first time, each line is one.
"""

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from mendloop.cli.log_file import document_records, event_line
from mendloop.cli.log_lines import Record, leading_time, printed
from mendloop.domain.errors import BadInput

MAX_LINE = 1_000_000
"""Characters of a line that are read at once; a longer one comes in parts."""
MAX_DOCUMENT = 50_000_000
MAX_GROUP = 500
STDIN = "-"
PEEK = 4_096
NOT_TEXT = {
    b"PK\x03\x04": "a zip archive",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
}


def stream_log(name: str) -> Iterator[Record]:
    """The events of a file, or of standard input for `-`; BadInput when it cannot be read."""
    if name != STDIN and Path(name).is_dir():
        raise BadInput(f"{name} is a folder", next_action="Name a log file with --log, or - for standard input.")
    if name != STDIN and not Path(name).exists():
        raise BadInput(f"{name} is not there", next_action="Name a log file with --log, or - for standard input.")
    try:
        with ExitStack() as stack:
            raw = io.BufferedReader(_stdin()) if name == STDIN else stack.enter_context(Path(name).open("rb"))
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            unpacked = io.BufferedReader(stack.enter_context(_unpacked(raw))) if packed else raw
            encoding = _encoding(unpacked.peek(PEEK)[:PEEK], name)
            text = io.TextIOWrapper(cast("IO[bytes]", unpacked), encoding=encoding, errors="replace", newline="\n")
            yield from _records(stack.enter_context(text))
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{name} cannot be read: {error}", next_action="Name a log file with --log.") from error


def _unpacked(raw: IO[bytes]) -> io.RawIOBase:
    return cast("io.RawIOBase", gzip.GzipFile(fileobj=raw))


def _encoding(head: bytes, name: str) -> str:
    """UTF-8, or UTF-16 where its mark stands first; BadInput where the content is no text at all."""
    if head[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return "utf-16"
    what = next((kind for mark, kind in NOT_TEXT.items() if head.startswith(mark)), "")
    if what or b"\0" in head:
        raise BadInput(
            f"{name} is {what or 'no text'}", next_action="Give the log as text, as JSON, or packed with gzip."
        )
    return "utf-8-sig"


def _stdin() -> io.RawIOBase:
    return cast("io.RawIOBase", sys.stdin.buffer)


def _records(file: IO[str]) -> Iterator[Record]:
    first = file.readline(MAX_LINE)
    while first and not first.strip():
        first = file.readline(MAX_LINE)
    if first.lstrip()[:1] in {"{", "["} and event_line(first) is None:
        head = first + file.read(MAX_DOCUMENT - len(first))
        whole = document_records(head)
        if whole is not None:
            yield from whole
            return
        lines = _and_then(io.StringIO(head), file)
    else:
        lines = _and_then(io.StringIO(first), file)
    yield from _line_records(lines)


def _and_then(head: IO[str], rest: IO[str]) -> Iterator[str]:
    """Lines of both; the one across the border is joined."""
    last = ""
    for line in _lines(head):
        if last:
            yield last
        last = line
    if last and not last.endswith("\n"):
        last += rest.readline(MAX_LINE)
    if last:
        yield last
    yield from _lines(rest)


def _lines(file: IO[str]) -> Iterator[str]:
    while line := file.readline(MAX_LINE):
        yield line


def _line_records(lines: Iterator[str]) -> Iterator[Record]:
    at: datetime | None = None
    group: list[str] = []
    for line in (raw.rstrip("\r\n") for raw in lines):
        event = event_line(line) if line.startswith("{") else None
        time = None if event else leading_time(line)
        if group and (event or time or at is None or len(group) >= MAX_GROUP):
            yield printed(at, group)
            group = []
        if event:
            yield event
        else:
            at = time or at
            group.append(line)
    if group:
        yield printed(at, group)

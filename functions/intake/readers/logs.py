"""CloudWatch Logs subscriptions: to a Lambda, through Kinesis, or decoded already by somebody else."""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from functions.intake.readers.reading import Event, Origin, Reading, Verdict, get, ignored, items, text
from mendloop.contracts.incident import Signal, SignalKind
from mendloop.domain.errors import BadEvent

MAX_DECODED_BYTES = 16_000_000
"""A subscription's payload is at most 1 MB packed; more than this unpacked is an attack or a mistake."""

_ERROR = re.compile(
    r"\[ERROR\]|\b(?:ERROR|FATAL|CRITICAL|SEVERE)\b|Traceback \(most recent call last\)|\bpanic: |Unhandled"
    r"|Task timed out after|Process exited before|Runtime\.\w*(?:Error|Exit)|\"errorType\"|Exception in thread"
    r"|\"(?:level|log_level|severity|status)\"\s*:\s*\"(?:error|fatal|critical)\"",
)
_REPORT = re.compile(r"^(?:START|END|REPORT|INIT_START) ")
_CALM = re.compile(
    r"\"(?:level|log_level|severity|status)\"\s*:\s*\"(?:info|debug|trace)\"|\t(?:INFO|DEBUG|TRACE)\t|^(?:INFO|DEBUG)\b",
    re.I,
)


def subscription(event: Event, origin: Origin) -> Reading:
    """`{"awslogs": {"data": …}}`."""
    return decoded(unpack(get(event, "awslogs", "data")), origin)


def kinesis(records: Sequence[Event], origin: Origin) -> tuple[list[Reading], list[BadEvent]]:
    """Records of a Kinesis stream, one payload each: of each log group the first that holds errors speaks for all.

    Where none does, the first reading; and what does not unpack.
    """
    readings, broken = list[Reading](), list[BadEvent]()
    for record in records:
        try:
            readings.append(decoded(unpack(get(record, "kinesis", "data")), origin))
        except BadEvent as error:
            broken.append(error)
    failing: dict[tuple[str, str], Reading] = {}
    for reading in readings:
        if reading.signal:
            failing.setdefault((reading.signal.account, reading.resource), reading)
    return list(failing.values()) or readings[:1], broken


def unpack(data: object) -> Event:
    """Base64, then gzip or zlib, then JSON; BadEvent when any of it fails or it grows beyond the limit.

    An object is a payload that was unpacked before the event was kept.
    """
    if isinstance(data, dict):
        return data
    if not isinstance(data, str) or not data:
        raise BadEvent("the event lacks the log payload")
    try:
        machine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        content = machine.decompress(base64.b64decode(data, validate=True), MAX_DECODED_BYTES)
        if not machine.eof:
            raise BadEvent(f"the log payload is cut short or unpacks to more than {MAX_DECODED_BYTES} bytes")
        payload = json.loads(content.decode("utf-8", errors="replace"))
    except (binascii.Error, zlib.error, ValueError, RecursionError) as error:
        raise BadEvent(f"the log payload does not unpack: {type(error).__name__}") from error
    if not isinstance(payload, dict):
        raise BadEvent("the log payload is no object")
    return payload


def decoded(event: Event, origin: Origin) -> Reading:
    """The payload itself: error lines make it a signal; control messages and plain lines do not."""
    group = text(event, "logGroup")
    lines = [line for line in items(event, "logEvents") if isinstance(line, dict)]
    if text(event, "messageType") == "CONTROL_MESSAGE":
        return ignored(SignalKind.LOG_ERRORS, group, None, "control message")
    failing = [line for line in lines if is_error(text(line, "message"))]
    if not failing:
        time = _time(lines[0]) if lines else None
        return ignored(SignalKind.LOG_ERRORS, group, time, "no error among the lines")
    return _signal(event, group, failing, origin)


def is_error(message: str) -> bool:
    """Whether a log line tells of a failure, not merely mentions one."""
    return bool(_ERROR.search(message)) and not _REPORT.match(message) and not _CALM.search(message[:2_000])


def _signal(event: Event, group: str, failing: list[dict[str, Any]], origin: Origin) -> Reading:
    if not group:
        raise BadEvent("the event lacks logGroup")
    first, time = failing[0], _time(failing[0])
    if time is None:
        raise BadEvent("the first error line carries no readable time")
    signal = Signal(
        source=origin.source,
        kind=SignalKind.LOG_ERRORS,
        account=text(event, "owner") or origin.account,
        region=origin.region,
        resource=group,
        time=time,
        title=f"{len(failing)} error lines in {group}",
        reason=text(first, "message")[:500],
        log_group=group,
    )
    identity = ("logs", signal.account, group, text(event, "logStream"), text(first, "id") or time.isoformat())
    return Reading(Verdict.SIGNAL, SignalKind.LOG_ERRORS, group, time, signal.title, identity, signal)


def _time(line: Event) -> datetime | None:
    """Milliseconds since 1970; None for anything before 2001 or after 2100: it was in another unit."""
    stamp = get(line, "timestamp")
    if not isinstance(stamp, int) or not 1e12 <= stamp <= 4.1e12:
        return None
    return datetime.fromtimestamp(stamp / 1000, UTC)

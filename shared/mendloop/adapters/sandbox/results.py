"""Reads the report of a session: signed, numbered lines, or it is not believed."""

import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from mendloop.contracts.verification import TestOutcome
from mendloop.domain.redaction import redact

_LONGEST_NAME = 500


@dataclass
class Report:
    """What a session said. `distrusted` says in words why it is not believed any further."""

    started: bool = False
    finished: int | None = None
    collected: list[str] = field(default_factory=list)
    outcomes: dict[str, TestOutcome] = field(default_factory=dict)
    distrusted: str = ""


def read_report(lines: bytes, key: str) -> Report:
    """Everything up to the first line that is not ours."""
    report = Report()
    for number, line in enumerate(lines.split(b"\n")[:-1], 1):
        event = _event(line, key)
        if event is None or event.get("n") != number:
            report.distrusted = "something else than the test runner wrote into its report"
        elif report.finished is not None:
            report.distrusted = "the report goes on after its end"
        else:
            _take(report, event)
        if report.distrusted:
            break
    return report


def _event(line: bytes, key: str) -> dict[str, Any] | None:
    mac, _, text = line.partition(b" ")
    if not hmac.compare_digest(mac, hmac.digest(key.encode(), text, "sha256").hex().encode()):
        return None
    event = json.loads(text)
    return event if isinstance(event, dict) else None


def _take(report: Report, event: dict[str, Any]) -> None:
    name = str(event.get("id", ""))[:_LONGEST_NAME]
    match event.get("event"):
        case "started":
            report.started = True
        case "collected":
            report.collected.append(name)
        case "finished":
            report.finished = int(event["exit"])
        case "test" if name in report.outcomes:
            report.distrusted = "a test reported twice"
        case "test":
            report.outcomes[name] = TestOutcome(
                test_id=name,
                status=str(event["status"]),
                exception_type=redact(str(event.get("type", "")))[:_LONGEST_NAME],
                frames=[str(frame)[:_LONGEST_NAME] for frame in event.get("frames", [])],
                message=redact(str(event.get("message", ""))),
            )

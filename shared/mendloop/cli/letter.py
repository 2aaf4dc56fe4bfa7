"""One message of the queues where an operator finds what went astray: what it is, and what it was meant to do."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mendloop.domain.outgoing import identifier
from mendloop.domain.redaction import redact

OWN = ":function:mendloop-"
LONGEST = 200
"""Characters of a line about one message."""


@dataclass(frozen=True)
class Letter:
    """One message. `said` is what it is, in words; `payload` is what is handed on."""

    queue: str
    id: str
    sent: datetime
    received: int
    body: str
    receipt: str

    @property
    def event(self) -> dict[str, Any]:
        """The event as JSON, without the record of the function that failed on it; {} when it is none."""
        record = _object(self.body)
        return _inside(record, "requestPayload") if _our_failure(record) else record

    @property
    def payload(self) -> str:
        """The event as it was received, byte for byte unless a failed function has wrapped it."""
        return json.dumps(self.event) if _our_failure(_object(self.body)) else self.body

    @property
    def said(self) -> str:
        """E.g. `aws.cloudwatch: CloudWatch Alarm State Change, shop-errors`."""
        return redact(f"{_failure(_object(self.body))}{_kind(self.event)}")[:LONGEST]


def _our_failure(record: dict[str, Any]) -> bool:
    """Whether a function of mendloop has failed on an event; a record of another's function is an event itself."""
    return "requestPayload" in record and OWN in str(_inside(record, "requestContext").get("functionArn"))


def _failure(record: dict[str, Any]) -> str:
    if not _our_failure(record):
        return ""
    function = str(_inside(record, "requestContext")["functionArn"]).partition(":function:")[2].partition(":")[0]
    error = identifier(str(_inside(record, "responsePayload").get("errorType", "")), "an unknown error")
    return f"{function} failed with {error} on "


def _kind(event: dict[str, Any]) -> str:
    if not event:
        return "no JSON object"
    kind = event.get("detail-type") or event.get("Type") or ", ".join(sorted(map(str, event))[:4])
    detail = _inside(event, "detail")
    name = detail.get("alarmName") or detail.get("name") or detail.get("service") or event.get("AlarmName") or ""
    source = event.get("source") or ("sns" if event.get("Type") == "Notification" else "")
    return f"{source + ': ' if source else ''}{kind}{f', {name}' if name else ''}"


def _inside(found: dict[str, Any], name: str) -> dict[str, Any]:
    inner = found.get(name)
    return inner if isinstance(inner, dict) else {}


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

"""What is due while a question waits for its decision, told by the question, the catalog's limits and the timeline.

Whoever asks writes down every mail, so that a repetition sends only what is missing; whoever sweeps wakes the wait
when something is due before its own time-out.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mendloop.contracts.approval import ApprovalRequest
from mendloop.contracts.incident import TimelineEntry
from mendloop.domain.catalog import Service

STEP = "request_approval"


def _about(request: ApprovalRequest) -> str:
    """The question's own part of its id: a new draft is a new question to the same people."""
    return f"about draft {request.id.partition('.')[2] or request.id}"


def asked_line(request: ApprovalRequest, name: str) -> str:
    """The timeline's words for a first mail."""
    return f"Asked {name} {_about(request)}"


def reminded_line(request: ApprovalRequest, name: str) -> str:
    """The timeline's words for the one reminder."""
    return f"Reminded {name} {_about(request)}"


def failed_line(request: ApprovalRequest, name: str) -> str:
    """The timeline's words for a mail that could not be sent."""
    return f"Could not mail {name} {_about(request)}; it is tried again"


@dataclass(frozen=True)
class Due:
    """Catalog names of approvers. `asked` were mailed before; `failed` are those of `first` and `reminder` to retry."""

    asked: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    reminder: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    remind_at: datetime | None = None
    """When the next reminder will be due; None when there is none to come."""


def due(request: ApprovalRequest, service: Service, timeline: list[TimelineEntry], now: datetime) -> Due:
    """Who is to be mailed now. Who may not decide any more is not mailed either."""
    said = {entry.what for entry in timeline if entry.step == STEP}
    names = [name for name in request.approvers if name in service.approvers]
    asked = [name for name in names if asked_line(request, name) in said]
    waiting = [name for name in asked if reminded_line(request, name) not in said]
    remind_at = request.asked_at + timedelta(hours=service.limits.reminder_hours)
    late = now >= remind_at
    first = [name for name in names if name not in asked]
    reminder = waiting if late else []
    return Due(
        asked=asked,
        first=first,
        reminder=reminder,
        failed=[name for name in [*first, *reminder] if failed_line(request, name) in said],
        remind_at=remind_at if not late and remind_at < request.expires_at else None,
    )


def worth_waking(request: ApprovalRequest, service: Service, timeline: list[TimelineEntry], now: datetime) -> bool:
    """Whether the wait has something to do before its own time-out: an expiry, a reminder, or a mail that failed."""
    found = due(request, service, timeline, now)
    return now >= request.expires_at or bool(found.reminder or found.failed)

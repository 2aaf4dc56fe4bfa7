"""What is due while a question waits for its decision, told by the question, the catalog's limits and the timeline.

Whoever asks writes down every mail, so that a repetition sends only what is missing; whoever sweeps wakes the wait
when something is due before its own time-out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mendloop.contracts.approval import ApprovalRequest, HandOver
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


def held_back(request: ApprovalRequest, name: str, *, again: bool = False) -> str:
    """The timeline's words for a mail or a reminder that waits for the next digest."""
    return f"Held the {'reminder' if again else 'mail'} to {name} {_about(request)}: too many at once"


def handed_line(request: ApprovalRequest, handed: HandOver) -> str:
    """The timeline's words for the mail to somebody to whom the decision was handed over."""
    return f"Asked {handed.to}, as {handed.by} wished, {_about(request)}"


def unreached_line(request: ApprovalRequest, handed: HandOver) -> str:
    """The timeline's words where no mail reaches the one to whom it was handed over: it is not tried again."""
    return f"Could not ask {handed.to}, as {handed.by} wished: their mail topic is not confirmed, {_about(request)}"


def failed_line(request: ApprovalRequest, name: str) -> str:
    """The timeline's words for a mail that could not be sent."""
    return f"Could not mail {name} {_about(request)}; it is tried again"


@dataclass(frozen=True)
class Due:
    """Catalog names of approvers. `asked` were mailed before; `failed` are those of `first` and `reminder` to retry."""

    asked: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    handed: list[HandOver] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    """Whose mail or reminder was held back: the sweep sends it in a digest."""
    reminder: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    remind_at: datetime | None = None
    """When the next reminder will be due; None when there is none to come."""


def due(
    request: ApprovalRequest,
    service: Service,
    timeline: list[TimelineEntry],
    now: datetime,
    handed_over: Sequence[HandOver] = (),
) -> Due:
    """Who is to be mailed now. Who may not decide any more is not mailed either; who handed it over is not reminded."""
    said = {entry.what for entry in timeline if entry.step == STEP}
    names = [name for name in request.approvers if name in service.approvers]
    asked = [name for name in names if asked_line(request, name) in said]
    # Only who was reached holds it: until then, who handed it over is still reminded.
    reached = [each for each in handed_over if handed_line(request, each) in said]
    holder = {person: handed.to for handed in reached for person in (handed.by, handed.to)}
    mine = [name for name in asked if holder.get(name, name) == name]
    waiting = [name for name in mine if reminded_line(request, name) not in said]
    held = [
        *(name for name in names if name not in asked and held_back(request, name) in said),
        *(name for name in waiting if held_back(request, name, again=True) in said),
    ]
    handed = [
        each
        for each in handed_over
        if each.to in names and not said & {handed_line(request, each), unreached_line(request, each)}
    ]
    remind_at = request.asked_at + timedelta(hours=service.limits.reminder_hours)
    late = now >= remind_at
    first = [name for name in names if name not in {*asked, *held, *(each.to for each in handed)}]
    reminder = [name for name in waiting if name not in held] if late else []
    return Due(
        asked=asked,
        first=first,
        handed=handed,
        held=held,
        reminder=reminder,
        failed=[name for name in [*first, *reminder] if failed_line(request, name) in said],
        remind_at=remind_at if not late and remind_at < request.expires_at else None,
    )


def worth_waking(
    request: ApprovalRequest,
    service: Service,
    timeline: list[TimelineEntry],
    now: datetime,
    handed_over: Sequence[HandOver] = (),
) -> bool:
    """Whether the wait has something to do before its own time-out: an expiry, a reminder, a new or failed mail."""
    found = due(request, service, timeline, now, handed_over)
    return now >= request.expires_at or bool(found.reminder or found.failed or found.handed)

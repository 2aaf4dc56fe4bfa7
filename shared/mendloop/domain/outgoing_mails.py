"""The words of mails and alerts at an incident's end: plain text, allowed fields only."""

from collections.abc import Sequence
from datetime import datetime

from mendloop.domain import outgoing
from mendloop.domain.denial import Denial
from mendloop.domain.outgoing import Facts
from mendloop.domain.outgoing_reasons import next_action


def subject(facts: Facts, what: str) -> str:
    """One ASCII line; a mail service cuts it further."""
    line = f"[mendloop] {facts.service}: {what} ({outgoing.headline(facts)})"
    return outgoing.title_of(line.encode("ascii", "replace").decode())


def body(facts: Facts, reason: str, url: str = "", decided_by: str = "", would_have: str = "") -> str:
    """How it ended, in a few lines."""
    lines = [
        reason,
        *([would_have] if would_have else []),
        "",
        f"What it is: {url}" if url else "",
        f"Decided by: {decided_by}" if decided_by else "",
        *outgoing.observed(facts),
        "",
        f"Incident: {facts.address or facts.incident_id}",
    ]
    return outgoing.checked("\n".join(lines).strip() + "\n")


def alert(facts: Facts, error: str, ticket: str, denial: Denial | None = None) -> str:
    """For the operators when an incident is left to a human. `ticket` is its address, or why there is none.

    A missing permission is told here and not in tickets: an account's numbers are no business of theirs.
    """
    lines = [
        f"{facts.service}: mendloop has handed this incident to you, with the evidence it has.",
        f"Cause: {outgoing.identifier(error, 'unknown')}{f': {denial.sentence()}' if denial else ''}.",
        f"Next: {denial.advice() if denial else next_action(error)}",
        f"Ticket: {ticket}",
        f"Incident: {facts.address or facts.incident_id}",
        "",
        *outgoing.observed(facts),
    ]
    return outgoing.checked("\n".join(lines) + "\n")


def held(questions: Sequence[tuple[str, str, datetime]], more: int) -> tuple[str, str]:
    """Subject and body of one mail for many questions: summary, personal link and expiry of each."""
    subject_ = outgoing.title_of(f"[mendloop] Decide: {outgoing.plural(len(questions), 'change')} at once")
    opening = "So much happened at once that these are told together. Each waits for a decision of its own."
    # Checked without the links: a signature looks as random as a key, and belongs here.
    outgoing.checked("\n".join([opening, *(summary for summary, _, _ in questions)]))
    asked = [
        f"{n}. {what}\n{link}\nuntil {until:%a %d %b, %H:%M} UTC" for n, (what, link, until) in enumerate(questions, 1)
    ]
    rest = [f"{more} more will follow."] if more else []
    return subject_, "\n\n".join([opening, *asked, *rest, "The links are yours alone."]) + "\n"


def unreachable(lines: Sequence[str]) -> tuple[str, str]:
    """For the operators: who would not get a mail, and what to do."""
    next_ = "Run `mendloop catalog push`: it subscribes again, and says who must follow the link in the mail from AWS."
    return "[mendloop] Somebody who approves gets no mail", outgoing.checked("\n".join([*lines, "", next_]) + "\n")

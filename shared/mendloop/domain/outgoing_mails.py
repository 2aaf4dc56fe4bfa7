"""The words of mails and alerts at an incident's end: plain text, allowed fields only."""

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

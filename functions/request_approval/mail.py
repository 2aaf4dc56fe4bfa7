"""The mail: plain text, built from allowed fields only. No log line is ever quoted.

A paragraph is one line: a screen wraps it where it ends, and a phone does not wrap what was wrapped before.
"""

from datetime import datetime

from pydantic import BaseModel

from mendloop.contracts.approval import ApprovalRequest
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.evidence import Evidence
from mendloop.contracts.incident import Signal
from mendloop.contracts.mapping import CodeMap
from mendloop.contracts.verification import Verification, VerificationStatus
from mendloop.domain.outgoing import checked, code, identifier, plural

PROOF = {
    VerificationStatus.PROVED: "Proved: the regression test fails before the change and passes after it.",
    VerificationStatus.TESTS_PASS: "Partly: the project's tests pass; the failure itself was not shown red.",
    VerificationStatus.NOT_REPRODUCED: "Not proved: the failure could not be reproduced.",
    VerificationStatus.FAILED: "Not proved: the tests fail with this change.",
    VerificationStatus.SKIPPED: "Not proved: nothing could be run.",
}


OPENS = "A draft pull request is opened with exactly this change. Nothing is merged."
FILES = "A ticket says that this change is right. Nothing is published: the service is set to drafts."


class Letter(BaseModel):
    """What the mail is built from."""

    request: ApprovalRequest
    evidence: Evidence
    mapping: CodeMap
    fix: CodeFix
    verification: Verification
    recovered_at: datetime | None = None
    signal: Signal | None = None
    people: int = 1
    """How many different people must approve."""
    site_url: str


def request_mail(letter: Letter, link: str) -> tuple[str, str]:
    """Subject and body of the first mail: five answers, then the link and when it expires.

    Raises SecretFound rather than sending anything that looks like a secret.
    """
    request = letter.request
    opening = f"mendloop asks you to decide about one change to {request.service}. It takes a minute."
    return _mail(letter, "Decide", [opening, *_answers(letter)], link)


def handed_mail(letter: Letter, link: str, by: str) -> tuple[str, str]:
    """Subject and body of the mail to somebody to whom the decision was handed over; `by` as people know them."""
    service = letter.request.service
    opening = f"{' '.join(by.split())} asks you to decide in their place about one change to {service}."
    return _mail(letter, "Handed over", [opening, *_answers(letter)], link)


def reminder(letter: Letter, link: str) -> tuple[str, str]:
    """Subject and body of the reminder: the same question, shorter."""
    service = letter.request.service
    opening = f"A change to {service} still waits for a decision. Without one it becomes a ticket."
    return _mail(letter, "Reminder", [opening, letter.request.summary], link)


def _mail(letter: Letter, kind: str, paragraphs: list[str], link: str) -> tuple[str, str]:
    request = letter.request
    subject = checked(f"[mendloop] {kind}: {request.service}, {request.typed_word}")
    # Checked without the link: its signature looks as random as a key, and belongs here.
    said = checked("\n\n".join(paragraphs))
    until = f"The link is yours alone and works until {request.expires_at:%a %d %b, %H:%M} UTC."
    footer = f"Incident {request.incident_id}\n{letter.site_url}/incidents/{request.incident_id}"
    return subject, "\n\n".join([said, f"Decide here:\n{link}", until, footer]) + "\n"


def _answers(letter: Letter) -> list[str]:
    approved = OPENS if letter.request.publishes else FILES
    if letter.people > 1:
        approved = f"{letter.people} different people must approve; then: {approved[:1].lower()}{approved[1:]}"
    return [
        _answer("1. What happened", _happened(letter)),
        _answer("2. Which code, and why", _code(letter)),
        _answer("3. How small", f"{letter.fix.size}."),
        _answer("4. How far proved", PROOF[letter.verification.status]),
        _answer("5. If you approve", approved),
    ]


def _happened(letter: Letter) -> str:
    signal = _signal(letter.signal)
    if not letter.evidence.faults:
        failed = letter.evidence.deployment_failure
        return f"{failed}." if failed else f"{signal}No exception was found."
    main = letter.evidence.faults[0]
    kind = identifier(main.trace.type)
    well = letter.recovered_at or letter.evidence.recovered_at
    recovered = f" Recovered at {well:%d %b %H:%M} UTC." if well else ""
    return f"{signal}{kind}, {plural(main.count, 'time')} since {main.first_seen:%d %b %H:%M} UTC.{recovered}"


def _signal(signal: Signal | None) -> str:
    """`Alarm shop-errors: `; a name that is not shaped like one is not repeated."""
    if signal is None:
        return ""
    kind = signal.kind.value.replace("_", " ").capitalize().replace("Ecs", "ECS")
    name = code(signal.resource).strip("`")
    return f"{kind} {name}: " if name == signal.resource else f"{kind}: "


def _code(letter: Letter) -> str:
    mapping = letter.mapping
    if not mapping.targets:
        return "No target was found."
    target = mapping.targets[0]
    where = f"{target.function or 'Module level'} in {target.path}."
    lead = "The stack trace leads there" if letter.evidence.faults else "The deployment changed it"
    if not mapping.suspects:
        return f"{where} {lead}."
    suspect = mapping.suspects[0].commit
    by = f"commit {suspect.sha[:10]} of {suspect.at:%d %b}"
    return f"{where} {lead}, and {by} changed it." if letter.evidence.faults else f"{where} {lead}, by {by}."


def _answer(question: str, answer: str) -> str:
    return f"{question}\n{answer}"

"""The mail: plain text that reads well on a phone, built from allowed fields only. No log line is ever quoted."""

import textwrap

from pydantic import BaseModel

from mendloop.contracts.approval import ApprovalRequest
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.evidence import Evidence
from mendloop.contracts.mapping import CodeMap
from mendloop.contracts.verification import Verification, VerificationStatus

WIDTH = 68
"""Characters: what a phone shows without wrapping twice."""

PROOF = {
    VerificationStatus.PROVED: "Proved: the regression test fails before the change and passes after it.",
    VerificationStatus.TESTS_PASS: "Partly: the project's tests pass; the failure itself was not shown red.",
    VerificationStatus.NOT_REPRODUCED: "Not proved: the failure could not be reproduced.",
    VerificationStatus.FAILED: "Not proved: the tests fail with this change.",
    VerificationStatus.SKIPPED: "Not proved: nothing could be run.",
}


class Letter(BaseModel):
    """What the mail is built from."""

    request: ApprovalRequest
    evidence: Evidence
    mapping: CodeMap
    fix: CodeFix
    verification: Verification
    site_url: str


def request_mail(letter: Letter, link: str) -> tuple[str, str]:
    """Subject and body of the first mail: five answers, then the link and when it expires."""
    request = letter.request
    paragraphs = [
        f"mendloop asks you to decide about one change to {request.service}.",
        *_answers(letter),
        f"Decide here:\n{link}",
        _until(request),
        _footer(letter),
    ]
    return f"[mendloop] Decide: {request.service}, {_word(request)}", "\n\n".join(paragraphs) + "\n"


def reminder(letter: Letter, link: str) -> tuple[str, str]:
    """Subject and body of the reminder: the same question, shorter."""
    request = letter.request
    paragraphs = [
        f"A change to {request.service} still waits for a decision. Without one it becomes a ticket.",
        f"Decide here:\n{link}",
        _until(request),
        _footer(letter),
    ]
    return f"[mendloop] Reminder: {request.service}, {_word(request)}", "\n\n".join(paragraphs) + "\n"


def _answers(letter: Letter) -> list[str]:
    fix, target = letter.fix, letter.mapping.targets[0] if letter.mapping.targets else None
    main = letter.evidence.faults[0] if letter.evidence.faults else None
    signal = (
        f"{main.trace.type}, {main.count} time{'s' if main.count > 1 else ''} since {main.first_seen:%H:%M} UTC"
        if main
        else "no exception was found"
    )
    code = f"{target.function or 'module level'} in {target.path}" if target else "no target"
    suspect = letter.mapping.suspects[0].commit if letter.mapping.suspects else None
    because = f"; commit {suspect.sha[:10]} of {suspect.at:%d %b} changed it last" if suspect else ""
    return [
        _answer("1. What happened", signal),
        _answer("2. Which code, and why", code + because),
        _answer(
            "3. How small", f"{fix.changed_lines} changed lines in {len(fix.files)} file{'s'[: len(fix.files) > 1]}"
        ),
        _answer("4. How far proved", PROOF[letter.verification.status]),
        _answer("5. If you approve", "a draft pull request is opened with exactly this change; nothing is merged."),
    ]


def _answer(question: str, answer: str) -> str:
    return f"{question}\n" + textwrap.fill(answer, WIDTH, initial_indent="   ", subsequent_indent="   ")


def _until(request: ApprovalRequest) -> str:
    return f"The link is yours alone and works until {request.expires_at:%a %d %b, %H:%M} UTC."


def _footer(letter: Letter) -> str:
    return f"Incident {letter.request.incident_id}\n{letter.site_url}/incidents/{letter.request.incident_id}"


def _word(request: ApprovalRequest) -> str:
    return request.typed_word

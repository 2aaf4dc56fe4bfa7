"""The five answers that a pull request begins with."""

import re
from collections.abc import Sequence

from functions.publish_pull_request.approved import Approved
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.verification import VerificationStatus
from mendloop.domain import outgoing
from mendloop.domain.outgoing import Facts, code, plural

_ADDRESS = re.compile(r"https://[\w./:#?=&%-]{1,300}", re.ASCII)
_PROVED = {
    VerificationStatus.PROVED: "Proved: the regression test fails on the running revision and on the base, "
    "and passes on the patch.",
    VerificationStatus.TESTS_PASS: "The project's tests pass; the failure itself was not shown by a test.",
    VerificationStatus.NOT_REPRODUCED: "Not reproduced: no test could show the failure.",
    VerificationStatus.SKIPPED: "Not verified: nothing could be run.",
    VerificationStatus.FAILED: "Verification failed.",
}


def answers(facts: Facts, approved: Approved, approvers: Sequence[str], ticket: str = "") -> list[str]:
    """Which signal, which code, how small, how far proved, what happens; and where the fault's ticket is."""
    fired = f"{facts.signal.replace('_', ' ')} {code(facts.resource)}" if facts.signal and not facts.public else ""
    times = f", {plural(facts.count, 'time')}" if facts.exception else ""
    lead = "which the failed deployment changed" if facts.last_good else "where the failure's own frames lead"
    place = f"{code(facts.target)}, {lead}." if facts.target else "See below."
    return [
        f"1. **Which signal?** {fired + ': ' if fired else ''}{outgoing.failure(facts)}{times}.",
        f"2. **Which code, and why?** {place}",
        f"3. **How small is the change?** {size(approved.fix)}",
        f"4. **How far is it proved?** {_PROVED[approved.verification.status]}",
        f"5. **What happens now?** {person(facts, approvers)} approved this very change. It stays a draft until the "
        "checks of its head are green; merging it is up to you.",
        "",
        "\n".join(outgoing.pointer(facts)).rstrip("\n"),
        *([f"Ticket: {ticket}"] if _ADDRESS.fullmatch(ticket) and not facts.public else []),
    ]


def person(facts: Facts, approvers: Sequence[str]) -> str:
    """Nobody is named in public."""
    if not facts.public:
        return " and ".join(approvers)
    return "An approver of the service" if len(approvers) == 1 else f"{len(approvers)} approvers of the service"


def size(fix: CodeFix) -> str:
    """How small the change is, and how it was made."""
    drafted = "reverting part of a commit" if fix.drafter == "revert" else "a new change"
    return f"{fix.size}, by {drafted}."

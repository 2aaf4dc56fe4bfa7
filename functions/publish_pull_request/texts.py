"""The words of a pull request: title, body and commit message, from allowed fields only."""

import re
from collections.abc import Sequence

from functions.publish_pull_request.answers import answers, person, size
from functions.publish_pull_request.approved import Approved
from functions.publish_pull_request.habit import in_habit
from functions.publish_pull_request.template import Sections, fill
from mendloop.contracts.draft import CodeFix, RegressionSource
from mendloop.contracts.verification import Verification
from mendloop.domain import outgoing
from mendloop.domain.outgoing import Facts, code, listed, plural, sentence, short

_CONSOLE = re.compile(
    r"https://[a-z0-9.-]+\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)/[\w/?=&#:;%+.,-]{0,500}"
)
_SOURCES = {
    RegressionSource.FAILING_REQUEST: "the failing request that was kept as evidence",
    RegressionSource.SUSPECT_REMOVED: "a test that the suspect commit removed or weakened",
    RegressionSource.GENERATED: "the stack trace, by bounded generation",
    RegressionSource.DRAFTER: "the drafter, beside its change",
    RegressionSource.REVIEWER: "the reviewer",
}


def title(facts: Facts, subjects: Sequence[str] = ()) -> str:
    """One line, as the repository writes its own (`subjects` of recent commits)."""
    if not facts.exception and facts.last_good:
        return outgoing.title_of(in_habit(f"Undo what {outgoing.headline(facts)} brought", subjects))
    return outgoing.title_of(in_habit(f"Fix {outgoing.headline(facts)}", subjects))


def body(
    facts: Facts,
    approved: Approved,
    approvers: Sequence[str],
    *,
    template: str = "",
    console: str = "",
    ticket: str = "",
) -> str:
    """Five answers first, then the detail; cut below GitHub's limit; SecretFound rather than a leak.

    `template`: the repository's own. `console`: address of the signal in AWS's console. `ticket`: of
    the fault's ticket.
    """
    fix, verification = approved.fix, approved.verification
    sections: Sections = [
        ("In five answers", answers(facts, approved, approvers, ticket)),
        ("What was observed", [*outgoing.observed(facts), *_console(facts, console)]),
        ("Why this code", _why(facts)),
        ("What changed", _changes(fix)),
        ("Tests and safeguards", _tests(fix, verification)),
        ("Risks", _risks(fix)),
        ("Not proved", _not_proved(verification)),
        ("Who approved", _who(facts, approved, approvers)),
        ("How to switch this off", _off(facts)),
    ]
    told = [(head, lines) for head, lines in sections if any(lines)]
    return outgoing.checked(fill(template, told, outgoing.document) if template else outgoing.document(told))


def commit_message(
    facts: Facts, approved: Approved, approvers: Sequence[str], *, head: str = "", editor: str = ""
) -> str:
    """`head` (the title), one paragraph, and the trailers by which a rerun finds its own work; in public no names.

    `editor`: who adjusted the patch, as `Name <mail>`.
    """
    people = [*(f"Approved-by: {name}" for name in approvers), *([f"Co-authored-by: {editor}"] if editor else [])]
    trailers = [
        f"Mendloop-Incident: {facts.incident_id}",
        f"Mendloop-Content: {approved.request.content_sha256}",
        *([] if facts.public else people),
    ]
    return outgoing.checked("\n\n".join([head or title(facts), size(approved.fix), "\n".join(trailers)]) + "\n")


def _console(facts: Facts, console: str) -> list[str]:
    return [f"- In the console: {console}"] if _CONSOLE.fullmatch(console) and not facts.public else []


def _why(facts: Facts) -> list[str]:
    """In public the frames alone: which revision runs, and since when, is the service's own."""
    private = {name: Facts.model_fields[name].default for name in ("revision", "suspect", "last_good")}
    return outgoing.where(facts.model_copy(update=private) if facts.public else facts)


def _who(facts: Facts, approved: Approved, approvers: Sequence[str]) -> list[str]:
    if facts.public:
        return [f"- {person(facts, approvers)}, before this was published."]
    at = approved.decision.at
    bound = approved.request.content_sha256[:12]
    edited = ["The patch was adjusted by a reviewer, and its tests were run again."] if approved.fix.adjusted_by else []
    return listed(
        [f"{person(facts, approvers)}, on {at:%Y-%m-%d at %H:%M} UTC, bound to the content {bound}.", *edited]
    )


def _changes(fix: CodeFix) -> list[str]:
    return [*listed(code(name) for name in (fix.functions or fix.files)), "", f"Based on {short(fix.base)}."]


def _tests(fix: CodeFix, verification: Verification) -> list[str]:
    source = _SOURCES.get(fix.regression.source)
    suite = sentence(verification.suite)
    return listed(
        [
            f"Regression test {code(fix.regression.path)}, made from {source}." if source else "No regression test.",
            f"The project's own tests: {suite}." if suite else "",
            f"Run in isolation by {code(verification.sandbox)}." if verification.sandbox else "",
            "The patch was held to the limits of files, lines and protected paths, and a person approved it.",
        ]
    )


def _risks(fix: CodeFix) -> list[str]:
    undone = "What the suspect commit meant to do at this place is partly undone." if fix.drafter == "revert" else ""
    named = len(fix.risks)
    return listed(
        [undone, f"{plural(named, 'risk')} named with the draft: see the incident's page." if named else ""]
        if undone or named
        else ["None was named; read the change as you would read a colleague's."]
    )


def _not_proved(verification: Verification) -> list[str]:
    return listed(
        [*(sentence(text) for text in verification.not_proved), "That nothing else behaves differently than before."]
    )


def _off(facts: Facts) -> list[str]:
    service = "SERVICE" if facts.public else facts.service
    return listed(
        [
            "Close this pull request: nothing else happens.",
            f"`mendloop pause {service}` stops drafting and publishing for the service.",
            "`autonomy: explain` in the catalog keeps mendloop from proposing changes.",
        ]
    )

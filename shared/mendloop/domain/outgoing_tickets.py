"""The words of a ticket, from allowed fields only, and never a diff."""

import re

from mendloop.domain import outgoing
from mendloop.domain.outgoing import Facts
from mendloop.domain.outgoing_autonomy import DRAFT_ONLY, would_have
from mendloop.domain.outgoing_reasons import LEADS_NOWHERE, in_words, next_action

STANDING = "Kept up to date by mendloop"
"""Heads the one section of a ticket that changes after it was filed; whoever takes it out ends that."""

_PERSON = re.compile(r"^[a-z0-9-]{1,60}$")
_SECTION = re.compile(rf"^## {STANDING}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def key(incident_id: str, fault: str, generation: int) -> str:
    """Mendloop's own key: one ticket per fault and generation, or per incident where no fault is known."""
    return f"{fault}.{generation}" if fault else incident_id


def allowed(facts: Facts, *, anybody_reads: bool, of_public_code: bool) -> Facts:
    """What may be told where the ticket goes; where anybody reads it, frames of private code are left out."""
    told = facts.model_copy(update={"public": anybody_reads})
    if not anybody_reads or of_public_code:
        return told
    hidden = {"target": "", "code_path": [], "revision": "", "last_good": "", "suspect": "", "owner": ""}
    return told.model_copy(update=hidden)


def title(facts: Facts) -> str:
    """One line."""
    place = "" if facts.public else f"{facts.service}: "
    return outgoing.title_of(f"{place}{outgoing.headline(facts)}")


def body(facts: Facts, reason: str, error: str = "", *, by: str = "", standing: str = "", earlier: str = "") -> str:
    """Why it is a ticket, what was seen, which code, what to do next.

    `error` is an error's class name, `by` the catalog name of who decided, `standing` what changes later, `earlier`
    the address of the fault's closed ticket.
    """
    person = by if _PERSON.fullmatch(by) and not facts.public else ""
    held_back = would_have(reason, target=facts.target, suspect=facts.suspect, by=person)
    asked = [f"Decided by {person}."] if person and reason == "asked_by_approver" else []
    before = [f"An earlier ticket of the same fault: {earlier}", ""] if earlier else []
    sections = [
        ("Why this is a ticket", [in_words(reason), *asked, f"Reason code: `{reason}`."]),
        ("What would have happened", [held_back]),
        ("What was observed", outgoing.observed(facts)),
        ("Where in the code", outgoing.where(facts)),
        ("What to do next", _next(error, reason)),
        ("More", [*before, *outgoing.pointer(facts)]),
    ]
    return outgoing.checked("\n".join([outgoing.document(sections), *([standing] if standing else [])]))


def comment(facts: Facts, reason: str) -> str:
    """For a ticket that another incident of the same fault filed."""
    lines = [f"Seen again ({facts.incident_id}).", in_words(reason), "", *outgoing.observed(facts)]
    return outgoing.checked("\n".join([*lines, "", *outgoing.pointer(facts)]) + "\n")


def standing(facts: Facts, seen_in: int, pull_request: str = "") -> str:
    """The section that is kept up to date: in how many incidents the fault was seen, and the pull request for it."""
    seen = f"Seen in {outgoing.plural(seen_in, 'incident')}"
    last = f", last at {facts.at:%Y-%m-%d %H:%M} UTC" if facts.at and not facts.public else ""
    lines = [f"{seen}{last}.", f"Pull request: {pull_request}" if pull_request else ""]
    return outgoing.checked(f"## {STANDING}\n\n" + "\n".join(outgoing.listed(lines)) + "\n")


def replaced(text: str, section: str) -> str | None:
    """The text with its standing section as given; None where somebody took the section out."""
    flat = text.replace("\r\n", "\n")
    return _SECTION.sub(lambda _: section, flat, count=1) if _SECTION.search(flat) else None


def _next(error: str, reason: str) -> list[str]:
    if error:
        return [f"{next_action(error)} The incident's page says what it was."]
    if reason == DRAFT_ONLY:
        return ["Open the incident's page: the approved change stands there, for whoever takes this over."]
    if reason == LEADS_NOWHERE:
        return [
            "Name the service's log group in the catalog, under `signals.log_groups`, or its function under "
            "`signals.functions`, without a wildcard; push the catalog, then `mendloop replay` the incident."
        ]
    return ["Open the incident's page, read the evidence and decide who takes it."]

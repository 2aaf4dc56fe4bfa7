"""The words of a ticket, from allowed fields only, and never a diff."""

from mendloop.domain import outgoing
from mendloop.domain.outgoing import Facts
from mendloop.domain.outgoing_autonomy import would_have
from mendloop.domain.outgoing_reasons import LEADS_NOWHERE, in_words, next_action


def key(incident_id: str, fault: str, generation: int) -> str:
    """Mendloop's own key: one ticket per fault and generation, or per incident where no fault is known."""
    return f"{fault}.{generation}" if fault else incident_id


def title(facts: Facts) -> str:
    """One line."""
    place = "" if facts.public else f"{facts.service}: "
    return outgoing.title_of(f"{place}{outgoing.headline(facts)}")


def body(facts: Facts, reason: str, error: str = "", *, by: str = "") -> str:
    """Why it is a ticket, what was seen, which code, what to do next.

    `error` is an error's class name, `by` the catalog name of who decided.
    """
    held_back = would_have(reason, target=facts.target, suspect=facts.suspect, by=by)
    return outgoing.checked(
        outgoing.document(
            [
                ("Why this is a ticket", [in_words(reason), f"Reason code: `{reason}`."]),
                ("What would have happened", [held_back]),
                ("What was observed", outgoing.observed(facts)),
                ("Where in the code", outgoing.where(facts)),
                ("What to do next", _next(error, reason)),
                ("More", outgoing.pointer(facts)),
            ]
        )
    )


def comment(facts: Facts, reason: str) -> str:
    """For a ticket that another incident of the same fault filed."""
    lines = [f"Seen again ({facts.incident_id}).", in_words(reason), "", *outgoing.observed(facts)]
    return outgoing.checked("\n".join([*lines, "", *outgoing.pointer(facts)]) + "\n")


def _next(error: str, reason: str) -> list[str]:
    if error:
        return [next_action(error)]
    if reason == LEADS_NOWHERE:
        return [
            "Name the service's log group in the catalog, under `signals.log_groups`, or its function under "
            "`signals.functions`, without a wildcard; push the catalog, then `mendloop replay` the incident."
        ]
    return ["Open the incident's page, read the evidence and decide who takes it."]

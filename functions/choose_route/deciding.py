"""What kind of answer a failure deserves: rules first, then what the mapping found. No store, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.choose_route.hypotheses import set_aside, spoken_type
from functions.choose_route.rules import RULES, Rule, citing, rule_for
from mendloop.contracts.evidence import Evidence, Fault
from mendloop.contracts.route import Answer, Route, RouteSlot
from mendloop.domain.catalog import Routing
from mendloop.domain.outgoing_reasons import LEADS_NOWHERE


@dataclass(frozen=True)
class Mapped:
    """What the mapping came to: `path::function` of the first target, the first suspect's hash; empty where none."""

    target: str = ""
    suspect: str = ""
    revision: str = ""
    suspect_at: datetime | None = None


def decide(evidence: Evidence, fault: Fault | None, mapped: Mapped, routing: Routing) -> RouteSlot:
    """One answer with what it rests on, and the hypotheses that were set aside for it.

    A rule that nothing in the evidence says is set aside too: what cannot be cited is not claimed.
    """
    rule, cited = rule_for(evidence, fault) or (None, [])
    slot = _by_rule(rule, cited) if rule and cited else _by_mapping(evidence, fault, mapped, routing)
    if not slot.citations and fault:
        slot = slot.model_copy(update={"citations": _of_fault(evidence, fault)})
    aside = set_aside(rule if cited else None, evidence, fault, RULES)
    if rule and not cited:
        aside.append(f"{rule.reason_code}: no line of the evidence says so.")
    if rule and cited and mapped.suspect:
        aside.append(f"a change of {mapped.target}: {mapped.suspect[:12]} touched it, and no change cures this.")
    return slot.model_copy(update={"summary": _summary(evidence, fault, mapped), "discarded": aside[:10]})


def _by_rule(rule: Rule, cited: list[str]) -> RouteSlot:
    return RouteSlot(
        route=Route.TICKET,
        answer=Answer.ACTION_RECOMMENDED,
        reason_code=rule.reason_code,
        reason=f"No change of the code cures this. {rule.advice}",
        citations=cited,
        action=rule.action,
    )


def _by_mapping(evidence: Evidence, fault: Fault | None, mapped: Mapped, routing: Routing) -> RouteSlot:
    """A change where own code is known to fail."""
    good = evidence.last_good_revision if evidence.deployment_failed else ""
    if fault is None and good and mapped.target and mapped.suspect:
        brought = f"it brought what came after {good[:12]}, most likely by {mapped.suspect[:12]}"
        return _change(
            reason_code="failed_deployment", reason=f"The deployment of {mapped.revision[:12]} failed; {brought}."
        )
    if fault is None:
        without = _explained(reason_code="no_trace", reason="The logs hold no stack trace to start from.")
        return _leads_nowhere(evidence) or without
    if not mapped.target:
        return _explained(reason_code="no_target", reason=_no_target(mapped))
    recent = mapped.suspect_at is None or mapped.suspect_at >= evidence.window_end - timedelta(
        days=routing.suspect_days
    )
    if mapped.suspect and recent:
        return _change(
            reason_code="recent_suspect",
            reason=f"{mapped.target} fails, and {mapped.suspect[:12]} changed it recently.",
        )
    reason = f"{mapped.target} fails; no recent commit explains it."
    if not routing.without_suspect:
        return _explained(
            reason_code="own_code", reason=f"{reason} The catalog asks for a recent commit (routing.without_suspect)."
        )
    return _change(reason_code="own_code", reason=reason)


def _leads_nowhere(evidence: Evidence) -> RouteSlot | None:
    """Says what to add to the catalog, where nothing tells which logs to read or none of them exists."""
    absent = {gap.source for gap in evidence.gaps if gap.reason.startswith("NotFound")}
    if any(f"logs {group}" not in absent for group in evidence.log_groups):
        return None
    known = f"of {', '.join(evidence.log_groups)} none exists" if evidence.log_groups else "nothing names one"
    reason = (
        f"No log group to read: {known}. Name the one that {evidence.service} writes to in the catalog, under its "
        "signals.log_groups, or its function under signals.functions, without a wildcard."
    )
    return _explained(reason_code=LEADS_NOWHERE, reason=reason)


def _change(*, reason_code: str, reason: str) -> RouteSlot:
    return RouteSlot(route=Route.CHANGE, answer=Answer.CODE_FIX, reason_code=reason_code, reason=reason)


def _explained(*, reason_code: str, reason: str) -> RouteSlot:
    return RouteSlot(route=Route.TICKET, answer=Answer.EXPLAIN_ONLY, reason_code=reason_code, reason=reason)


def _no_target(mapped: Mapped) -> str:
    if not mapped.revision:
        return "The repository could not be read, so the failure was not mapped to code."
    return "No frame of the stack trace lies in the repository."


def _of_fault(evidence: Evidence, fault: Fault) -> list[str]:
    """Lines that name the exception; the fault itself where no line is kept that does."""
    return citing(evidence, fault) or [f"fault-{fault.fingerprint[:12]}"]


def _summary(evidence: Evidence, fault: Fault | None, mapped: Mapped) -> str:
    """What happened, where, how often; from allowed fields, the same words for the same facts."""
    if fault is None:
        return f"{evidence.service} failed without a stack trace in its logs."
    times = "once" if fault.count == 1 else f"{fault.count} times"
    where = f" in {mapped.target}" if mapped.target else ""
    since = f"{fault.first_seen:%Y-%m-%d %H:%M} UTC"
    return f"{spoken_type(fault.trace)} was raised {times}{where} of {evidence.service}, first at {since}."

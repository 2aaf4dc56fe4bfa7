"""How an incident ends, as one value from what the steps left behind."""

from dataclasses import dataclass

from mendloop.contracts.approval import Action
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import IncidentState
from mendloop.contracts.publication import OutcomeKind
from mendloop.contracts.route import Route
from mendloop.domain.errors import BadEvent
from mendloop.domain.outgoing import short
from mendloop.domain.outgoing_autonomy import would_have
from mendloop.domain.outgoing_reasons import BELOW_MINIMUM, in_words, reason_code


@dataclass(frozen=True)
class Ending:
    """`subject` is what the mail's subject says; `reason` one sentence."""

    kind: OutcomeKind
    state: IncidentState
    reason_code: str
    reason: str
    subject: str
    url: str = ""
    decided_by: str = ""
    would_have: str = ""


def ending_of(execution: Execution) -> Ending:
    """BadEvent when no step has ended the incident."""
    by = execution.decision.by if execution.decision else ""
    if execution.publication:
        made = execution.publication
        kind, state = OutcomeKind.PULL_REQUEST, IncidentState.PULL_REQUEST
        return Ending(kind, state, "published", in_words("published"), "pull request opened", made.url, by)
    if execution.ticket:
        filed, code = execution.ticket, reason_code(execution.ticket.reason_code)
        kind, state = OutcomeKind.TICKET, IncidentState.TICKET
        mapped = execution.mapping
        target, suspect = (mapped.target, mapped.suspect) if mapped else ("", "")
        held_back = would_have(code, target=target, suspect=suspect, by=by)
        return Ending(kind, state, code, in_words(code), "ticket filed", filed.url, by, held_back)
    if execution.decision and execution.decision.action is Action.REJECT:
        return _closed(IncidentState.CLOSED, "rejected", in_words("rejected"), "change rejected", by)
    return _routed(execution)


def _routed(execution: Execution) -> Ending:
    route = execution.route.route if execution.route else None
    if route is Route.MERGED:
        other = execution.evidence.merged_into if execution.evidence else ""
        reason = f"Merged into {other}." if other else in_words("merged")
        return _closed(IncidentState.MERGED, "merged", reason, "merged")
    if route is Route.FIXED_ALREADY:
        commit = short(execution.mapping.fixed_in) if execution.mapping else ""
        where = f"Fixed on the default branch in {commit}, not deployed. Deploy it." if commit else ""
        return _closed(IncidentState.CLOSED, "fixed_already", where or in_words("fixed_already"), "fixed already")
    if route is Route.CLOSE and execution.route:
        code = reason_code(execution.route.reason_code)
        state = IncidentState.SKIPPED if code == BELOW_MINIMUM else IncidentState.CLOSED
        return _closed(state, code, _closing(code, execution), "closed")
    raise BadEvent("no step has ended this incident: there is nothing to announce")


def _closing(code: str, execution: Execution) -> str:
    found = execution.mapping.open_request if execution.mapping else None
    if code == "pull_request_open" and found:
        return f"Pull request {found.number} is open for this fault already: {found.url} ({found.incident_id})."
    return in_words(code)


def _closed(state: IncidentState, code: str, reason: str, subject: str, by: str = "") -> Ending:
    return Ending(OutcomeKind.CLOSED, state, code, reason, subject, decided_by=by)

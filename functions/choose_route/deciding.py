"""What kind of answer a failure deserves: rules first, then what the mapping found. No store, no clock."""

from dataclasses import dataclass

from functions.choose_route.rules import rule_for
from mendloop.contracts.evidence import Evidence, Fault
from mendloop.contracts.route import Route, RouteSlot


@dataclass(frozen=True)
class Mapped:
    """What the mapping came to: `path::function` of the first target, the first suspect's hash; empty where none."""

    target: str = ""
    suspect: str = ""
    revision: str = ""


def held_back(evidence: Evidence, fault: Fault | None) -> RouteSlot | None:
    """A ticket where the failure is of a kind that no change of this service's code cures."""
    found = rule_for(evidence, fault)
    if found is None:
        return None
    rule, cited = found
    return RouteSlot(
        route=Route.TICKET,
        reason_code=rule.reason_code,
        reason=f"No change of the code cures this. {rule.advice}",
        citations=cited,
        action=rule.action,
    )


def by_mapping(mapped: Mapped, *, traced: bool) -> RouteSlot:
    """A change where own code is known to fail. `traced`: the logs held a stack trace."""
    if not traced:
        reason = "The logs hold no stack trace to start from."
        return RouteSlot(route=Route.TICKET, reason_code="no_trace", reason=reason)
    if not mapped.target:
        return RouteSlot(route=Route.TICKET, reason_code="no_target", reason=_no_target(mapped))
    if mapped.suspect:
        reason = f"{mapped.target} fails, and {mapped.suspect[:12]} changed it recently."
        return RouteSlot(route=Route.CHANGE, reason_code="recent_suspect", reason=reason)
    reason = f"{mapped.target} fails; no recent commit explains it."
    return RouteSlot(route=Route.CHANGE, reason_code="own_code", reason=reason)


def _no_target(mapped: Mapped) -> str:
    if not mapped.revision:
        return "The repository could not be read, so the failure was not mapped to code."
    return "No frame of the stack trace lies in the repository."

"""The words of the weekly digest: per service what happened and what would have happened, in allowed fields."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from mendloop.contracts.incident import Incident, IncidentState, SignalKind
from mendloop.domain import outgoing
from mendloop.domain.catalog import Autonomy, Service

MOST_LINES = 20
"""Incidents listed per service; the rest is counted."""
_NEXT = {
    Autonomy.EXPLAIN: "Once you trust these, set `autonomy: draft`: changes are drafted and proved, none is published.",
    Autonomy.DRAFT: "Once you trust these, set `autonomy: pull_request`: what you approve is opened as a pull request.",
    Autonomy.PULL_REQUEST: "",
}


class ServiceWeek(BaseModel):
    """One service and its incidents of the time, any order."""

    model_config = ConfigDict(frozen=True)

    service: Service
    incidents: list[Incident]


def subject(start: datetime, end: datetime) -> str:
    """One line."""
    return f"[mendloop] What happened from {start:%d %b} to {end:%d %b}"


def body(weeks: Sequence[ServiceWeek], start: datetime, end: datetime, site_url: str = "") -> str:
    """A section per service; one without incidents says so, since silence could mean anything."""
    opening = f"From {start:%d %b %Y %H:%M} to {end:%d %b %Y %H:%M} UTC."
    sections = [_section(week, start, end, site_url.rstrip("/")) for week in weeks]
    return outgoing.checked("\n\n".join([opening, *sections]) + "\n")


def _section(week: ServiceWeek, start: datetime, end: datetime, site: str) -> str:
    service = week.service
    found = [
        incident
        for incident in week.incidents
        if start <= incident.opened_at < end and incident.signal.kind is not SignalKind.REHEARSAL
    ]
    if not found:
        return f"{service.name} (autonomy: {service.autonomy})\n  Nothing happened."
    found.sort(key=lambda incident: (incident.opened_at, incident.id))
    lines = [f"  {outgoing.plural(len(found), 'incident')}: {_counts(found)}"]
    lines += [line for incident in found[:MOST_LINES] for line in _incident(incident, site)]
    lines += [f"  and {len(found) - MOST_LINES} more"] if len(found) > MOST_LINES else []
    held_back = sum(bool(incident.would_have) for incident in found)
    lines += [f"  Held back by autonomy: {held_back} of {len(found)}. {_NEXT[service.autonomy]}"] if held_back else []
    return "\n".join([f"{service.name} (autonomy: {service.autonomy})", *lines])


def _counts(found: Sequence[Incident]) -> str:
    counted = Counter(incident.state for incident in found)
    return ", ".join(f"{counted[state]} {_said(state)}" for state in IncidentState if counted[state])


def _said(state: IncidentState) -> str:
    return state.value.replace("_", " ")


def _incident(incident: Incident, site: str) -> list[str]:
    what = f"{incident.signal.kind.value.replace('_', ' ')} {outgoing.code(incident.signal.resource)}"
    by_now = f", {incident.follow_up} by now" if incident.follow_up else ""
    lines = [f"  - {incident.opened_at:%d %b %H:%M} {what}: {_said(incident.state)}{by_now}. {incident.id}"]
    happened = outgoing.sentence(incident.reason)
    lines += [f"    {happened}"] if happened else []
    lines += [f"    {incident.would_have}"] if incident.would_have else []
    lines += [f"    {site}/incidents/{incident.id}"] if site else []
    return lines

"""What was before: earlier incidents of a fault, the deployment since which it is new, and errors without a trace."""

from collections.abc import Iterable, Sequence

from functions.collect_evidence.faults import Group
from functions.collect_evidence.kept import looks_failed
from functions.collect_evidence.templates import merged
from mendloop.contracts.evidence import Deployment, EarlierIncident, ErrorLines, Fault
from mendloop.contracts.incident import Incident
from mendloop.domain.fingerprint import template
from mendloop.domain.redaction import redact
from mendloop.ports import LogEvent

MAX_EARLIER = 10
MAX_TEMPLATES = 20
MAX_DISTINCT = 1_000
_LAYOUT = ("START ", "END ", "REPORT ", "INIT_START ")


def earlier_of(main: Group | None, incident: Incident, known: Iterable[Incident]) -> list[EarlierIncident]:
    """Incidents of the main fault before this one; `known` are the service's, newest first."""
    if main is None:
        return []
    same = (one for one in known if one.fault == main.fingerprint and one.id != incident.id)
    found = [
        EarlierIncident(incident_id=one.id, at=one.opened_at, state=one.state.value, reason=one.reason[:300])
        for one in same
        if one.opened_at <= incident.opened_at
    ]
    return found[:MAX_EARLIER]


def dated(fault: Fault, deployments: Sequence[Deployment], known: Iterable[Incident]) -> Fault:
    """The fault with the deployment since which it is new: nothing showed it before that."""
    before = [one for one in deployments if one.succeeded and one.at <= fault.first_seen]
    if not before:
        return fault
    last = max(before, key=lambda one: one.at)
    if any(one.fault == fault.fingerprint and one.opened_at < last.at for one in known):
        return fault
    return fault.model_copy(update={"new_since": last.what})


def errors_without_trace(events: Iterable[LogEvent]) -> list[ErrorLines]:
    """Lines that speak of a failure, those that differ in values only as one, the most frequent first."""
    groups: dict[str, ErrorLines] = {}
    for event in events:
        if event.message.startswith(_LAYOUT) or not looks_failed(event.message):
            continue
        key = template(redact(event.message.strip()[:2_000]))
        if key not in groups and len(groups) == MAX_DISTINCT:
            continue
        standing = groups.get(key) or ErrorLines(template=key, count=1, first_seen=event.at, last_seen=event.at)
        seen = {"count": standing.count + (key in groups), "last_seen": max(standing.last_seen, event.at)}
        groups[key] = standing.model_copy(update=seen)
    return merged(groups.values())[:MAX_TEMPLATES]

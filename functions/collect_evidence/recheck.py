"""An alarm that stays in ALARM fires no event for a new fault behind it: the sweep has it collected again.

Only what no earlier incident of the alarm has handled counts then; where there is nothing new, it is the same incident.
"""

from collections.abc import Iterable

from mendloop.contracts.incident import RECHECK, Incident, IncidentState


def seen_before(incident: Incident, known: Iterable[Incident]) -> frozenset[str]:
    """Faults that earlier incidents of the same alarm have; none unless this one looks again at an alarm."""
    return frozenset(one.fault for one in _before(incident, known) if one.fault)


def earlier(incident: Incident, known: Iterable[Incident]) -> Incident | None:
    """The newest incident of the same alarm before this one that handled something itself."""
    return next((one for one in _before(incident, known) if one.state is not IncidentState.MERGED), None)


def _before(incident: Incident, known: Iterable[Incident]) -> list[Incident]:
    """Newest first, as `known` is."""
    if incident.signal.source != RECHECK:
        return []
    return [
        one
        for one in known
        if one.id != incident.id
        and one.signal.place == incident.signal.place
        and one.opened_at <= incident.opened_at
        and one.state is not IncidentState.SKIPPED
    ]

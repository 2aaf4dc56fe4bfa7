"""Whether a claimed incident may start: who is excluded, who opted in, and how often."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mendloop.contracts.incident import Incident, IncidentState, Signal, SignalKind
from mendloop.domain.catalog import Catalog, Limits, Service

OWN_PREFIX = "mendloop"
AUTOSCALING_PREFIX = "TargetTracking-"
CLOCK_TOLERANCE = timedelta(minutes=15)


@dataclass(frozen=True)
class Refusal:
    """Why an incident does not start; `joins` names the incident which this occurrence belongs to."""

    reason: str
    joins: str = ""


def excluded(signal: Signal) -> str:
    """Why a signal must never start anything, or "": mendloop does not feed itself."""
    names = (signal.resource, signal.log_group.rsplit("/", 1)[-1], signal.dimensions.get("FunctionName", ""))
    if any(name == OWN_PREFIX or name.lower().startswith(f"{OWN_PREFIX}-") for name in names):
        return "it is mendloop's own"
    if signal.resource.startswith(AUTOSCALING_PREFIX) and signal.kind is SignalKind.ALARM:
        return "it is an alarm of autoscaling"
    return ""


def service_of(signal: Signal, catalog: Catalog) -> Service | None:
    """The service which opted in for this signal, or None."""
    if signal.kind is SignalKind.REHEARSAL:
        return catalog.services.get(signal.resource)
    function = signal.dimensions.get("FunctionName", "")
    if signal.kind is SignalKind.ALARM:
        named = [signal.resource, *signal.children]
        found = (catalog.service_for(alarm=name, account=signal.account) for name in named)
        return next((service for service in found if service), None) or catalog.service_for(
            function=function, account=signal.account
        )
    other = signal.dimensions.get("Application") or signal.resource
    return catalog.service_for(log_group=signal.log_group, function=function, other=other, account=signal.account)


def exempt(signal: Signal) -> bool:
    """Whether no limit counts: somebody asked for it."""
    return signal.kind is SignalKind.REHEARSAL or signal.source == "replay"


def refusal(incident: Incident, earlier: list[Incident], service: Service, now: datetime) -> Refusal | None:
    """The first limit that stands against starting, or None. `earlier`: the service's incidents, newest first."""
    signal, limits = incident.signal, service.limits
    if exempt(signal):
        return None
    others = [other for other in earlier if other.id != incident.id and other.state is not IncidentState.SKIPPED]
    return (
        _muted(signal, service, now)
        or _untimely(signal, limits, now)
        or _joined(signal, others, limits, now)
        or _cooling(signal, others, limits, now)
        or _crowded(others, limits, now)
    )


def _muted(signal: Signal, service: Service, now: datetime) -> Refusal | None:
    mute = service.muted(signal.resource, now)
    return Refusal(f"muted until {mute.until:%Y-%m-%d %H:%M %Z}: {mute.reason} (mutes)") if mute else None


def _untimely(signal: Signal, limits: Limits, now: datetime) -> Refusal | None:
    if signal.time > now + CLOCK_TOLERANCE:
        return Refusal(f"its time {signal.time:%Y-%m-%d %H:%M} lies in the future")
    if now - signal.time > timedelta(hours=limits.maximum_age_hours):
        return Refusal(f"it is older than {limits.maximum_age_hours} hours (limits.maximum_age_hours)")
    return None


def _joined(signal: Signal, others: list[Incident], limits: Limits, now: datetime) -> Refusal | None:
    """The incident that the signal opened, never one that was split off it: a redelivery must find it again."""
    since = now - timedelta(seconds=limits.debounce_seconds)
    for other in others:
        if other.signal.place == signal.place and other.opened_at > since and not _split_off(other, others):
            return Refusal(f"it repeats {other.id} within {limits.debounce_seconds} s (debounce_seconds)", other.id)
    return None


def _cooling(signal: Signal, others: list[Incident], limits: Limits, now: datetime) -> Refusal | None:
    since = now - timedelta(minutes=limits.cool_down_minutes)
    for other in (one for one in others if not _split_off(one, others)):
        if other.signal.place == signal.place and other.state.terminal and other.updated_at > since:
            return Refusal(f"{other.id} ended within {limits.cool_down_minutes} min (cool_down_minutes)", other.id)
    return None


def _crowded(others: list[Incident], limits: Limits, now: datetime) -> Refusal | None:
    started = [other for other in others if other.opened_at > now - timedelta(hours=1)]
    if len(started) >= limits.starts_per_hour:
        return Refusal(f"{len(started)} incidents of the service started within the hour (limits.starts_per_hour)")
    unfinished = [other for other in others if not other.state.terminal]
    if len(unfinished) >= limits.open_incidents:
        return Refusal(f"{len(unfinished)} incidents of the service are open (limits.open_incidents)")
    return None


def _split_off(incident: Incident, others: list[Incident]) -> bool:
    """For another fault behind the signal of an older one."""
    return any(other.id in incident.linked and other.opened_at < incident.opened_at for other in others)

"""Alarms that stay in ALARM after their incident has ended: named, and collected again on a schedule."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from mendloop.contracts.incident import RECHECK, RECHECK_EVENT, Incident, IncidentState, SignalKind
from mendloop.ports import Clock, IncidentStore, SignalQueue, Telemetry
from mendloop.timeline import note_once, told

STEP = "sweep"
EVERY = timedelta(hours=1)
UNTIL = timedelta(days=7)


def look_again(
    incident: Incident,
    incidents: IncidentStore,
    telemetry_at: Callable[[str, str], Telemetry],
    signals: SignalQueue,
    clock: Clock,
) -> bool:
    """Whether the alarm was put in again: every full hour since it went to ALARM, once, by the way of its first event.

    Its identity is the hour's, so that a second delivery starts nothing.
    """
    signal, now = incident.signal, clock.now()
    is_alarm = signal.kind is SignalKind.ALARM and signal.source != RECHECK
    if not is_alarm or incident.state is IncidentState.SKIPPED or not EVERY <= now - incident.updated_at <= UNTIL:
        return False
    alarm = telemetry_at(signal.account, signal.region).alarm(signal.resource)
    if alarm is None or alarm.state != "ALARM" or (alarm.state_since and alarm.state_since > incident.opened_at):
        return False
    since = alarm.state_since or signal.time
    due = since + (now - since) // EVERY * EVERY
    line = f"Still in ALARM at {due:%Y-%m-%d %H:%M}: collected again, since a new fault behind it fires no event"
    if told(incidents, incident.id, STEP, line):
        return False
    signals.put(json.dumps(_event(incident, due, now)))
    note_once(incidents, clock, incident.id, STEP, line)
    return True


def _event(incident: Incident, due: datetime, now: datetime) -> dict[str, object]:
    """As EventBridge would tell of the alarm, had it changed its state in the hour that is due."""
    signal = incident.signal
    metric = {"namespace": signal.namespace, "name": signal.metric, "dimensions": signal.dimensions}
    return {
        "source": RECHECK_EVENT,
        "detail-type": "CloudWatch Alarm State Change",
        "account": signal.account,
        "region": signal.region,
        "time": now.isoformat(),
        "detail": {
            "alarmName": signal.resource,
            "state": {"value": "ALARM", "timestamp": due.isoformat(), "reason": f"Still in ALARM; see {incident.id}"},
            "previousState": {"value": "ALARM"},
            "configuration": {
                "metrics": [{"metricStat": {"metric": metric}}],
                "alarmRule": " OR ".join(f'ALARM("{child}")' for child in signal.children),
            },
        },
    }

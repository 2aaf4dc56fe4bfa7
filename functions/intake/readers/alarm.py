"""CloudWatch alarms: through EventBridge, through SNS, and as an alarm's Lambda action."""

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

from functions.intake.readers.reading import (
    Event,
    Origin,
    Reading,
    Verdict,
    arn_part,
    get,
    ignored,
    items,
    need,
    need_time,
    second,
    text,
)
from mendloop.contracts.incident import Signal, SignalKind

_RULE_CHILD = re.compile(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*\"?([^\")]+?)\"?\s*\)")


def state_change(event: Event, origin: Origin) -> Reading:
    """`CloudWatch Alarm State Change`."""
    return _from_detail(event["detail"], event, origin)


def configuration_change(event: Event, origin: Origin) -> Reading:
    """`CloudWatch Alarm Configuration Change`: somebody edited the alarm, whatever state it shows."""
    operation = text(event, "detail", "operation") or "change"
    return ignored(
        SignalKind.ALARM,
        need(event, "detail", "alarmName"),
        need_time(event, "time"),
        f"configuration change: {operation}",
    )


def action(event: Event, origin: Origin) -> Reading:
    """The event of an alarm's Lambda action."""
    return _from_detail(event["alarmData"], event, origin)


def notification(event: Event, origin: Origin) -> Reading:
    """The JSON body which an alarm publishes to SNS."""
    name, time, arn = need(event, "AlarmName"), need_time(event, "StateChangeTime"), text(event, "AlarmArn")
    region = arn_part(arn, 3) or origin.region or text(event, "Region")
    metrics = _sns_metrics(get(event, "Trigger") or {})
    return _reading(
        need(event, "NewStateValue"),
        Signal(
            source=origin.source,
            kind=SignalKind.ALARM,
            account=text(event, "AWSAccountId") or origin.account,
            region=region,
            resource=name,
            time=time,
            title=f"Alarm {name} went from {text(event, 'OldStateValue') or '?'} to {need(event, 'NewStateValue')}",
            reason=text(event, "NewStateReason"),
            console_url=_console(region, name),
            children=_children(text(event, "Trigger", "AlarmRule") or text(event, "AlarmRule")),
            **metrics,
        ),
        time,
    )


def _from_detail(detail: Event, event: Event, origin: Origin) -> Reading:
    """Either of the times may be missing: the event's own, and that of the change."""
    name, state = need(detail, "alarmName"), need(detail, "state", "value")
    changed = need_time(detail, "state", "timestamp") if text(detail, "state", "timestamp") else None
    time = need_time(event, "time") if changed is None or text(event, "time") else changed
    changed = changed or time
    metrics = _metrics(items(detail, "configuration", "metrics"))
    return _reading(
        state,
        Signal(
            source=origin.source,
            kind=SignalKind.ALARM,
            account=origin.account,
            region=origin.region,
            resource=name,
            time=time,
            title=f"Alarm {name} went from {text(detail, 'previousState', 'value') or '?'} to {state}",
            reason=text(detail, "state", "reason"),
            console_url=_console(origin.region, name),
            children=_triggering(text(detail, "state", "reasonData"))
            or _children(text(detail, "configuration", "alarmRule")),
            **metrics,
        ),
        changed,
    )


def _reading(state: str, signal: Signal, changed: datetime) -> Reading:
    if state not in {"ALARM", "OK"}:
        return ignored(SignalKind.ALARM, signal.resource, signal.time, f"the alarm's state is {state}")
    recovered = state == "OK"
    return Reading(
        Verdict.RECOVERED if recovered else Verdict.SIGNAL,
        SignalKind.ALARM,
        signal.resource,
        signal.time,
        signal.title,
        ("alarm", signal.account, signal.region, signal.resource, state, second(changed)),
        signal.model_copy(update={"recovered": recovered}),
    )


def _metrics(metrics: list[Any]) -> dict[str, Any]:
    """Namespace and name of the first metric; dimensions of all metrics, merged."""
    found: dict[str, Any] = {"namespace": "", "metric": "", "dimensions": {}}
    for metric in metrics:
        stat = get(metric, "metricStat", "metric") or {}
        found["namespace"] = found["namespace"] or text(stat, "namespace")
        found["metric"] = found["metric"] or text(stat, "name")
        found["dimensions"] = {**_plain(get(stat, "dimensions")), **found["dimensions"]}
    return found


def _sns_metrics(trigger: Event) -> dict[str, Any]:
    """As `_metrics`, from the other spelling that SNS messages use."""
    stats = [get(metric, "MetricStat", "Metric") or {} for metric in items(trigger, "Metrics")] or [trigger]
    found: dict[str, Any] = {"namespace": "", "metric": "", "dimensions": {}}
    for stat in stats:
        found["namespace"] = found["namespace"] or text(stat, "Namespace")
        found["metric"] = found["metric"] or text(stat, "MetricName")
        pairs = {text(pair, "name") or text(pair, "Name"): _value(pair) for pair in items(stat, "Dimensions")}
        found["dimensions"] = {**pairs, **found["dimensions"]}
    return found


def _value(pair: Event) -> str:
    return text(pair, "value") or text(pair, "Value")


def _plain(dimensions: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in dimensions.items()} if isinstance(dimensions, dict) else {}


def _triggering(reason_data: str) -> list[str]:
    """The children that a composite alarm names as the cause."""
    try:
        data = json.loads(reason_data or "{}")
    except ValueError:
        return []
    alarms = items(data, "triggeringAlarms") if isinstance(data, dict) else []
    return [arn_part(text(alarm, "arn"), 5).removeprefix("alarm:") for alarm in alarms if isinstance(alarm, dict)]


def _children(rule: str) -> list[str]:
    return list(dict.fromkeys(arn_part(name, 5).removeprefix("alarm:") or name for name in _RULE_CHILD.findall(rule)))


def _console(region: str, name: str) -> str:
    where = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    return f"{where}#alarmsV2:alarm/{quote(name, safe='')}" if region else ""

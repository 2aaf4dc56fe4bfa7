"""From a signal to where the truth lies: log groups, the function, the window."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mendloop.contracts.incident import Signal
from mendloop.domain.catalog import Service
from mendloop.ports import AlarmDescription

MAX_LOG_GROUPS = 5
MARGIN = timedelta(minutes=2)
SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=3)
AFTERWARDS = timedelta(minutes=15)


@dataclass(frozen=True)
class Places:
    """Where to look. `cut` says what was left out."""

    log_groups: tuple[str, ...]
    function: str
    start: datetime
    end: datetime
    cut: tuple[str, ...] = ()


def find_places(signal: Signal, alarms: list[AlarmDescription], service: Service, now: datetime) -> Places:
    """The signal's own words first, then its alarms' dimensions, then what the catalog names without a wildcard."""
    dimensions = [signal.dimensions, *(alarm.dimensions for alarm in alarms)]
    functions = [each["FunctionName"].split(":")[0] for each in dimensions if each.get("FunctionName")]
    functions += [name for name in service.signals.functions if _exact(name)]
    groups = [signal.log_group] if signal.log_group else []
    groups += [each["LogGroupName"] for each in dimensions if each.get("LogGroupName")]
    groups += [f"/aws/lambda/{name}" for name in functions]
    groups += [name for name in service.signals.log_groups if _exact(name)]
    unique = list(dict.fromkeys(groups))
    left = unique[MAX_LOG_GROUPS:]
    start, end = _window(signal, alarms, now)
    return Places(
        tuple(unique[:MAX_LOG_GROUPS]),
        functions[0] if functions else _function_of(unique),
        start,
        end,
        (f"{len(left)} more log groups were not read",) if left else (),
    )


def _window(signal: Signal, alarms: list[AlarmDescription], now: datetime) -> tuple[datetime, datetime]:
    evaluated = max((timedelta(seconds=a.period_seconds * a.evaluation_periods) for a in alarms), default=SHORTEST)
    back = min(max(evaluated + MARGIN, SHORTEST), LONGEST)
    return signal.time - back, max(signal.time, min(now, signal.time + AFTERWARDS))


def _function_of(groups: list[str]) -> str:
    lambdas = [group.removeprefix("/aws/lambda/") for group in groups if group.startswith("/aws/lambda/")]
    return lambdas[0] if lambdas else ""


def _exact(pattern: str) -> bool:
    return not any(char in pattern for char in "*?[")

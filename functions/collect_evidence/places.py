"""From a signal to where the truth lies: log groups, the function or service, its deployments, the window."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mendloop.contracts.incident import Signal, SignalKind
from mendloop.domain.catalog import Service
from mendloop.ports import AlarmDescription, Deployed

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
    deployed: Deployed = field(default_factory=Deployed)
    traced: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()


def find_places(
    signal: Signal,
    alarms: list[AlarmDescription],
    service: Service,
    now: datetime,
    led_to: Sequence[str] = (),
) -> Places:
    """The signal's own words first, then its alarms' dimensions, then what the catalog names without a wildcard.

    `led_to`: log groups that the alarms' metrics and the ECS service lead to.
    """
    dimensions = [signal.dimensions, *(alarm.dimensions for alarm in alarms)]
    functions = [each["FunctionName"].split(":")[0] for each in dimensions if each.get("FunctionName")]
    functions += [name for name in service.signals.functions if _exact(name)]
    groups = [signal.log_group] if signal.log_group else []
    groups += [each["LogGroupName"] for each in dimensions if each.get("LogGroupName")]
    groups += led_to
    groups += [f"/aws/lambda/{name}" for name in functions]
    groups += [name for name in service.signals.log_groups if _exact(name)]
    unique = list(dict.fromkeys(groups))
    left = unique[MAX_LOG_GROUPS:]
    start, end = _window(signal, alarms, now)
    function = functions[0] if functions else _function_of(unique)
    cluster, ecs = ecs_service(signal, alarms, service)
    deployed = Deployed(
        function=function,
        cluster=cluster,
        ecs_service=ecs,
        application=next((each["Application"] for each in dimensions if each.get("Application")), ""),
        stack=signal.resource if signal.kind is SignalKind.CLOUDFORMATION else "",
    )
    named = (each.get("Service") for each in dimensions)
    return Places(
        log_groups=tuple(unique[:MAX_LOG_GROUPS]),
        function=function,
        start=start,
        end=end,
        deployed=deployed,
        traced=tuple(dict.fromkeys(filter(None, (function, deployed.ecs_service, *named)))),
        cut=(f"{len(left)} more log groups were not read",) if left else (),
    )


def ecs_service(signal: Signal, alarms: Sequence[AlarmDescription], service: Service) -> tuple[str, str]:
    """(cluster, service) of the signal or its alarms, else what the catalog names, which tells no cluster; or ""s."""
    for each in (signal.dimensions, *(alarm.dimensions for alarm in alarms)):
        if each.get("ClusterName") and each.get("ServiceName"):
            return each["ClusterName"], each["ServiceName"]
    return "", next((name for name in service.signals.ecs_services if _exact(name)), "")


def _window(signal: Signal, alarms: list[AlarmDescription], now: datetime) -> tuple[datetime, datetime]:
    evaluated = max((timedelta(seconds=a.period_seconds * a.evaluation_periods) for a in alarms), default=SHORTEST)
    back = min(max(evaluated + MARGIN, SHORTEST), LONGEST)
    return signal.time - back, max(signal.time, min(now, signal.time + AFTERWARDS))


def _function_of(groups: list[str]) -> str:
    lambdas = [group.removeprefix("/aws/lambda/") for group in groups if group.startswith("/aws/lambda/")]
    return lambdas[0] if lambdas else ""


def _exact(pattern: str) -> bool:
    return not any(char in pattern for char in "*?[")

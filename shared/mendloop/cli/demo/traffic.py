"""Requests to the demo's service, as its users send them."""

import json
import time

from mendloop.cli.demo.production.models import Production
from mendloop.cli.place import Place
from mendloop.domain.errors import Unavailable


def send(place: Place, production: Production) -> tuple[int, int]:
    """Healthy requests, then every failing one in turn, twice, between healthy ones: (answered, failed)."""
    failing = [*production.failing_requests, *production.failing_requests]
    healthy = list(production.healthy_requests)
    answered = failed = 0
    for request in [*healthy, *[each for bad in failing for each in (bad, healthy[0])]]:
        if _call(place, production.function_name, request):
            answered += 1
        else:
            failed += 1
    return answered, failed


def wait_for_alarm(place: Place, name: str, seconds: float) -> None:
    """Until the alarm fires by itself; Unavailable when it does not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        alarms = place.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
        if alarms and alarms[0]["StateValue"] == "ALARM":
            return
        time.sleep(0.3)
    raise Unavailable(f"the alarm {name} did not fire within {seconds:.0f} s")


def _call(place: Place, function: str, request: object) -> bool:
    answer = place.client("lambda").invoke(FunctionName=function, Payload=json.dumps(request).encode())
    return "FunctionError" not in answer

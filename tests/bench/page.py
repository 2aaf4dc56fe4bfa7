"""The approval page served, cold and warm, against a bare powertools handler on the same emulator in the same run.

The bare one reads one table and answers; the page reads its stores and is rendered whole, with the incident decided.
"""

import json
import statistics
import time
from typing import Any
from urllib.parse import urlparse

from mendloop.cli.demo.browser import Visitor
from mendloop.cli.place import Place
from tests.bench.mail import Run

RUNS, WARM_CALLS = 5, 8


def served(place: Place, approved: Run) -> dict[str, Any]:
    """Medians in seconds: the first answer of a new worker, start included, and one of a worker that runs."""
    event = _event(approved)
    took: dict[str, dict[str, list[float]]] = {name: {"cold": [], "warm": []} for name in ("bare", "page")}
    for _ in range(RUNS):  # in turn: the machine's mood changes within minutes
        for name, function, sent in (("bare", "bench-bare", {}), ("page", "mendloop-review", event)):
            cold, *warm = _answers(place, function, sent)
            took[name]["cold"].append(cold)
            took[name]["warm"] += warm
    seconds = {name: {kind: statistics.median(each) for kind, each in one.items()} for name, one in took.items()}
    return {
        "seconds": {name: {kind: round(each, 4) for kind, each in one.items()} for name, one in seconds.items()},
        "ratio": {kind: round(seconds["page"][kind] / seconds["bare"][kind], 2) for kind in ("cold", "warm")},
        "bytes": _size(place, event),
    }


def _event(approved: Run) -> dict[str, Any]:
    """The page as a browser asks for it, with the session that the mail's link was exchanged for."""
    place = approved.watcher.place
    visitor = Visitor(place.cloud.endpoint if place.cloud else "")
    visitor.get(approved.link)
    path = f"/incidents/{approved.watcher.document()['incident_id']}"
    http = {"method": "GET", "path": path}
    headers = {"host": urlparse(approved.link).netloc}
    context = {"http": http}
    return {
        "version": "2.0",
        "rawPath": path,
        "headers": headers,
        "cookies": [visitor.cookie],
        "requestContext": context,
    }


def _answers(place: Place, function: str, event: dict[str, Any]) -> list[float]:
    """Seconds of the first answer of a new worker, then of those after it."""
    functions = place.client("lambda")
    variables = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    # A changed environment ends the worker; the next event starts a new one.
    changed = {**variables, "BENCH_RUN": str(time.monotonic_ns())}
    functions.update_function_configuration(FunctionName=function, Environment={"Variables": changed})
    found = []
    for _ in range(1 + WARM_CALLS):
        began = time.monotonic()
        _invoke(place, function, event)
        found.append(time.monotonic() - began)
    return found


def _size(place: Place, event: dict[str, Any]) -> int:
    return len(_invoke(place, "mendloop-review", event)["body"].encode())


def _invoke(place: Place, function: str, event: dict[str, Any]) -> Any:
    answer = place.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    body = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer and body.get("statusCode", 200) == 200, body
    return body

"""The first answer of each Lambda in a new worker, against a bare powertools and boto3 handler with the same layer.

Both do what they do on every event, so that a function's own work counts once more when it is warm: cold minus warm is
what starting costs.
"""

import json
import statistics
import time
from typing import Any

from infra.rooms import ROOMS
from mendloop.cli.place import Place, python_version
from tests.bench.mail import ROLE, zipped
from tests.bench.replay import Events

BARE = """\
import os

import boto3
from aws_lambda_powertools import Logger, Metrics

logger, metrics = Logger(service="bare"), Metrics(namespace="bare", service="bare")


def handler(event, context):
    boto3.client("dynamodb").describe_table(TableName=os.environ["TABLE"])
    return {}
"""
RUNS = 3


def starts(place: Place, events: Events, runs: int = RUNS) -> dict[str, Any]:
    """Seconds of a cold start by room, and of the bare handler, each the median of `runs`."""
    bare, found, failed = [], {}, {}
    # Later rooms first: a room that answers again stores its documents again, and the next one would refuse them.
    for room in reversed(ROOMS):
        # Beside every room, not once at the beginning: the machine's mood changes within minutes.
        seconds, _, error = _start(place, "bench-bare", {})
        assert not error, f"the bare handler answered with {error}: nothing can be measured against it"
        bare.append(seconds)
        taken = [_start(place, room.function_name, events[room.name]) for _ in range(runs)]
        found[room.name] = (statistics.median(cold for cold, _, _ in taken), len(room.layers))
        if error := taken[-1][2]:
            failed[room.name] = error
    base = statistics.median(bare)
    return {
        "bare_seconds": round(base, 3),
        "rooms": {
            name: {"ratio": round(seconds / base, 2), "seconds": round(seconds, 3), "layers": layers}
            for name, (seconds, layers) in found.items()
        },
        "answered_with_an_error": failed,
    }


def make_bare(place: Place) -> None:
    """The function that everything is measured against."""
    functions = place.client("lambda")
    shared = functions.get_function_configuration(FunctionName="mendloop-settle-decision")["Layers"]
    functions.create_function(
        FunctionName="bench-bare",
        Runtime=f"python{python_version()}",
        Role=ROLE,
        Handler="bare.handler",
        Code={"ZipFile": zipped("bare.py", BARE)},
        Layers=[layer["Arn"] for layer in shared],
        Environment={"Variables": {"TABLE": place.outputs["DecisionsTable"]}},
        MemorySize=512,
        Timeout=30,
    )


def _start(place: Place, function: str, event: dict[str, Any]) -> tuple[float, float, str]:
    """(cold minus warm, warm, the error's class if it answered with one)."""
    functions = place.client("lambda")
    variables = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    # A changed environment ends the worker; the next event starts a new one.
    changed = {**variables, "BENCH_RUN": str(time.monotonic_ns())}
    functions.update_function_configuration(FunctionName=function, Environment={"Variables": changed})
    cold, error = _call(functions, function, event)
    warm, _ = _call(functions, function, event)
    # After an error the emulator replaces the worker: then both calls were cold, and the first one is all we know.
    return (cold if error else max(cold - warm, 0.0), warm, error)


def _call(functions: Any, function: str, event: dict[str, Any]) -> tuple[float, str]:
    began = time.monotonic()
    answer = functions.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    body = json.loads(answer["Payload"].read() or b"null")
    seconds = time.monotonic() - began
    return seconds, str(body.get("errorType", "error")) if "FunctionError" in answer else ""

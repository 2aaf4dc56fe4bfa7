"""The entry of every Lambda: settings, logging and metrics around one use case.

The class name of a raised error is what the state machine matches, so errors pass through unchanged.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import BaseModel, ValidationError

from mendloop.contracts.execution import MAX_DOCUMENT_BYTES, Execution
from mendloop.domain.errors import BadEvent, MendloopError, TooLarge
from mendloop.runtime.settings import Settings
from mendloop.runtime.wiring import Wiring

Handler = Callable[[dict[str, Any], Any], Any]


def entry(name: str) -> Callable[[Callable[[dict[str, Any], Wiring], Any]], Handler]:
    """Wrap a function of (event, wiring). The event itself is never logged: it may hold a token or production text."""

    def decorate(use_case: Callable[[dict[str, Any], Wiring], Any]) -> Handler:
        def handler(event: dict[str, Any], context: Any) -> Any:
            with reported(name):
                result = use_case(event, Wiring(Settings.read()))
            _count(name, "Completed")
            _logger(name).info("completed", request_id=getattr(context, "aws_request_id", ""))
            return result

        return handler

    return decorate


@contextmanager
def reported(name: str) -> Iterator[None]:
    """Count and log a typed error on its way up: its class and what to do, not its message, which may quote input."""
    try:
        yield
    except MendloopError as error:
        _count(name, type(error).__name__)
        _logger(name).warning("failed", error=type(error).__name__, next_action=error.next_action)
        raise


def step(name: str) -> Callable[[Callable[[Execution, Wiring], BaseModel]], Handler]:
    """Wrap a function of (execution, wiring) that returns its own slot. Input and output stay below 32 KB."""

    def decorate(use_case: Callable[[Execution, Wiring], BaseModel]) -> Handler:
        @entry(name)
        def handler(event: dict[str, Any], wiring: Wiring) -> dict[str, Any]:
            slot = use_case(read_execution(event), wiring)
            return within_limit(slot.model_dump(mode="json"), f"output of {name}")

        return handler

    return decorate


def read_execution(event: dict[str, Any]) -> Execution:
    """The execution document of a state's input; BadEvent names the fields that are wrong, TooLarge the size."""
    within_limit(event, "input")
    try:
        return Execution.model_validate(event)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, found["loc"])) for found in error.errors())
        raise BadEvent(f"not an execution document: {fields}") from error


def within_limit(document: dict[str, Any], what: str) -> dict[str, Any]:
    """The document itself, or TooLarge: the emulator has no limit where AWS fails an execution."""
    size = len(json.dumps(document).encode())
    if size > MAX_DOCUMENT_BYTES:
        raise TooLarge(f"{what} has {size} bytes, the limit is {MAX_DOCUMENT_BYTES}")
    return document


def measured(service: str, figures: Mapping[str, float]) -> None:
    """Figures of one run as metrics, beside the counts of what was completed and what failed."""
    metrics = Metrics(namespace="mendloop", service=service)
    for name, value in figures.items():
        metrics.add_metric(name=name, unit=MetricUnit.NoUnit, value=value)
    metrics.flush_metrics()


def _logger(name: str) -> Logger:
    return Logger(service=f"mendloop.{name}", level="INFO")


def _count(service: str, name: str) -> None:
    metrics = Metrics(namespace="mendloop", service=service)
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
    metrics.flush_metrics()

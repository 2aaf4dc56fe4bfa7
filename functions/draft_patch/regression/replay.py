"""First source: a request that failed in production, replayed through the service's entry point."""

import json
import pprint
from collections.abc import Iterator

from functions.draft_patch.context import DraftContext
from functions.draft_patch.regression.place import Place
from mendloop.contracts.draft import RegressionSource, RegressionTest
from mendloop.contracts.evidence import FailingRequest

_LONGEST_PAYLOAD = 20_000
_MOST_LINES = 25
_MOST_REQUESTS = 3

_TEMPLATE = '''"""A request that failed with {exception} in production, replayed."""

import logging
from types import SimpleNamespace

REQUEST = {request}

CONTEXT = SimpleNamespace(
    aws_request_id="replayed",
    function_name="replayed",
    function_version="$LATEST",
    invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:replayed",
    log_group_name="replayed",
    log_stream_name="replayed",
    memory_limit_in_mb="128",
    get_remaining_time_in_millis=lambda: 60_000,
)


def test_request_that_failed_in_production(monkeypatch):
    from {module} import {function}

    logged = []
    monkeypatch.setattr(logging.Logger, "handle", lambda self, record: logged.append(record))
    {function}(REQUEST, CONTEXT)
    # An entry point may log the failure and answer for it: the same failure all the same.
    failures = [record.exc_info[1] for record in logged if record.levelno >= logging.ERROR and record.exc_info]
    for failure in failures:
        if type(failure).__name__ == {name!r}:
            raise failure
'''
"""`Logger.handle` rather than a handler: some loggers do not propagate, and Powertools filters the root's handlers."""


def replayed(context: DraftContext, place: Place) -> Iterator[RegressionTest]:
    """One test per kept request, those of the fault itself first; nothing where the catalog names no entry point."""
    module, _, function = context.service.entry_point.partition(":")
    names = [*module.split("."), function]
    if context.service.repository.public or not all(name.isidentifier() for name in names):
        return
    for request in _requests(context):
        literal = _literal(request.payload)
        if literal is None:
            continue
        content = _TEMPLATE.format(
            exception=context.exception,
            name=context.exception.rsplit(".", 1)[-1],
            request=literal,
            module=module,
            function=function,
        )
        yield RegressionTest(
            source=RegressionSource.FAILING_REQUEST,
            path=place.path,
            content=content,
            test_id=place.node_id("test_request_that_failed_in_production"),
            reason=f"The request kept as {request.line_id} is replayed through {context.service.entry_point}.",
        )


def _requests(context: DraftContext) -> list[FailingRequest]:
    affected = set(context.fault.request_ids) if context.fault else set()
    ordered = sorted(context.evidence.requests, key=lambda request: request.request_id not in affected)
    return ordered[:_MOST_REQUESTS]


def _literal(payload: str) -> str | None:
    """The payload as a Python literal; None when it is no JSON, or too long for a test that somebody must read."""
    if len(payload) > _LONGEST_PAYLOAD:
        return None
    try:
        value = json.loads(payload, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    pretty = pprint.pformat(value, width=100, sort_dicts=False)
    if pretty.count("\n") < _MOST_LINES:
        return pretty
    return repr(value) + "  # noqa: E501"


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")

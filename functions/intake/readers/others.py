"""Lambda's failure destinations, canaries, AWS Health, and mendloop's own rehearsals."""

import json

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
    text,
)
from mendloop.contracts.incident import Signal, SignalKind
from mendloop.domain.errors import BadEvent


def lambda_destination(event: Event, origin: Origin) -> Reading:
    """A record of an asynchronous invocation, sent to an on-failure (or on-success) destination."""
    arn, time = need(event, "requestContext", "functionArn"), need_time(event, "timestamp")
    function = arn_part(arn, 5).removeprefix("function:").split(":")[0] or arn
    if text(event, "requestContext", "condition") == "Success":
        return ignored(SignalKind.LAMBDA_FAILURE, function, time, "the invocation succeeded")
    request = need(event, "requestContext", "requestId")
    signal = Signal(
        source=origin.source if origin.source == "replay" else "destination",
        kind=SignalKind.LAMBDA_FAILURE,
        account=arn_part(arn, 4) or origin.account,
        region=arn_part(arn, 3) or origin.region,
        resource=function,
        time=time,
        title=f"Asynchronous invocation of {function} failed: {need(event, 'requestContext', 'condition')}",
        reason=_answer(event)[:500],
        dimensions={"FunctionName": function},
        log_group=f"/aws/lambda/{function}",
    )
    identity = ("destination", arn, request)
    return Reading(Verdict.SIGNAL, SignalKind.LAMBDA_FAILURE, function, time, signal.title, identity, signal)


def invocation_result(event: Event, origin: Origin) -> Reading:
    """The same record wrapped by EventBridge."""
    return lambda_destination(event["detail"], origin)


def canary(event: Event, origin: Origin) -> Reading:
    """`Synthetics Canary TestRun Failure`; a successful run and a status change need nothing."""
    name, time = need(event, "detail", "canary-name"), need_time(event, "time")
    status = text(event, "detail", "test-run-status") or text(event, "detail", "current-state")
    if status != "FAILED" or "TestRun" not in text(event, "detail-type"):
        return ignored(SignalKind.CANARY, name, time, f"canary {status}")
    run = text(event, "detail", "canary-run-id") or need(event, "id")
    signal = Signal(
        source=origin.source,
        kind=SignalKind.CANARY,
        account=origin.account,
        region=origin.region,
        resource=name,
        time=time,
        title=f"Canary {name} failed",
        reason=text(event, "detail", "state-reason"),
    )
    return Reading(Verdict.SIGNAL, SignalKind.CANARY, name, time, signal.title, ("canary", name, run), signal)


def health(event: Event, origin: Origin) -> Reading:
    """`AWS Health Event`: issues only; planned changes and notifications are announcements."""
    resources = items(event, "resources")
    time, code = need_time(event, "time"), need(event, "detail", "eventTypeCode")
    resource = str(resources[0]) if resources else text(event, "detail", "service")
    closed = text(event, "detail", "statusCode") == "closed"
    if text(event, "detail", "eventTypeCategory") != "issue" or closed:
        return ignored(SignalKind.HEALTH, resource, time, f"{code}: no open issue")
    signal = Signal(
        source=origin.source,
        kind=SignalKind.HEALTH,
        account=origin.account,
        region=origin.region,
        resource=resource,
        time=time,
        title=f"AWS Health: {code}",
    )
    identity = ("health", origin.account, need(event, "detail", "eventArn"))
    return Reading(Verdict.SIGNAL, SignalKind.HEALTH, resource, time, signal.title, identity, signal)


def rehearsal(event: Event, origin: Origin) -> Reading:
    """`mendloop test-alarm SERVICE`: goes through to the mail and changes nothing."""
    if text(event, "source") != "mendloop.rehearsal":
        raise BadEvent("only mendloop itself rehearses")
    service, time = need(event, "detail", "service"), need_time(event, "time")
    signal = Signal(
        source=origin.source,
        kind=SignalKind.REHEARSAL,
        account=origin.account,
        region=origin.region,
        resource=service,
        time=time,
        title=f"Rehearsal for {service}: nothing failed",
    )
    identity = ("rehearsal", service, text(event, "id") or time.isoformat())
    return Reading(Verdict.SIGNAL, SignalKind.REHEARSAL, service, time, signal.title, identity, signal)


def not_an_outcome(event: Event, origin: Origin) -> Reading:
    """Work that a pipeline or a deployment hands to a function: no outcome, and no time."""
    job = get(event, "CodePipeline.job", "data", "actionConfiguration", "configuration") or {}
    resource = text(event, "DeploymentId") or text(job, "FunctionName")
    return ignored(SignalKind.CODEDEPLOY, resource, None, "a job to do, not an outcome")


def plain(event: Event, origin: Origin) -> Reading:
    """An event whose type is known and never tells of a failure that mendloop handles."""
    resources = items(event, "resources")
    resource = str(resources[0]).rsplit("/", 1)[-1] if resources else text(event, "source")
    return ignored(SignalKind.ECS_TASK, resource, need_time(event, "time"), text(event, "detail-type"))


def _answer(event: Event) -> str:
    answer = get(event, "responsePayload")
    return text(answer, "errorMessage") if isinstance(answer, dict) else json.dumps(answer)

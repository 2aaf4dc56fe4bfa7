"""Any AWS event → readings: one typed reader per kind, chosen by the event's own shape.

To add a kind: write a reader `(event, origin) -> Reading` in a module beside this one and name it in a table below.
"""

from collections.abc import Callable

from functions.intake.readers import alarm, deployments, logs, others
from functions.intake.readers.envelope import Unwrapped, unwrap
from functions.intake.readers.opened import opened
from functions.intake.readers.reading import Event, Origin, Reading, Verdict
from mendloop.domain.errors import BadEvent

__all__ = ["Reading", "Verdict", "opened", "read", "read_each"]

Reader = Callable[[Event, Origin], Reading]

BY_DETAIL_TYPE: dict[str, Reader] = {
    "CloudWatch Alarm State Change": alarm.state_change,
    "CloudWatch Alarm Configuration Change": alarm.configuration_change,
    "ECS Deployment State Change": deployments.ecs_deployment,
    "ECS Service Action": deployments.ecs_action,
    "ECS Task State Change": deployments.ecs_task,
    "ECS Container Instance State Change": others.plain,
    "CodeDeploy Deployment State-change Notification": deployments.codedeploy,
    "CodeDeploy Instance State-change Notification": deployments.codedeploy,
    "CodePipeline Pipeline Execution State Change": deployments.codepipeline,
    "CodePipeline Stage Execution State Change": deployments.codepipeline,
    "CodePipeline Action Execution State Change": deployments.codepipeline,
    "CodeBuild Build State Change": deployments.codebuild,
    "CodeBuild Build Phase Change": deployments.codebuild,
    "CloudFormation Stack Status Change": deployments.stack,
    "CloudFormation Resource Status Change": others.plain,
    "Synthetics Canary TestRun Failure": others.canary,
    "Synthetics Canary TestRun Successful": others.canary,
    "Synthetics Canary Status Change": others.canary,
    "AWS Health Event": others.health,
    "Lambda Function Invocation Result - Failure": others.invocation_result,
    "Lambda Function Invocation Result - Success": others.invocation_result,
    "Rehearsal": others.rehearsal,
}

BY_SHAPE: tuple[tuple[frozenset[str], Reader], ...] = (
    (frozenset({"alarmData"}), alarm.action),
    (frozenset({"AlarmName", "NewStateValue"}), alarm.notification),
    (frozenset({"awslogs"}), logs.subscription),
    (frozenset({"messageType", "logEvents"}), logs.decoded),
    (frozenset({"requestContext", "requestPayload"}), others.lambda_destination),
    (frozenset({"DeploymentId", "LifecycleEventHookExecutionId"}), others.not_an_outcome),
    (frozenset({"CodePipeline.job"}), others.not_an_outcome),
)


def read(event: object) -> list[Reading]:
    """What an event says: usually one reading, several for a batch inside it. BadEvent when nobody understands it."""
    readings, broken = read_each(event)
    if broken and not readings:
        raise broken[0]
    return readings


def read_each(event: object) -> tuple[list[Reading], list[BadEvent]]:
    """As `read`, and why parts of a batch are not understood. BadEvent when it cannot be unwrapped at all."""
    readings, broken = list[Reading](), list[BadEvent]()
    for one in unwrap(event):
        found, not_understood = _parts(one)
        readings += found
        broken += not_understood
    return readings, broken


def _parts(one: Unwrapped) -> tuple[list[Reading], list[BadEvent]]:
    if one.kinesis:
        return logs.kinesis(one.kinesis, one.origin)
    try:
        return ([], [one.broken]) if one.broken else ([_read(one)], [])
    except BadEvent as error:
        return [], [error]


def _read(one: Unwrapped) -> Reading:
    kind = one.event.get("detail-type")
    if isinstance(kind, str) and isinstance(one.event.get("detail"), dict):
        reader = BY_DETAIL_TYPE.get(kind)
        if reader is None:
            raise BadEvent(f"no reader for events of type {kind[:80]!r}")
        return reader(one.event, one.origin)
    for keys, reader in BY_SHAPE:
        if keys <= one.event.keys():
            return reader(one.event, one.origin)
    raise BadEvent(f"no reader for an event with the fields {', '.join(sorted(map(str, one.event))[:8]) or '(none)'}")

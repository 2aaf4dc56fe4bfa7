"""Deployments and builds that fail: ECS, CodeDeploy, CodePipeline, CodeBuild, CloudFormation."""

from typing import Any

from functions.intake.readers.reading import (
    Event,
    Origin,
    Reading,
    Verdict,
    arn_name,
    arn_part,
    get,
    ignored,
    items,
    need,
    need_time,
    text,
)
from mendloop.contracts.incident import DEPLOYMENT, Signal, SignalKind

_STACK_FAILURES = (
    "CREATE_FAILED",
    "UPDATE_FAILED",
    "DELETE_FAILED",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_COMPLETE",
    "IMPORT_ROLLBACK_FAILED",
)


def ecs_deployment(event: Event, origin: Origin) -> Reading:
    """`ECS Deployment State Change`. A roll-back announces itself as "in progress", with the reason."""
    service, reason = _first_resource(event), text(event, "detail", "reason")
    name = need(event, "detail", "eventName")
    failed = text(event, "detail", "eventType") == "ERROR" or name.endswith("_FAILED") or "rolling back" in reason
    return _failed_or_not(
        event,
        origin,
        failed,
        kind=SignalKind.ECS_DEPLOYMENT,
        resource=service,
        what=f"ECS deployment of {service}: {name}",
        reason=reason,
        dimensions={**_ecs(event), DEPLOYMENT: text(event, "detail", "deploymentId")},
        identity=(service, text(event, "detail", "deploymentId")),
    )


def ecs_action(event: Event, origin: Origin) -> Reading:
    """`ECS Service Action`: WARN and ERROR say that tasks cannot be placed or started."""
    service, name = _first_resource(event), need(event, "detail", "eventName")
    return _failed_or_not(
        event,
        origin,
        text(event, "detail", "eventType") in {"WARN", "ERROR"},
        kind=SignalKind.ECS_TASK,
        resource=service,
        what=f"ECS service {service}: {name}",
        reason=text(event, "detail", "reason"),
        dimensions=_ecs(event),
        identity=(service, name, need(event, "time")),
    )


def ecs_task(event: Event, origin: Origin) -> Reading:
    """`ECS Task State Change`: stopped by a failing container, a failing start or a failing health check."""
    detail = event["detail"]
    task, group = _first_resource(event), text(detail, "group")
    codes = [get(container, "exitCode") for container in items(detail, "containers")]
    stopped = text(detail, "lastStatus") == "STOPPED"
    failed = stopped and (
        any(isinstance(code, int) and code != 0 for code in codes)
        or text(detail, "stopCode") in {"TaskFailedToStart", "EssentialContainerExited"}
        and not (codes and all(code == 0 for code in codes))
    )
    service = group.removeprefix("service:") if group.startswith("service:") else ""
    return _failed_or_not(
        event,
        origin,
        failed,
        kind=SignalKind.ECS_TASK,
        resource=(service or task) if failed else task,
        what=f"ECS task {task} {'failed' if failed else text(detail, 'lastStatus')}",
        reason=text(detail, "stoppedReason"),
        dimensions={"ClusterName": arn_name(text(detail, "clusterArn")), "ServiceName": service} if service else {},
        identity=(task,),
    )


def codedeploy(event: Event, origin: Origin) -> Reading:
    """`CodeDeploy Deployment (or Instance) State-change Notification`. The resource is the application."""
    deployment, state = need(event, "detail", "deploymentId"), need(event, "detail", "state")
    return _failed_or_not(
        event,
        origin,
        state in {"FAILURE", "FAILED"},
        kind=SignalKind.CODEDEPLOY,
        resource=deployment,
        what=f"CodeDeploy deployment {deployment} of {text(event, 'detail', 'application')}: {state}",
        dimensions={"Application": text(event, "detail", "application"), DEPLOYMENT: deployment},
        identity=(deployment,),
    )


def codepipeline(event: Event, origin: Origin) -> Reading:
    """`CodePipeline Pipeline, Stage, or Action Execution State Change`: all three tell of one execution."""
    pipeline, state = need(event, "detail", "pipeline"), need(event, "detail", "state")
    return _failed_or_not(
        event,
        origin,
        state == "FAILED",
        kind=SignalKind.CODEPIPELINE,
        resource=pipeline,
        what=f"Pipeline {pipeline}: {text(event, 'detail', 'stage')} {state}",
        reason=text(event, "detail", "execution-result", "external-execution-summary"),
        identity=(pipeline, text(event, "detail", "execution-id")),
    )


def codebuild(event: Event, origin: Origin) -> Reading:
    """`CodeBuild Build State Change` and `… Phase Change`; only a finished build can have failed."""
    project, status = need(event, "detail", "project-name"), text(event, "detail", "build-status")
    return _failed_or_not(
        event,
        origin,
        status in {"FAILED", "FAULT", "TIMED_OUT"},
        kind=SignalKind.CODEBUILD,
        resource=project,
        what=f"Build of {project}: {status or text(event, 'detail', 'completed-phase-status') or 'phase change'}",
        log_group=text(event, "detail", "additional-information", "logs", "group-name"),
        identity=(project, text(event, "detail", "build-id")),
    )


def stack(event: Event, origin: Origin) -> Reading:
    """`CloudFormation Stack Status Change`."""
    stack_id, status = need(event, "detail", "stack-id"), need(event, "detail", "status-details", "status")
    name = (arn_part(stack_id, 5).split("/") + [""])[1] or stack_id
    return _failed_or_not(
        event,
        origin,
        status in _STACK_FAILURES,
        kind=SignalKind.CLOUDFORMATION,
        resource=name,
        what=f"Stack {name}: {status}",
        reason=text(event, "detail", "status-details", "status-reason"),
        identity=(stack_id, status, need(event, "time")),
    )


def _first_resource(event: Event) -> str:
    resources = items(event, "resources")
    return arn_name(str(resources[0])) if resources else ""


def _ecs(event: Event) -> dict[str, str]:
    """Cluster and service as CloudWatch names them; an ARN of the old form tells no cluster."""
    resources = items(event, "resources")
    parts = arn_part(str(resources[0]), 5).split("/") if resources else []
    return {"ClusterName": parts[1], "ServiceName": parts[2]} if len(parts) == 3 and parts[0] == "service" else {}


def _failed_or_not(
    event: Event,
    origin: Origin,
    failed: bool,
    *,
    kind: SignalKind,
    resource: str,
    what: str,
    identity: tuple[str, ...],
    **more: Any,
) -> Reading:
    time = need_time(event, "time")
    if not failed:
        return ignored(kind, resource, time, what)
    signal = Signal(
        source=origin.source,
        kind=kind,
        account=origin.account,
        region=origin.region,
        resource=resource,
        time=time,
        title=what,
        **more,
    )
    return Reading(Verdict.SIGNAL, kind, resource, time, what, (kind, origin.account, origin.region, *identity), signal)

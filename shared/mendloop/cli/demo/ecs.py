"""A service on ECS: one deployment that runs, then one that fails, told as AWS tells it."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from mendloop.adapters.aws_deployments import REVISION_VARIABLE
from mendloop.cli.demo.production.models import Production
from mendloop.cli.local_cloud import ACCOUNT, REGION
from mendloop.cli.place import Place


def deploy_and_fail(place: Place, production: Production) -> str:
    """In words. The emulator's tasks always come up: that they did not is what the event on the replay bus says."""
    ecs, name = place.client("ecs"), production.service
    ecs.create_cluster(clusterName=name)
    good, failing = (
        _task(ecs, name, revision) for revision in (production.last_good_revision, production.deployed_revision)
    )
    ecs.create_service(cluster=name, serviceName=name, taskDefinition=good, desiredCount=1)
    updated = ecs.update_service(cluster=name, service=name, taskDefinition=failing)["service"]
    deployment = next(each["id"] for each in updated["deployments"] if each["taskDefinition"] == failing)
    # What the circuit breaker does before it tells anybody.
    ecs.update_service(cluster=name, service=name, taskDefinition=good)
    entry = {
        "EventBusName": place.outputs["ReplayBusName"],
        "Source": "mendloop.replay",
        "DetailType": "Replay",
        "Detail": json.dumps({"event": _event(name, deployment)}),
    }
    place.client("events").put_events(Entries=[entry])
    return f"ECS rolls back {production.deployed_revision[:12]}; nothing logs a stack trace."


def _task(ecs: Any, name: str, revision: str) -> str:
    container = {
        "name": "service",
        "image": f"{name}:{revision[:12]}",
        "memory": 128,
        "environment": [{"name": REVISION_VARIABLE, "value": revision}],
    }
    made = ecs.register_task_definition(family=name, containerDefinitions=[container])
    return str(made["taskDefinition"]["taskDefinitionArn"])


def _event(name: str, deployment: str) -> dict[str, Any]:
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "ECS Deployment State Change",
        "source": "aws.ecs",
        "account": ACCOUNT,
        "time": now,
        "region": REGION,
        "resources": [f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/{name}/{name}"],
        "detail": {
            "eventType": "ERROR",
            "eventName": "SERVICE_DEPLOYMENT_FAILED",
            "deploymentId": deployment,
            "updatedAt": now,
            "reason": f"ECS deployment circuit breaker: rolling back {deployment}, whose tasks failed to start.",
        },
    }

"""What runs in an account, as far as it tells which service it belongs to. Reading only."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mendloop.adapters.aws_errors import translated

MOST = 200
"""Functions, and services per cluster, that are looked at."""
_BATCH = 10
_OWN = "mendloop-"


@dataclass(frozen=True)
class Running:
    """One Lambda function or ECS service."""

    kind: str
    """`function` or `ecs_service`."""
    name: str
    tags: Mapping[str, str]
    variables: Mapping[str, str]
    log_groups: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()


def running(client: Callable[[str], Any]) -> list[Running]:
    """Everything but mendloop's own, by kind and name. `client` makes one for a service's name."""
    with translated("what runs in the account"):
        alarms = _alarms(client("cloudwatch"))
        found = [*_functions(client("lambda"), alarms), *_services(client("ecs"), alarms)]
    return sorted((one for one in found if not one.name.startswith(_OWN)), key=lambda one: (one.kind, one.name))


def _alarms(client: Any) -> dict[str, list[str]]:
    """By the function or service whose metric they watch."""
    found: dict[str, list[str]] = {}
    for page in client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"]):
        for alarm in page.get("MetricAlarms", []):
            for dimension in alarm.get("Dimensions", []):
                if dimension["Name"] in {"FunctionName", "ServiceName"}:
                    found.setdefault(dimension["Value"], []).append(alarm["AlarmName"])
    return found


def _functions(client: Any, alarms: Mapping[str, list[str]]) -> Iterator[Running]:
    pages = client.get_paginator("list_functions").paginate()
    for each in islice((one for page in pages for one in page["Functions"]), MOST):
        name = each["FunctionName"]
        tags = client.list_tags(Resource=each["FunctionArn"]).get("Tags", {})
        group = each.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{name}"
        variables = each.get("Environment", {}).get("Variables", {})
        yield Running("function", name, tags, variables, (group,), tuple(alarms.get(name, ())))


def _services(client: Any, alarms: Mapping[str, list[str]]) -> Iterator[Running]:
    for cluster in client.list_clusters().get("clusterArns", []):
        pages = client.get_paginator("list_services").paginate(cluster=cluster)
        arns = list(islice((arn for page in pages for arn in page["serviceArns"]), MOST))
        for at in range(0, len(arns), _BATCH):
            asked = {"cluster": cluster, "services": arns[at : at + _BATCH], "include": ["TAGS"]}
            for each in client.describe_services(**asked).get("services", []):
                yield _service(client, each, alarms)


def _service(client: Any, each: Mapping[str, Any], alarms: Mapping[str, list[str]]) -> Running:
    task = client.describe_task_definition(taskDefinition=each["taskDefinition"])["taskDefinition"]
    containers = task.get("containerDefinitions", [])
    options = (one.get("logConfiguration", {}).get("options", {}) for one in containers)
    groups = dict.fromkeys(one["awslogs-group"] for one in options if one.get("awslogs-group"))
    variables = {pair["name"]: pair["value"] for one in containers for pair in one.get("environment", [])}
    tags = {tag["key"]: tag.get("value", "") for tag in each.get("tags", [])}
    name = each["serviceName"]
    return Running("ecs_service", name, tags, variables, tuple(groups), tuple(alarms.get(name, ())))

"""What was deployed when: Lambda's versions, ECS services, CodeDeploy. Stacks and other changes: `aws_changes`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mendloop.adapters.aws_errors import translated
from mendloop.contracts.evidence import Deployment
from mendloop.domain.errors import NotFound

REVISION_VARIABLE = "GIT_REVISION"
MAX_GROUPS = 10
BATCH = 25
"""CodeDeploy's deployments that one call may ask for."""


def of_function(client: Any, function: str) -> Iterator[Deployment]:
    """Published versions with their aliases, and `$LATEST` where it differs from them all, by their last change."""
    with translated(f"function {function}"):
        pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
        versions = [version for page in pages for version in page["Versions"]]
    if not versions:
        raise NotFound(f"the function {function} has no version, not even $LATEST")
    aliases = _aliases(client, function)
    published = {version["CodeSha256"] for version in versions if version["Version"] != "$LATEST"}
    for version in versions:
        number = version["Version"]
        if number != "$LATEST" or version["CodeSha256"] not in published:
            named = f" ({', '.join(aliases[number])})" if number in aliases else ""
            yield Deployment(
                at=datetime.fromisoformat(version["LastModified"]),
                what=f"{version['FunctionName']} version {number}{named}",
                revision=variables(version).get(REVISION_VARIABLE, ""),
            )


def _aliases(client: Any, function: str) -> dict[str, list[str]]:
    """By the version they point to."""
    with translated(f"aliases of the function {function}"):
        pages = client.get_paginator("list_aliases").paginate(FunctionName=function)
        found = [alias for page in pages for alias in page["Aliases"]]
    named: dict[str, list[str]] = {}
    for alias in found:
        for version in (alias["FunctionVersion"], *alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})):
            named.setdefault(version, []).append(alias["Name"])
    return named


def of_ecs_service(client: Any, cluster: str, service: str) -> Iterator[Deployment]:
    """The deployments which a service still knows, and the newest task definition where none of them brought that.

    A deployment that ECS rolled back is forgotten soon; its task definition stays, newer than what runs.
    """
    known = described_service(client, cluster, service).get("deployments", [])
    yield from _rolled_back(client, known)
    for deployment in known:
        task = deployment.get("taskDefinition", "").rsplit("/", 1)[-1]
        yield Deployment(
            at=deployment["createdAt"],
            what=f"ECS service {service}: {task} ({deployment.get('rolloutState') or deployment.get('status', '')})",
            revision=_task_revision(client, deployment.get("taskDefinition", "")),
            succeeded=deployment.get("rolloutState") != "FAILED",
            id=deployment.get("id", ""),
        )


def _rolled_back(client: Any, known: Sequence[Mapping[str, Any]]) -> Iterator[Deployment]:
    deployed = {each.get("taskDefinition", "") for each in known}
    for family in sorted({each.rsplit("/", 1)[-1].rsplit(":", 1)[0] for each in deployed if each}):
        with translated(f"task definitions of {family}"):
            newest = client.list_task_definitions(familyPrefix=family, sort="DESC", maxResults=1)["taskDefinitionArns"]
        for definition in set(newest) - deployed:
            described = _task(client, definition)
            yield Deployment(
                at=described.get("registeredAt") or min(each["createdAt"] for each in known),
                what=f"{definition.rsplit('/', 1)[-1]} (registered, not deployed any more)",
                revision=revision_of_task(described),
                succeeded=False,
            )


def service_log_groups(client: Any, cluster: str, service: str) -> list[str]:
    """Of the `awslogs` driver, as the service's task definition names them."""
    described = _task(client, described_service(client, cluster, service).get("taskDefinition", ""))
    containers = described.get("containerDefinitions", [])
    options = (each.get("logConfiguration", {}).get("options", {}) for each in containers)
    return list(dict.fromkeys(each["awslogs-group"] for each in options if each.get("awslogs-group")))


def described_service(client: Any, cluster: str, service: str) -> Mapping[str, Any]:
    """NotFound when there is none of that name."""
    with translated(f"ECS service {service}"):
        answer = client.describe_services(cluster=cluster or "default", services=[service])
    found: list[Mapping[str, Any]] = answer.get("services", [])
    if not found:
        raise NotFound(f"there is no ECS service {service} in the cluster {cluster or 'default'}")
    return found[0]


def _task(client: Any, definition: str) -> Mapping[str, Any]:
    with translated(f"task definition {definition}"):
        found: Mapping[str, Any] = client.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    return found


def _task_revision(client: Any, definition: str) -> str:
    return revision_of_task(_task(client, definition))


def revision_of_task(described: Mapping[str, Any]) -> str:
    """From its containers' environment; empty where none says it."""
    containers = described.get("containerDefinitions", [])
    pairs = [pair for each in containers for pair in each.get("environment", []) if pair["name"] == REVISION_VARIABLE]
    return str(pairs[0]["value"]) if pairs else ""


def of_application(client: Any, application: str, start: datetime, end: datetime) -> Iterator[Deployment]:
    """CodeDeploy's deployments to every group of the application."""
    with translated(f"CodeDeploy application {application}"):
        groups = client.list_deployment_groups(applicationName=application).get("deploymentGroups", [])
        for group in groups[:MAX_GROUPS]:
            pages = client.get_paginator("list_deployments").paginate(
                applicationName=application,
                deploymentGroupName=group,
                createTimeRange={"start": start, "end": end},
                PaginationConfig={"MaxItems": BATCH},
            )
            ids = [one for page in pages for one in page.get("deployments", [])][:BATCH]
            found = client.batch_get_deployments(deploymentIds=ids)["deploymentsInfo"] if ids else []
            yield from (_codedeploy(info, group) for info in found)


def _codedeploy(info: Mapping[str, Any], group: str) -> Deployment:
    revision = info.get("revision", {}).get("gitHubLocation", {}).get("commitId", "")
    return Deployment(
        at=info.get("completeTime") or info["createTime"],
        what=f"CodeDeploy {info.get('deploymentId', '')} to {group}: {info.get('status', '')}",
        revision=revision,
        succeeded=info.get("status") not in {"Failed", "Stopped"},
        id=info.get("deploymentId", ""),
    )


def variables(configuration: Mapping[str, Any]) -> dict[str, str]:
    """A function's environment."""
    found: dict[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return found

"""Which revision runs, from AWS's own records. The order within each record is docs/mapping.md's."""

from collections.abc import Mapping
from typing import Any

from mendloop.adapters.aws_deployments import (
    BATCH,
    MAX_GROUPS,
    REVISION_VARIABLE,
    described_service,
    revision_of_task,
    variables,
)
from mendloop.adapters.aws_errors import translated
from mendloop.adapters.aws_images import HASH, Fetch, fetch, of_image

REVISION_TAG = "mendloop:revision"

Record = tuple[str, str]
"""The revision, and where it stands; both empty where nothing is recorded."""
NOTHING: Record = ("", "")


def of_function(lambdas: Any, registry: Any, function: str, fetched: Fetch = fetch) -> Record:
    """Environment variable, tag, label of its image, its image's tag. NotFound: no such function."""
    with translated(f"function {function}"):
        answer = lambdas.get_function(FunctionName=function)
    what = f"the function {function}"
    if revision := variables(answer["Configuration"]).get(REVISION_VARIABLE, "").strip():
        return revision, f"environment variable {REVISION_VARIABLE} of {what}"
    if revision := answer.get("Tags", {}).get(REVISION_TAG, "").strip():
        return revision, f"tag {REVISION_TAG} of {what}"
    code = answer.get("Code", {})
    return of_image(registry, [code.get("ResolvedImageUri", ""), code.get("ImageUri", "")], what, fetched)


def of_ecs_service(ecs: Any, registry: Any, cluster: str, service: str, fetched: Fetch = fetch) -> Record:
    """Of its task definition: environment variable, tag, label of an image, tag of an image."""
    definition = described_service(ecs, cluster, service).get("taskDefinition", "")
    if not definition:
        return NOTHING
    with translated(f"task definition {definition}"):
        answer = ecs.describe_task_definition(taskDefinition=definition, include=["TAGS"])
    task, what = answer["taskDefinition"], f"the task definition {definition.rsplit('/', 1)[-1]} of {service}"
    if revision := revision_of_task(task).strip():
        return revision, f"environment variable {REVISION_VARIABLE} of {what}"
    tags = {tag.get("key"): tag.get("value", "") for tag in answer.get("tags", [])}
    if revision := tags.get(REVISION_TAG, "").strip():
        return revision, f"tag {REVISION_TAG} of {what}"
    images = [each.get("image", "") for each in task.get("containerDefinitions", [])]
    return of_image(registry, images, what, fetched)


def of_pipeline(client: Any, pipeline: str) -> Record:
    """The commit that CodePipeline's last successful execution began with. NotFound: no such pipeline."""
    with translated(f"pipeline {pipeline}"):
        answer = client.list_pipeline_executions(pipelineName=pipeline, maxResults=BATCH)
    for execution in answer.get("pipelineExecutionSummaries", []):
        sources = [one.get("revisionId", "") for one in execution.get("sourceRevisions", [])]
        commit = next((one for one in sources if HASH.fullmatch(one)), "")
        if execution.get("status") == "Succeeded" and commit:
            return commit, f"the last successful execution of the pipeline {pipeline}"
    return NOTHING


def of_application(client: Any, application: str) -> Record:
    """The commit of CodeDeploy's last successful deployment to any group. NotFound: no such application."""
    found: list[Mapping[str, Any]] = []
    with translated(f"CodeDeploy application {application}"):
        groups = client.list_deployment_groups(applicationName=application).get("deploymentGroups", [])
        for group in groups[:MAX_GROUPS]:
            ids = client.list_deployments(
                applicationName=application, deploymentGroupName=group, includeOnlyStatuses=["Succeeded"]
            ).get("deployments", [])[:BATCH]
            found += client.batch_get_deployments(deploymentIds=ids)["deploymentsInfo"] if ids else []
    newest = max(found, key=lambda info: info.get("completeTime") or info["createTime"], default={})
    commit = newest.get("revision", {}).get("gitHubLocation", {}).get("commitId", "")
    return (commit, f"the last successful CodeDeploy deployment of {application}") if commit else NOTHING

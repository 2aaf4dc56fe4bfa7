"""Which revision runs, from each of AWS's records: the order, what a record may look like, and what may not be read."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from mendloop.adapters import aws_revisions
from mendloop.adapters.aws_images import LABEL, of_image
from mendloop.adapters.aws_revisions import of_ecs_service, of_function
from mendloop.adapters.cloudwatch_telemetry import CloudWatchTelemetry
from mendloop.domain.errors import AccessDenied, NotFound
from mendloop.ports import Deployed
from tests.contract.test_deployments_aws import NOW, answering
from tests.fakes.house import RUNNING

REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
DIGEST = f"sha256:{'5' * 64}"
CONFIGURATION = {"config": {"digest": DIGEST, "size": 900}}
ADDRESS = "https://layers.example.com/signed"


class Registry:
    """ECR as far as it is asked: manifests by tag or digest."""

    def __init__(self, **manifests: Any) -> None:
        self.manifests: dict[str, Any] = {name.replace("_", ":"): each for name, each in manifests.items()}
        self.fetched: list[str] = []
        self.denied = False

    def batch_get_image(self, *, imageIds: list[dict[str, str]], **_: Any) -> dict[str, Any]:
        if self.denied:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "BatchGetImage")
        (wanted,) = imageIds[0].values()
        found = self.manifests.get(wanted)
        return {"images": [{"imageManifest": json.dumps(found)}] if found else []}

    def get_download_url_for_layer(self, *, layerDigest: str, **_: Any) -> dict[str, str]:
        return {"downloadUrl": f"{ADDRESS}/{layerDigest}"}

    def fetch(self, address: str) -> bytes:
        self.fetched.append(address)
        return json.dumps({"config": {"Labels": {LABEL: RUNNING}}}).encode()


def found(registry: Registry, *images: str) -> tuple[str, str]:
    return of_image(registry, list(images), "the function shop", registry.fetch)


def test_an_images_label_stands_in_the_configuration_that_its_manifest_names() -> None:
    registry = Registry(live=CONFIGURATION)
    revision, source = found(registry, f"{REGISTRY}/shop:live")
    assert (revision, registry.fetched) == (RUNNING, [f"{ADDRESS}/{DIGEST}"])
    assert source == f"label {LABEL} of the image of the function shop"


def test_an_annotation_needs_no_download() -> None:
    registry = Registry(live={**CONFIGURATION, "annotations": {LABEL: RUNNING}})
    assert found(registry, f"{REGISTRY}/shop:live")[0] == RUNNING
    assert registry.fetched == []


def test_of_an_image_for_several_platforms_the_first_real_one_is_asked() -> None:
    attestation = {"digest": f"sha256:{'1' * 64}", "platform": {"os": "unknown"}}
    arm = {"digest": f"sha256:{'2' * 64}", "platform": {"os": "linux", "architecture": "arm64"}}
    registry = Registry(live={"manifests": [attestation, arm]}, **{f"sha256_{'2' * 64}": CONFIGURATION})
    assert found(registry, f"{REGISTRY}/shop:live")[0] == RUNNING


@pytest.mark.parametrize(
    "manifest",
    [None, {}, [], {"config": None}, {"manifests": []}, {"config": {"digest": DIGEST, "size": 2_000_000}}],
)
def test_whatever_stands_in_a_registry_without_the_label_tells_nothing(manifest: Any) -> None:
    registry = Registry(live=manifest)
    assert found(registry, f"{REGISTRY}/shop:live") == ("", "")
    assert registry.fetched == []


@pytest.mark.parametrize("text", [b"\xff", b"[]", b"{}", b'{"config": null}', b'{"config": {"Labels": null}}'])
def test_a_configuration_that_is_none_tells_nothing(text: bytes) -> None:
    assert of_image(Registry(live=CONFIGURATION), [f"{REGISTRY}/shop:live"], "it", lambda _: text) == ("", "")


def test_an_image_elsewhere_is_known_by_its_tag_only() -> None:
    registry = Registry()
    assert found(registry, f"ghcr.io/acme/shop:main-{RUNNING}") == (RUNNING, "tag of the image of the function shop")
    assert found(registry, "ghcr.io/acme/shop:1234567", f"ghcr.io/acme/shop@{DIGEST}") == ("", "")


def test_where_the_registry_may_not_be_read_the_tag_counts_and_without_one_it_is_said() -> None:
    registry = Registry()
    registry.denied = True
    assert found(registry, f"{REGISTRY}/shop:{RUNNING}")[0] == RUNNING
    with pytest.raises(AccessDenied):
        found(registry, f"{REGISTRY}/shop:live")


class Lambdas:
    def __init__(self, **answer: Any) -> None:
        self.answer = {"Configuration": {}, **answer}

    def get_function(self, FunctionName: str) -> dict[str, Any]:
        return self.answer


def test_of_a_function_the_environment_then_the_tag_then_the_image() -> None:
    registry = Registry(live=CONFIGURATION, **{DIGEST.replace(":", "_"): CONFIGURATION})
    code = {"ImageUri": f"{REGISTRY}/shop:live", "ResolvedImageUri": f"{REGISTRY}/shop@{DIGEST}"}
    environment = {"Environment": {"Variables": {"GIT_REVISION": "1" * 40}}}
    everything: dict[str, Any] = {
        "Configuration": environment,
        "Tags": {"mendloop:revision": "2" * 40},
        "Code": code,
    }
    assert of_function(Lambdas(**everything), registry, "shop", registry.fetch)[0] == "1" * 40
    everything.pop("Configuration")
    assert of_function(Lambdas(**everything), registry, "shop", registry.fetch)[0] == "2" * 40
    everything.pop("Tags")
    assert registry.fetched == []
    assert of_function(Lambdas(**everything), registry, "shop", registry.fetch)[0] == RUNNING


@pytest.mark.parametrize(
    ("environment", "tags", "tag", "told"),
    [
        ("1" * 40, "2" * 40, "3" * 40, "environment variable GIT_REVISION"),
        ("", "2" * 40, "3" * 40, "tag mendloop:revision"),
        ("", "", "3" * 40, "tag of the image"),
    ],
)
def test_of_an_ecs_service_its_task_definitions_records(
    aws: None, environment: str, tags: str, tag: str, told: str
) -> None:
    ecs = boto3.client("ecs")
    ecs.create_cluster(clusterName="shop")
    container: Any = {"name": "web", "image": f"ghcr.io/acme/shop:{tag}", "memory": 128}
    container["environment"] = [{"name": "GIT_REVISION", "value": environment}] if environment else []
    tagged: Any = [{"key": "mendloop:revision", "value": tags}] if tags else []
    ecs.register_task_definition(family="web", containerDefinitions=[container], tags=tagged)
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition="web:1", desiredCount=0)
    revision, source = CloudWatchTelemetry().running_revision(Deployed(cluster="shop", ecs_service="web"))
    assert revision == (environment or tags or tag)
    assert source.startswith(told) and "web:1" in source
    with pytest.raises(NotFound):
        of_ecs_service(ecs, Registry(), "shop", "nothing")


def test_of_a_pipeline_the_last_execution_that_succeeded(monkeypatch: pytest.MonkeyPatch, aws: None) -> None:
    def ran(status: str, *revisions: str) -> dict[str, Any]:
        return {"status": status, "sourceRevisions": [{"revisionId": each} for each in revisions]}

    executions = [ran("InProgress", "1" * 40), ran("Failed", "2" * 40), ran("Succeeded", "S3.version", RUNNING)]
    questions = answering(monkeypatch, "codepipeline", {"pipelineExecutionSummaries": executions})
    revision, source = CloudWatchTelemetry().running_revision(Deployed(pipeline="shop"))
    assert revision == RUNNING and "pipeline shop" in source
    assert questions[0]["pipelineName"] == "shop"


def test_of_an_application_the_newest_success_of_any_group(monkeypatch: pytest.MonkeyPatch, aws: None) -> None:
    def made(commit: str, day: int) -> dict[str, Any]:
        location = {"revisionType": "GitHub", "gitHubLocation": {"commitId": commit}}
        return {"createTime": NOW.replace(day=day), "revision": location, "status": "Succeeded"}

    questions = answering(
        monkeypatch,
        "codedeploy",
        {"deploymentGroups": ["blue", "green"]},
        {"deployments": ["d-1"]},
        {"deploymentsInfo": [made(RUNNING, 9)]},
        {"deployments": ["d-2"]},
        {"deploymentsInfo": [made("1" * 40, 8)]},
    )
    revision, source = CloudWatchTelemetry().running_revision(Deployed(application="shop"))
    assert revision == RUNNING and "deployment of shop" in source
    assert questions[1]["includeOnlyStatuses"] == ["Succeeded"]


def test_a_pipeline_that_is_not_there_is_not_found(aws: None) -> None:
    with pytest.raises(NotFound):
        CloudWatchTelemetry().running_revision(Deployed(pipeline="nothing"))


def test_nothing_is_asked_for_nothing(aws: None) -> None:
    assert CloudWatchTelemetry().running_revision(Deployed()) == ("", "")
    assert aws_revisions.NOTHING == ("", "")

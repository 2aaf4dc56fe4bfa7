"""The sources of deployments that only AWS has, with real answers' shapes where moto answers nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from mendloop.adapters import aws_clients
from mendloop.adapters.cloudwatch_telemetry import CloudWatchTelemetry
from mendloop.contracts.evidence import Deployment
from mendloop.domain.errors import AccessDenied, MendloopError, NotFound, Throttled
from mendloop.ports import Deployed, DeploymentSource
from tests.contract.production import AwsProduction
from tests.fakes.house import FUNCTION

NOW = datetime.now(UTC).replace(microsecond=0)
START, END = NOW - timedelta(days=7), NOW + timedelta(days=1)


def asked(source: DeploymentSource, **of: str) -> list[Deployment]:
    return CloudWatchTelemetry().deployments(source, Deployed(**of), START, END)


def answering(patches: pytest.MonkeyPatch, service: str, *answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The service answers in turn, the last for ever; what was asked is returned."""
    make, left, questions = aws_clients._client, list(answers), list[dict[str, Any]]()

    def answer(parsed: dict[str, Any], params: dict[str, Any], **_: Any) -> None:
        parsed.clear()
        parsed.update(left.pop(0) if len(left) > 1 else left[0])

    def note(params: dict[str, Any], **_: Any) -> None:
        questions.append(dict(params))

    def client(name: str, session: Any = None) -> Any:
        made = make(name, session)
        if name == service:
            made.meta.events.register(f"provide-client-params.{name}", note)
            made.meta.events.register(f"before-call.{name}", lambda **_: (_Fine(), {}))
            made.meta.events.register(f"after-call.{name}", lambda parsed, **more: answer(parsed, {}, **more))
        return made

    patches.setattr(aws_clients, "_client", client)
    return questions


class _Fine:
    status_code = 200
    headers: Mapping[str, str] = {}


def test_a_functions_stack_is_known_by_its_tag(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    AwsProduction().deploy()
    assert asked(DeploymentSource.CLOUDFORMATION, function=FUNCTION) == []
    arn = boto3.client("lambda").get_function(FunctionName=FUNCTION)["Configuration"]["FunctionArn"]
    boto3.client("lambda").tag_resource(Resource=arn, Tags={"aws:cloudformation:stack-name": "shop"})
    asked_for = answering(monkeypatch, "cloudformation", {"StackEvents": [event("CREATE_COMPLETE", NOW)]})
    (found,) = asked(DeploymentSource.CLOUDFORMATION, function=FUNCTION)
    assert (found.what, found.succeeded) == ("Stack shop: CREATE_COMPLETE", True)
    assert asked_for == [{"StackName": "shop"}]


def event(status: str, at: datetime, resource: str = "arn:stack") -> dict[str, Any]:
    named = {"StackId": "arn:stack", "StackName": "shop", "PhysicalResourceId": resource}
    return {**named, "ResourceStatus": status, "Timestamp": at}


def test_a_stacks_events_are_read_page_by_page_until_they_are_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    rolled_back = event("UPDATE_ROLLBACK_COMPLETE", NOW)
    first = {"StackEvents": [rolled_back, event("UPDATE_FAILED", NOW, "arn:topic")], "NextToken": "1"}
    second = {"StackEvents": [event("UPDATE_COMPLETE", START - timedelta(days=1))], "NextToken": "2"}
    asked_for = answering(monkeypatch, "cloudformation", first, second)
    found = asked(DeploymentSource.CLOUDFORMATION, stack="shop")
    assert [(one.what, one.succeeded) for one in found] == [("Stack shop: UPDATE_ROLLBACK_COMPLETE", False)]
    assert [each.get("NextToken", "") for each in asked_for] == ["", "1"]


def test_codedeploys_deployments_to_every_group(aws: None) -> None:
    client = boto3.client("codedeploy")
    client.create_application(applicationName="shop", computePlatform="Lambda")
    for group in ("blue", "green"):
        client.create_deployment_group(applicationName="shop", deploymentGroupName=group, serviceRoleArn="arn:r")
    github: Any = {"revisionType": "GitHub", "gitHubLocation": {"repository": "a/shop", "commitId": "7" * 40}}
    client.create_deployment(applicationName="shop", deploymentGroupName="blue", revision=github)
    (found,) = asked(DeploymentSource.CODEDEPLOY, application="shop")
    assert found.what.startswith("CodeDeploy ") and " to blue: " in found.what and found.revision == "7" * 40


def test_codedeploy_tells_revision_and_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"deploymentId": "d-1", "createTime": NOW, "status": "Failed"}
    told["revision"] = {"gitHubLocation": {"commitId": "7" * 40}}
    answering(
        monkeypatch,
        "codedeploy",
        {"deploymentGroups": ["blue"]},
        {"deployments": ["d-1"]},
        {"deploymentsInfo": [told]},
    )
    (found,) = asked(DeploymentSource.CODEDEPLOY, application="shop")
    assert (found.what, found.revision, found.succeeded) == ("CodeDeploy d-1 to blue: Failed", "7" * 40, False)


def test_of_cloudtrail_only_what_changes_how_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("UpdateFunctionConfiguration20150331v2", "Invoke", "GetFunction20150331v2", "UpdateAlias20150331")
    events = [{"EventName": name, "EventTime": NOW, "Username": "dana@example.com"} for name in names]
    asked_for = answering(monkeypatch, "cloudtrail", {"Events": events[:2], "NextToken": "1"}, {"Events": events[2:]})
    found = asked(DeploymentSource.CLOUDTRAIL, function=FUNCTION)
    assert [one.what for one in found] == [f"UpdateAlias of {FUNCTION}", f"UpdateFunctionConfiguration of {FUNCTION}"]
    assert asked_for[0]["LookupAttributes"] == [{"AttributeKey": "ResourceName", "AttributeValue": FUNCTION}]
    assert "dana" not in str(found)


def test_a_deployment_that_ecs_rolled_back_is_told_by_its_task_definition(aws: None) -> None:
    ecs = boto3.client("ecs")
    ecs.create_cluster(clusterName="shop")
    for revision in ("aaaa111", "bbbb222"):
        environment = [{"name": "GIT_REVISION", "value": revision}]
        container = {"name": "web", "image": "web", "memory": 128, "environment": environment}
        ecs.register_task_definition(family="web", containerDefinitions=[container])
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition="web:1", desiredCount=0)
    of, now = Deployed(cluster="shop", ecs_service="web"), datetime.now(UTC)
    around = timedelta(hours=1)
    found = CloudWatchTelemetry().deployments(DeploymentSource.ECS, of, now - around, now + around)
    assert {one.revision: one.succeeded for one in found} == {"bbbb222": False, "aaaa111": True}


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AccessDeniedException", AccessDenied),
        ("ThrottlingException", Throttled),
        ("ResourceNotFoundException", NotFound),
    ],
)
def test_a_source_that_refuses_is_a_typed_error(
    monkeypatch: pytest.MonkeyPatch, code: str, error: type[MendloopError]
) -> None:
    def refuse(service: str, session: Any = None) -> Any:
        class Client:
            def __getattr__(self, operation: str) -> Any:
                def call(**_: Any) -> None:
                    raise ClientError({"Error": {"Code": code, "Message": "no"}}, operation)

                return call

        return Client()

    monkeypatch.setattr(aws_clients, "_client", refuse)
    for source, of in (
        (DeploymentSource.ECS, {"cluster": "shop", "ecs_service": "web"}),
        (DeploymentSource.CODEDEPLOY, {"application": "shop"}),
        (DeploymentSource.CLOUDFORMATION, {"stack": "shop"}),
        (DeploymentSource.CLOUDTRAIL, {"function": FUNCTION}),
    ):
        with pytest.raises(error):
            asked(source, **of)
    with pytest.raises(error):
        CloudWatchTelemetry().traces([FUNCTION], START, END)

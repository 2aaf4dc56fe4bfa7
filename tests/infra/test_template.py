"""Properties of the template that keep the design's promises."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.rooms import ALWAYS, BY_NAME
from tests.infra.synthesis import resources, template

OUTPUTS = (
    *("SignalsTopicArn", "SignalsQueueUrl", "StateMachineArn", "SiteUrl", "IncidentsTable", "DecisionsTable"),
    *("LedgerTable", "ArtifactsBucket", "CatalogBucket", "AuditBucket", "OperatorsTopicArn", "ApproverTopicPrefix"),
    *("DeadLettersQueueUrl", "UndeliveredQueueUrl", "LeaveToHumanName", "GithubSecret"),
    *("PauseParameter", "ReplayBusName", "DashboardName", "ReceiveSignalArn", "LinkKeysSecret"),
)


STRICT = {
    **{"audit_mode": "compliance", "audit_days": "3650"},
    **{"oidc_issuer": "https://id.example.com", "oidc_audience": "mendloop", "oidc_header": "X-Id-Token"},
    "site_url": "https://mendloop.example.com",
}
"""What a deployment may ask for beyond the defaults, synthesised once."""


def properties(kind: str, stage: str = "aws") -> dict[str, dict[str, Any]]:
    return {name: resource["Properties"] for name, resource in resources(kind, stage).items()}


def function(room: str) -> dict[str, Any]:
    names = properties("AWS::Lambda::Function").values()
    return next(found for found in names if found["FunctionName"] == BY_NAME[room].function_name)


@pytest.mark.parametrize("stage", ["aws", "local"])
def test_outputs_say_what_others_rely_on(stage: str) -> None:
    assert set(OUTPUTS) <= set(template(stage)["Outputs"])


def test_the_local_cloud_gets_the_same_kinds_but_for_the_sandboxes_network() -> None:
    def kinds(stage: str) -> set[str]:
        return {resource["Type"] for resource in template(stage)["Resources"].values()}

    assert {kind for kind in kinds("aws") - kinds("local") if not kind.startswith("AWS::EC2::")} == {
        "AWS::S3::BucketPolicy"  # encrypted transport only: the local cloud has none
    }
    assert kinds("local") <= kinds("aws")


def test_every_room_is_a_function_with_its_own_log_and_role() -> None:
    functions = properties("AWS::Lambda::Function")
    assert sorted(found["FunctionName"] for found in functions.values()) == sorted(r.function_name for r in ALWAYS)
    roles = [json.dumps(found["Role"]) for found in functions.values()]
    assert len(set(roles)) == len(roles)
    logs = {found["LogGroupName"]: found for found in properties("AWS::Logs::LogGroup").values()}
    assert {f"/aws/lambda/{room.function_name}" for room in ALWAYS} <= set(logs)
    assert all(found["RetentionInDays"] for found in logs.values())


def test_every_queue_that_is_read_has_dead_letters_and_patience() -> None:
    queues = properties("AWS::SQS::Queue")
    read = [queue for name, queue in queues.items() if "DeadLetters" not in name and "Undelivered" not in name]
    assert len(read) == 1
    for queue in read:
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
        assert queue["VisibilityTimeout"] >= 6 * function("intake")["Timeout"]
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())


def test_every_event_target_has_dead_letters() -> None:
    targets = [target for rule in properties("AWS::Events::Rule").values() for target in rule["Targets"]]
    assert targets
    assert [target for target in targets if "DeadLetterConfig" not in target] == []


def test_the_digest_is_weekly() -> None:
    (rule,) = [found for name, found in properties("AWS::Events::Rule").items() if "DigestOnMonday" in name]
    assert rule["ScheduleExpression"] == "cron(0 7 ? * MON *)"
    assert rule["Targets"][0]["Arn"]["Fn::GetAtt"][0].startswith("SendDigest")


def test_published_changes_are_followed_up_four_times_an_hour() -> None:
    (rule,) = [found for name, found in properties("AWS::Events::Rule").items() if "FollowUpNow" in name]
    assert rule["ScheduleExpression"] == "rate(15 minutes)"
    assert rule["Targets"][0]["Arn"]["Fn::GetAtt"][0].startswith("FollowUp")


def test_an_event_on_which_a_function_fails_is_kept_where_nobody_waits_for_its_answer() -> None:
    rules = [target["Arn"] for rule in properties("AWS::Events::Rule").values() for target in rule["Targets"]]
    invoked = {
        found["Fn::GetAtt"][0] for found in rules if found["Fn::GetAtt"][0] in resources("AWS::Lambda::Function")
    }
    # Logs and alarms invoke it directly, by permission.
    invoked |= {name for name in resources("AWS::Lambda::Function") if name.startswith("ReceiveSignal")}
    kept = {
        found["FunctionName"]["Ref"]: found["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
        for found in properties("AWS::Lambda::EventInvokeConfig").values()
    }
    assert set(kept) == invoked and len(invoked) == 5
    (queue,) = set(kept.values())
    assert queue.startswith("TriggersUndelivered")


def test_nothing_that_cloudwatch_or_eventbridge_must_reach_has_a_kms_key() -> None:
    for found in [*properties("AWS::SNS::Topic").values(), *properties("AWS::SQS::Queue").values()]:
        assert "KmsMasterKeyId" not in found


def test_cloudwatch_may_publish_to_the_topics_alarms_name() -> None:
    policies = json.dumps(properties("AWS::SNS::TopicPolicy"))
    assert policies.count("cloudwatch.amazonaws.com") == 2, "the signals topic and the operators'"


def test_one_topic_per_approver_and_no_filter_policy() -> None:
    names = {found.get("TopicName") for found in properties("AWS::SNS::Topic").values()}
    assert {"mendloop-approver-dana", "mendloop-approver-lee", "mendloop-operators", "mendloop-signals"} == names
    assert "FilterPolicy" not in json.dumps(properties("AWS::SNS::Subscription"))


def test_tables_can_be_restored_and_forget_what_expires() -> None:
    tables = properties("AWS::DynamoDB::Table")
    assert len(tables) == 3
    for table in tables.values():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
        assert table["SSESpecification"]["SSEEnabled"]
        assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]


def test_data_outlives_the_stack() -> None:
    for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"):
        assert all(found["DeletionPolicy"] == "Retain" for found in resources(kind).values()), kind


def test_buckets_are_private_versioned_and_reached_by_tls_only() -> None:
    buckets = properties("AWS::S3::Bucket")
    assert len(buckets) == 3
    for bucket in buckets.values():
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert json.dumps(properties("AWS::S3::BucketPolicy")).count("aws:SecureTransport") == 3


def test_audit_records_are_written_once_and_locked() -> None:
    (bucket,) = [found for name, found in properties("AWS::S3::Bucket").items() if "Audit" in name]
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Days": 400, "Mode": "GOVERNANCE"}
    (policy,) = [found for name, found in properties("AWS::S3::BucketPolicy").items() if "Audit" in name]
    denied = {each.get("Sid", ""): each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Deny"}
    assert denied["OnlyWhereNothingStands"]["Condition"]["Null"] == {"s3:if-none-match": "true"}
    assert denied["NothingIsDeleted"]["Action"] == "s3:DeleteObject"
    strict = template("aws", **STRICT)["Resources"].values()
    (locked,) = [each["Properties"] for each in strict if "ObjectLockConfiguration" in each.get("Properties", {})]
    assert locked["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Days": 3650, "Mode": "COMPLIANCE"}


def test_no_execution_data_reaches_a_log() -> None:
    (machine,) = properties("AWS::StepFunctions::StateMachine").values()
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert machine["LoggingConfiguration"]["Level"] == "ALL"


def test_the_site_is_throttled_and_its_log_holds_no_query() -> None:
    (stage,) = properties("AWS::ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] <= 10
    log = stage["AccessLogSettings"]["Format"].lower()
    assert not any(word in log for word in ("query", "requestoverride", "$context.path", "cookie", "header"))


def test_the_sandbox_has_no_way_out() -> None:
    assert function("run_tests")["VpcConfig"]
    kinds = {resource["Type"] for resource in template()["Resources"].values()}
    assert kinds.isdisjoint({"AWS::EC2::NatGateway", "AWS::EC2::InternetGateway"})
    endpoints = properties("AWS::EC2::VPCEndpoint").values()
    assert [found["VpcEndpointType"] for found in endpoints] == ["Gateway"]
    variables = function("run_tests")["Environment"]["Variables"]
    assert {name for name in variables if name.startswith("MENDLOOP_")} == {
        *("MENDLOOP_STAGE", "MENDLOOP_ARTIFACTS_BUCKET", "MENDLOOP_SANDBOX"),
    }


def test_the_safety_net_is_under_this_machine_only() -> None:
    (rule,) = [found for name, found in properties("AWS::Events::Rule").items() if name.startswith("SafetyNet")]
    assert rule["EventPattern"]["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    assert "stateMachine:mendloop-remediation" in json.dumps(rule["EventPattern"]["detail"]["stateMachineArn"])
    assert "LeaveToHuman" in json.dumps(rule["Targets"])


def test_alarms_tell_the_operators_and_are_known_as_our_own() -> None:
    alarms = properties("AWS::CloudWatch::Alarm").values()
    names = {found["AlarmName"] for found in alarms}
    assert {"mendloop-dead-letters", "mendloop-undelivered", "mendloop-executions-failed"} <= names
    assert all(name.startswith("mendloop-") for name in names)
    assert all("Operators" in json.dumps(found["AlarmActions"]) for found in alarms)


def test_who_may_invoke_the_direct_receiver() -> None:
    permissions = [
        found
        for found in properties("AWS::Lambda::Permission").values()
        if "ReceiveSignal" in json.dumps(found["FunctionName"])
    ]
    assert {found["Principal"] for found in permissions} == {
        *("logs.amazonaws.com", "lambda.alarms.cloudwatch.amazonaws.com"),
    }
    assert all(found["SourceAccount"] == {"Ref": "AWS::AccountId"} for found in permissions)


def test_cfn_lint_finds_no_error(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text(json.dumps(template()))
    lint = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run(
        [lint, "--regions", "eu-central-1", "--ignore-checks", "W", "--", file], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def routes(**context: str) -> dict[str, dict[str, Any]]:
    found = template("aws", **context)["Resources"].values()
    made = [each["Properties"] for each in found if each["Type"] == "AWS::ApiGatewayV2::Route"]
    return {each["RouteKey"]: each for each in made}


def test_operators_come_signed_and_pages_come_open() -> None:
    kinds = {key: each["AuthorizationType"] for key, each in routes().items()}
    assert kinds == {
        "ANY /{proxy+}": "NONE",
        "GET /operator/incidents/{id}": "AWS_IAM",
        "POST /operator/incidents/{id}/decision": "AWS_IAM",
    }
    assert "MENDLOOP_OIDC_CLAIM" not in function("review")["Environment"]["Variables"]


def test_an_identity_provider_stands_in_front_of_every_page_and_never_of_the_operators() -> None:
    kinds = {key: each["AuthorizationType"] for key, each in routes(**STRICT).items()}
    assert kinds.pop("ANY /{proxy+}") == "JWT" and set(kinds.values()) == {"AWS_IAM"}
    found = template("aws", **STRICT)["Resources"].values()
    (authorizer,) = [each["Properties"] for each in found if each["Type"] == "AWS::ApiGatewayV2::Authorizer"]
    assert authorizer["JwtConfiguration"] == {"Audience": ["mendloop"], "Issuer": "https://id.example.com"}
    assert authorizer["IdentitySource"] == ["$request.header.X-Id-Token"]
    (review,) = [
        each["Properties"]["Environment"]["Variables"]
        for each in found
        if each["Type"] == "AWS::Lambda::Function"
        and each["Properties"]["FunctionName"] == BY_NAME["review"].function_name
    ]
    assert review["MENDLOOP_OIDC_CLAIM"] == "sub"

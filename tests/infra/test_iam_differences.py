"""What the emulator's IAM would not notice is held here, on the template for a real account.

`tests/e2e/differences.py` lists those differences and names the test that guards each.
"""

import json
from importlib import import_module
from typing import Any

import pytest

from infra.constructs.triggers import NOBODY_WAITS
from infra.rooms import ALWAYS, BY_NAME
from tests.infra.synthesis import definition, resources
from tests.infra.test_findings import listed, roles_of, statements
from tests.privilege.unmissed import UNMISSED, Unmissed

TOKENS = {"states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"}
LOGS = {"logs:FilterLogEvents", "logs:GetLogEvents", "logs:DescribeLogStreams"}


def granted(*actions: str, stage: str = "aws") -> list[dict[str, Any]]:
    """Statements which allow one of these."""
    wanted = set(actions)
    return [
        statement
        for resource in resources("AWS::IAM::Policy", stage).values()
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and wanted & set(listed(statement["Action"]))
    ]


def flat(value: Any) -> str:
    """A resource as text, its references as `<Name>`."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "".join(flat(part) for part in value["Fn::Join"][1])
    named = value.get("Ref") or value["Fn::GetAtt"][0]
    return f"<{named}>"


def of_role(title: str) -> list[dict[str, Any]]:
    """The statements of a role, by how its logical id begins."""
    role = next(name for name in resources("AWS::IAM::Role") if name.startswith(title))
    return [statement for policy, statement in statements() if {"Ref": role} in roles_of(policy)]


def test_log_groups_are_granted_in_both_forms() -> None:
    found = [flat(resource) for each in granted(*LOGS) for resource in listed(each["Resource"])]
    assert found and all(resource.endswith(":log-group:*") for resource in found)


def test_no_role_rests_on_the_metric_namespace() -> None:
    assert not granted("cloudwatch:PutMetricData")
    assert "cloudwatch:namespace" not in json.dumps(resources("AWS::IAM::Policy"))


def test_tokens_are_answered_for_one_state_machine() -> None:
    found = {flat(resource) for each in granted(*TOKENS) for resource in listed(each["Resource"])}
    assert len(found) == 1 and found.pop().endswith(":stateMachine:mendloop-remediation")
    assert {resource for each in granted(*TOKENS, stage="local") for resource in listed(each["Resource"])} == {"*"}


def test_whoever_reads_objects_that_may_be_missing_may_list() -> None:
    """The sandbox alone may not: its job is always there, and a list would tell it of other incidents."""
    buckets = resources("AWS::S3::Bucket")
    for room in ALWAYS:
        mine = of_role(f"{room.title}Role")
        objects = {
            flat(r) for each in mine if "s3:GetObject" in listed(each["Action"]) for r in listed(each["Resource"])
        }
        lists = {
            flat(r) for each in mine if "s3:ListBucket" in listed(each["Action"]) for r in listed(each["Resource"])
        }
        read = {f"<{name}>" for name in buckets if any(f"<{name}>" in resource for resource in objects)}
        assert lists == (set() if room.name == "run_tests" else read), room.name


def test_the_state_machine_may_invoke_each_of_its_functions_and_no_other() -> None:
    states = definition()["States"].values()
    words = json.dumps([[state.get("Resource"), state.get("Parameters")] for state in states])
    functions = resources("AWS::Lambda::Function")
    called = {name for name, found in functions.items() if f':{found["Properties"]["FunctionName"]}"' in words}
    allowed = {
        flat(resource).removesuffix(":*").strip("<>")
        for each in of_role("WorkflowRemediation")
        if "lambda:InvokeFunction" in listed(each["Action"])
        for resource in listed(each["Resource"])
    }
    assert called and allowed == called


def test_every_rule_may_send_to_its_queues() -> None:
    sends = {
        (flat(statement["Condition"]["ArnEquals"]["aws:SourceArn"]), flat(statement["Resource"]))
        for policy in resources("AWS::SQS::QueuePolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "events.amazonaws.com"}
        and "sqs:SendMessage" in listed(statement["Action"])
    }
    queues = {f"<{name}>" for name in resources("AWS::SQS::Queue")}
    for name, rule in resources("AWS::Events::Rule").items():
        for target in rule["Properties"]["Targets"]:
            reached = {flat(target["Arn"]), flat(target["DeadLetterConfig"]["Arn"])} & queues
            assert reached and {(f"<{name}>", queue) for queue in reached} <= sends, name


def test_every_function_may_write_its_own_log() -> None:
    for room in ALWAYS:
        (own,) = [each for each in of_role(f"{room.title}Role") if "logs:PutLogEvents" in listed(each["Action"])]
        group = f":log-group:/aws/lambda/{room.function_name}"
        ends = sorted(flat(resource).split(group)[1] for resource in listed(own["Resource"]))
        assert ends == ["", ":log-stream:*"] and "logs:CreateLogStream" in listed(own["Action"]), room.name


def test_intake_may_read_its_queue() -> None:
    (mapping,) = resources("AWS::Lambda::EventSourceMapping").values()
    queue = flat(mapping["Properties"]["EventSourceArn"])
    (found,) = [each for each in of_role("IntakeRole") if "sqs:ReceiveMessage" in listed(each["Action"])]
    assert {"sqs:DeleteMessage", "sqs:GetQueueAttributes"} <= set(found["Action"])
    assert [flat(resource) for resource in listed(found["Resource"])] == [queue]


def test_secrets_are_read_by_whoever_asks_for_them() -> None:
    """Whoever builds the adapters of the code host and of the model, and nobody else."""
    for need, name in (("code_host", "mendloop/github"), ("model", "mendloop/model")):
        readers = {
            room.name
            for room in ALWAYS
            for each in of_role(f"{room.title}Role")
            if "secretsmanager:GetSecretValue" in listed(each["Action"])
            and any(flat(resource).endswith(f":secret:{name}-??????") for resource in listed(each["Resource"]))
        }
        assert readers == {room.name for room in ALWAYS if need in room.needs}, need


def test_whoever_reads_telemetry_may_read_traces_and_deployments() -> None:
    """Each call of `aws_deployments`, `aws_changes`, `aws_revisions` and `xray_traces`, by its name in IAM."""
    revision = {
        "ecs:DescribeTaskDefinition": "*",
        "ecs:DescribeServices": ":service/*",
        "ecr:BatchGetImage": ":repository/*",
        "ecr:GetDownloadUrlForLayer": ":repository/*",
        "codedeploy:ListDeploymentGroups": ":application:*",
        "codedeploy:ListDeployments": ":deploymentgroup:*",
        "codedeploy:BatchGetDeployments": ":deploymentgroup:*",
        "codepipeline:ListPipelineExecutions": ":*",
        "lambda:GetFunction": ":function:*",
        "lambda:ListTags": ":function:*",
    }
    calls = revision | {
        "xray:GetTraceSummaries": "*",
        "xray:BatchGetTraces": "*",
        "cloudtrail:LookupEvents": "*",
        "ecs:ListTaskDefinitions": "*",
        "cloudformation:DescribeStackEvents": ":stack/*",
        "logs:DescribeMetricFilters": "*",
        "lambda:ListAliases": ":function:*",
    }
    for room in ALWAYS:
        mine = of_role(f"{room.title}Role")
        granted_here = {
            action: flat(each["Resource"])
            for each in mine
            for action in listed(each["Action"])
            if action in calls and isinstance(each["Resource"], (str, dict))
        }
        wanted = calls if "telemetry" in room.needs else revision if "revision" in room.needs else {}
        assert set(granted_here) == set(wanted), room.name
        assert all(resource.endswith(calls[action]) for action, resource in granted_here.items()), room.name


def test_the_ledger_may_do_what_its_transactions_hold() -> None:
    """A reservation puts and updates, a settlement updates; what was spent is read."""
    (ledger,) = [name for name in resources("AWS::DynamoDB::Table") if "Ledger" in name]
    for room in ALWAYS:
        mine = of_role(f"{room.title}Role")
        found = [set(each["Action"]) for each in mine if f"<{ledger}>" in map(flat, listed(each["Resource"]))]
        calls = {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"}
        assert found == ([calls] if "ledger" in room.needs else []), room.name


def test_who_only_asks_what_was_decided_can_decide_nothing() -> None:
    (decisions,) = [name for name in resources("AWS::DynamoDB::Table") if "Decisions" in name]
    read = {"dynamodb:GetItem", "dynamodb:Query"}
    wanted = {"decisions": [{*read, "dynamodb:PutItem"}], "decisions_read": [read]}
    for room in ALWAYS:
        mine = of_role(f"{room.title}Role")
        found = [set(each["Action"]) for each in mine if f"<{decisions}>" in map(flat, listed(each["Resource"]))]
        assert found == next((wanted[need] for need in room.needs if need in wanted), []), room.name


def test_whatever_nobody_waits_for_may_be_handed_on() -> None:
    for name in NOBODY_WAITS:
        mine = of_role(f"{BY_NAME[name].title}Role")
        queues = [flat(each["Resource"]) for each in mine if "sqs:SendMessage" in listed(each["Action"])]
        assert [queue for queue in queues if "Undelivered" in queue], name


def test_whoever_puts_signals_in_may_send_them() -> None:
    for room in ALWAYS:
        mine = [each for each in of_role(f"{room.title}Role") if "sqs:SendMessage" in listed(each["Action"])]
        queues = [flat(resource) for each in mine for resource in listed(each["Resource"])]
        assert any("Signals" in queue for queue in queues) == ("queue" in room.needs), room.name


def test_whoever_alerts_may_publish_to_the_operators() -> None:
    for room in ALWAYS:
        mine = [each for each in of_role(f"{room.title}Role") if "sns:Publish" in listed(each["Action"])]
        to_operators = [each for each in mine if any("Operators" in flat(one) for one in listed(each["Resource"]))]
        assert bool(to_operators) == ("alert" in room.needs), room.name


def test_the_sweep_may_send_what_was_held_and_watch_mailboxes() -> None:
    """A digest is a mail, holds links, and every link is written down before."""
    mine = of_role("SweepRole")
    allowed = {
        action: flat(one) for each in mine for action in listed(each["Action"]) for one in listed(each["Resource"])
    }
    assert allowed["sns:ListSubscriptionsByTopic"].endswith(":mendloop-approver-*")
    assert "LinkKeys" in allowed["secretsmanager:GetSecretValue"]
    assert "Audit" in allowed["s3:PutObject"] and allowed["s3:PutObject"].endswith("/incidents/*")


def test_the_audit_trail_is_added_to_by_four_rooms_and_deleted_by_none() -> None:
    writers = {
        room.name
        for room in ALWAYS
        for each in of_role(f"{room.title}Role")
        if "s3:PutObject" in listed(each["Action"]) and any("Audit" in flat(one) for one in listed(each["Resource"]))
    }
    assert writers == {"request_approval", "settle_decision", "review", "sweep"}
    assert not granted("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention")


def test_the_sweep_may_invoke_the_safety_net_and_nothing_else() -> None:
    for room in ALWAYS:
        mine = [each for each in of_role(f"{room.title}Role") if "lambda:InvokeFunction" in listed(each["Action"])]
        invoked = [flat(one).rpartition(":")[2] for each in mine for one in listed(each["Resource"])]
        assert invoked == (["mendloop-leave-to-human"] if "safety_net" in room.needs else []), room.name
    (net,) = [room.name for room in ALWAYS if "safety_net" in room.needs]
    assert net == "sweep"


@pytest.mark.parametrize("each", UNMISSED, ids=lambda each: f"{each.action} {each.resource}".strip())
def test_each_statement_that_no_other_test_misses_has_a_guard(each: Unmissed) -> None:
    module, _, test = each.guard.partition("::")
    assert each.reason and callable(getattr(import_module(module), test))
    assert granted(each.action), "nothing grants this any more"

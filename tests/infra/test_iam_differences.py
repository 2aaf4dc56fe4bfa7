"""What the emulator's IAM would not notice is held here, on the template for a real account.

`tests/e2e/differences.py` lists those differences and names the test that guards each.
"""

import json
from typing import Any

from infra.rooms import ROOMS
from tests.infra.synthesis import definition, resources
from tests.infra.test_findings import listed, roles_of, statements

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
    for room in ROOMS:
        mine = of_role(f"{room.title}Role")
        objects = {flat(r) for each in mine if "s3:GetObject" in listed(each["Action"]) for r in listed(each["Resource"])}
        lists = {flat(r) for each in mine if "s3:ListBucket" in listed(each["Action"]) for r in listed(each["Resource"])}
        read = {f"<{name}>" for name in buckets if any(f"<{name}>" in resource for resource in objects)}
        assert lists == (set() if room.name == "run_tests" else read), room.name


def test_the_state_machine_may_invoke_each_of_its_functions_and_no_other() -> None:
    states = definition()["States"].values()
    words = json.dumps([[state.get("Resource"), state.get("Parameters")] for state in states])
    functions = resources("AWS::Lambda::Function")
    called = {name for name, found in functions.items() if f":{found['Properties']['FunctionName']}\"" in words}
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
    for room in ROOMS:
        (own,) = [each for each in of_role(f"{room.title}Role") if "logs:PutLogEvents" in listed(each["Action"])]
        group = f":log-group:/aws/lambda/{room.function_name}"
        ends = sorted(flat(resource).split(group)[1] for resource in listed(own["Resource"]))
        assert ends == ["", ":log-stream:*"] and "logs:CreateLogStream" in listed(own["Action"]), room.name

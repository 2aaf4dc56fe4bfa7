"""Least privilege, and cdk-nag's rules, on the template for a real account."""

import json
from typing import Any

from mendloop.cli.deployment import App, synthesise
from mendloop.cli.toolbox import Toolbox
from tests.infra.synthesis import ROOT, resources, template

ON_EVERYTHING = {
    "xray:PutTraceSegments": "X-Ray knows no resource",
    "xray:PutTelemetryRecords": "X-Ray knows no resource",
    "xray:GetSamplingRules": "X-Ray knows no resource; granted to the state machine by CDK",
    "xray:GetSamplingTargets": "X-Ray knows no resource; granted to the state machine by CDK",
    "logs:CreateLogDelivery": "log delivery knows no resource; the state machine's own log",
    "logs:GetLogDelivery": "log delivery knows no resource; the state machine's own log",
    "logs:UpdateLogDelivery": "log delivery knows no resource; the state machine's own log",
    "logs:DeleteLogDelivery": "log delivery knows no resource; the state machine's own log",
    "logs:ListLogDeliveries": "log delivery knows no resource; the state machine's own log",
    "logs:PutResourcePolicy": "log delivery knows no resource; the state machine's own log",
    "logs:DescribeResourcePolicies": "log delivery knows no resource; the state machine's own log",
    "logs:DescribeLogGroups": "listing knows no resource",
    "cloudwatch:DescribeAlarms": "composite alarms are described to this scope only; reading",
    "cloudwatch:GetMetricData": "metrics know no resource; reading",
    "logs:DescribeMetricFilters": "asked by metric, it is looked for in all log groups; reading",
    "xray:GetTraceSummaries": "X-Ray knows no resource; reading",
    "xray:BatchGetTraces": "X-Ray knows no resource; reading",
    "cloudtrail:LookupEvents": "CloudTrail's look-up knows no resource; reading",
    "ecs:DescribeTaskDefinition": "task definitions are described to this scope only; reading",
    "ecs:ListTaskDefinitions": "task definitions are listed to this scope only; reading",
}
"""The only actions that may be granted on `*`, each with its reason."""


def statements(kind: str = "AWS::IAM::Policy") -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name, resource in resources(kind).items():
        documents = [resource["Properties"]["PolicyDocument"]] if kind != "AWS::IAM::Role" else []
        documents += [policy["PolicyDocument"] for policy in resource["Properties"].get("Policies", [])]
        found += [(name, statement) for document in documents for statement in document["Statement"]]
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_no_role_may_do_everything() -> None:
    actions = [action for _, statement in statements() for action in listed(statement["Action"])]
    assert actions
    assert [action for action in actions if "*" in action] == []


def test_everything_is_a_resource_only_for_listed_actions() -> None:
    granted = {
        action
        for _, statement in statements()
        if statement["Effect"] == "Allow" and "*" in listed(statement["Resource"])
        for action in listed(statement["Action"])
    }
    assert granted == set(ON_EVERYTHING)


def test_the_sandbox_may_touch_one_prefix_and_its_own_log_only() -> None:
    role = next(name for name in resources("AWS::IAM::Role") if name.startswith("RunTests"))
    mine = [statement for policy, statement in statements() if {"Ref": role} in roles_of(policy)]
    allowed = {a for s in mine if s["Effect"] == "Allow" for a in listed(s["Action"])}
    assert allowed == {"s3:GetObject", "s3:PutObject", "logs:CreateLogStream", "logs:PutLogEvents"}
    (denied,) = [statement for statement in mine if statement["Effect"] == "Deny"]
    assert "ec2:CreateNetworkInterface" in denied["Action"], "what Lambda needs, the code in it must not have"
    (objects,) = [statement["Resource"] for statement in mine if "s3:GetObject" in listed(statement["Action"])]
    assert json.dumps(objects).count("/sandbox/*") == 1


def roles_of(policy: str) -> list[Any]:
    return list(resources("AWS::IAM::Policy")[policy]["Properties"]["Roles"])


def test_only_await_decision_review_and_sweep_may_wake_an_execution() -> None:
    waking = {name for name, statement in statements() if "states:SendTaskSuccess" in listed(statement["Action"])}
    assert sorted(name.split("RoleDefault")[0] for name in waking) == ["AwaitDecision", "Review", "Sweep"]


def test_decisions_are_never_deleted() -> None:
    actions = {action for _, statement in statements() for action in listed(statement["Action"])}
    assert not {action for action in actions if "Delete" in action and action.startswith("dynamodb:")}


def test_nag_has_no_unanswered_finding_and_every_answer_a_reason() -> None:
    template()
    context = {"stage": "aws", "bundles": "none", "approvers": "dana,lee", "nag": "true"}
    assembly = synthesise(Toolbox(ROOT), App("infra.app", context))
    (report,) = json.loads((assembly / "validation-report.json").read_text())["pluginReports"]
    assert (report["conclusion"], report["violations"]) == ("success", [])
    assert report["suppressedViolations"], "the rules were really run"

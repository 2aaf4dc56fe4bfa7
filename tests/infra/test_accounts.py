"""Other accounts: who may send events, what of them is a signal, what may be read there; nothing when none is named."""

import json
from typing import Any

import pytest

from infra import source_account
from infra.constructs.triggers import PATTERNS
from infra.options import Options
from infra.rooms import BY_NAME, ROOMS
from infra.source_account import read
from mendloop.cli.deployment import App, synthesise
from mendloop.cli.place import STACK
from mendloop.cli.toolbox import Toolbox
from tests.infra.synthesis import ROOT, template
from tests.infra.test_findings import listed
from tests.infra.test_iam_differences import flat

ONE, OTHER, CENTRAL = "111122223333", "444455556666", "777788889999"
READERS = ("CollectEvidence", "MapCode", "Sweep", "FollowUp")


def found(kind: str, **context: str) -> dict[str, dict[str, Any]]:
    resources = template("aws", **context)["Resources"]
    return {name: each["Properties"] for name, each in resources.items() if each["Type"] == kind}


def source(**context: str) -> dict[str, Any]:
    chosen = {"mendloop_account": CENTRAL, "mendloop_region": "eu-central-1", **context}
    assembly = synthesise(Toolbox(ROOT), App("infra.source_account", chosen))
    resources: dict[str, Any] = json.loads((assembly / "mendloop-source.template.json").read_text())["Resources"]
    return resources


def test_without_accounts_nobody_elses_event_comes_in_and_no_role_is_assumed() -> None:
    assert not found("AWS::Events::EventBusPolicy")
    assert "sts:AssumeRole" not in json.dumps(found("AWS::IAM::Policy"))
    assert "READ_ROLE" not in json.dumps(found("AWS::Lambda::Function"))


def test_each_account_may_put_events_to_the_bus_and_nothing_else() -> None:
    policies = found("AWS::Events::EventBusPolicy", source_accounts=f"{ONE}, {OTHER}").values()
    statements = [policy["Statement"] for policy in policies]
    assert {each["Action"] for each in statements} == {"events:PutEvents"}
    assert sorted(flat(each["Principal"]["AWS"]).split(":")[-2] for each in statements) == [ONE, OTHER]
    assert {flat(policy["EventBusName"]).strip("<>") for policy in policies} == {
        name for name, bus in found("AWS::Events::EventBus", source_accounts=ONE).items() if "accounts" in bus["Name"]
    }


def test_the_same_events_are_signals_there_as_here_but_only_of_these_accounts() -> None:
    rules = found("AWS::Events::Rule", source_accounts=f"{ONE},{OTHER}")
    there = [rule for name, rule in rules.items() if name.startswith("SourceAccounts")]
    patterns = [{**pattern, "account": [ONE, OTHER]} for pattern in PATTERNS.values()]
    assert sorted(json.dumps(rule["EventPattern"], sort_keys=True) for rule in there) == sorted(
        json.dumps(pattern, sort_keys=True) for pattern in patterns
    )
    here = next(rule for name, rule in rules.items() if name.startswith("TriggersAlarmFires"))
    assert all(rule["Targets"][0]["Arn"] == here["Targets"][0]["Arn"] for rule in there)
    assert all("DeadLetterConfig" in rule["Targets"][0] for rule in there)


def test_only_the_readers_may_assume_the_read_role_and_only_there() -> None:
    policies = found("AWS::IAM::Policy", source_accounts=ONE, read_role="reader")
    granted = {
        name.partition("Role")[0]: [flat(resource) for resource in listed(statement["Resource"])]
        for name, policy in policies.items()
        for statement in policy["PolicyDocument"]["Statement"]
        if "sts:AssumeRole" in listed(statement["Action"])
    }
    assert granted == {name: [f"arn:<AWS::Partition>:iam::{ONE}:role/reader"] for name in READERS}
    functions = found("AWS::Lambda::Function", source_accounts=ONE, read_role="reader")
    told = {name.partition("Function")[0] for name, each in functions.items() if "READ_ROLE" in json.dumps(each)}
    assert told == set(READERS)


@pytest.mark.parametrize("context", [{"source_accounts": ("12",)}, {"source_accounts": ("*",)}, {"read_role": "a/b*"}])
def test_what_is_no_account_and_no_role_is_refused(context: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(context))):
        Options(**context)


def test_the_other_account_forwards_what_is_taken_and_lets_only_mendloop_read() -> None:
    resources = source()
    rules = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Events::Rule"]
    assert {json.dumps(rule["EventPattern"]) for rule in rules} == {json.dumps(each) for each in PATTERNS.values()}
    bus = f":events:eu-central-1:{CENTRAL}:event-bus/mendloop-accounts"
    assert all(flat(rule["Targets"][0]["Arn"]).endswith(bus) for rule in rules)
    (role,) = [
        each["Properties"] for name, each in resources.items() if name.startswith("ReadRole") and "Role" in each["Type"]
    ]
    assert role["RoleName"] == "mendloop-read"
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert f"::{CENTRAL}:root" in flat(trust["Principal"]["AWS"])
    named = [flat(arn) for arn in trust["Condition"]["ArnLike"]["aws:PrincipalArn"]]
    assert [arn.rpartition(":role/")[2] for arn in named] == [f"mendloop-{name}*" for name in READERS]
    assert all(f"::{CENTRAL}:" in arn for arn in named)


def test_what_cannot_be_forwarded_is_kept() -> None:
    resources = source()
    (queue,) = [name for name, each in resources.items() if each["Type"] == "AWS::SQS::Queue"]
    rules = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Events::Rule"]
    assert {flat(rule["Targets"][0]["DeadLetterConfig"]["Arn"]) for rule in rules} == {f"<{queue}>"}
    assert resources[queue]["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_the_read_role_trusts_exactly_those_who_may_assume_it() -> None:
    reading = {"telemetry", "revision", "alarms"}
    assert {room.title for room in ROOMS if reading & set(room.needs)} == set(READERS)
    assert [BY_NAME[name].title for name in source_account.READERS] == list(READERS)


def test_the_commands_ask_for_the_stack_by_the_name_it_has() -> None:
    assembly = synthesise(Toolbox(ROOT), App("infra.app", {"stage": "aws", "bundles": "none", "approvers": "dana,lee"}))
    assert [file.name for file in assembly.glob("*.template.json")] == [f"{STACK}.template.json"]


def test_the_read_role_may_what_the_readers_may_here_and_no_more() -> None:
    telemetry = {"logs:FilterLogEvents", "logs:DescribeMetricFilters", "lambda:", "cloudwatch:"}
    telemetry |= {"xray:Get", "xray:Batch", "ecs:", "cloudformation:", "codedeploy:", "cloudtrail:"} | {
        "ecr:",
        "codepipeline:",
    }
    policies = {name: each["Properties"] for name, each in source().items() if each["Type"] == "AWS::IAM::Policy"}
    (there,) = [actions_of(each) for name, each in policies.items() if name.startswith("ReadRole")]
    (here,) = [
        actions_of(each) for name, each in found("AWS::IAM::Policy").items() if name.startswith("CollectEvidence")
    ]
    assert there == {action for action in here if any(action.startswith(word) for word in telemetry)}
    others = [actions_of(each) for name, each in policies.items() if not name.startswith("ReadRole")]
    assert others and all(each == {"events:PutEvents"} for each in others)


def actions_of(policy: dict[str, Any]) -> set[str]:
    return {action for statement in policy["PolicyDocument"]["Statement"] for action in listed(statement["Action"])}


def test_a_second_region_has_no_second_role() -> None:
    resources = source(read_role="")
    assert not [name for name in resources if name.startswith("ReadRole")]
    assert [each for each in resources.values() if each["Type"] == "AWS::Events::Rule"]


@pytest.mark.parametrize("name", ["mendloop_account", "mendloop_region"])
def test_it_says_which_value_is_missing(name: str) -> None:
    given = {"mendloop_account": CENTRAL, "mendloop_region": "eu-central-1", name: ""}
    with pytest.raises(ValueError, match=name):
        read(given.get)

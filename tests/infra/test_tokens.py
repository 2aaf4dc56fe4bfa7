"""Who may read the key of a GitHub App: the one room that makes tokens of it."""

import json
from typing import Any

from tests.infra.synthesis import template

APP = {"github_app_secret": "mendloop/github-app"}
READERS = {"MapCode", "DraftPatch", "PrepareVerification", "PublishPullRequest", "FollowUp"}


def roles_with(part: str, **context: str) -> set[str]:
    """Roles whose policy names this, by how their policies begin."""
    found: dict[str, Any] = template(**context)["Resources"]
    return {
        name.split("Role")[0]
        for name, resource in found.items()
        if resource["Type"] == "AWS::IAM::Policy" and part in json.dumps(resource)
    }


def test_the_key_is_read_by_one_room_and_no_room_reads_a_token() -> None:
    assert roles_with(":secret:mendloop/github-app-", **APP) == {"MintToken"}
    assert roles_with(":secret:mendloop/github-?", **APP) == set()


def test_rooms_that_read_code_may_ask_for_a_token_and_nobody_else() -> None:
    asking = roles_with(":function:mendloop-mint-token", **APP)
    assert asking >= READERS and not asking & {"Review", "Intake", "FileTicket", "RunTests"}


def test_without_an_app_there_is_no_broker() -> None:
    functions = [each for each in template()["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]
    assert roles_with("mint-token") == set() and "mendloop-mint-token" not in json.dumps(functions)


def test_the_command_line_asks_the_broker_too() -> None:
    assert "TokenBrokerName" in template(**APP)["Outputs"] and "TokenBrokerName" not in template()["Outputs"]


def test_the_broker_may_write_no_object_and_push_nothing_on() -> None:
    found: dict[str, Any] = template(**APP)["Resources"]
    (policy,) = [
        resource
        for name, resource in found.items()
        if resource["Type"] == "AWS::IAM::Policy" and name.startswith("MintTokenRole")
    ]
    actions = json.dumps(policy)
    assert "s3:PutObject" not in actions and "states:" not in actions and "lambda:Invoke" not in actions

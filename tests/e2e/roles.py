"""The roles of the deployed functions, statement by statement, and how the world is without one of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mendloop.cli.local_cloud import LocalCloud


@dataclass(frozen=True)
class Statement:
    """One statement of a function's role. `at`: its place in the policy."""

    function: str
    role: str
    policy: str
    at: int
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.function}: {' '.join(self.actions)} on {' '.join(self.resources)}"


def statements(cloud: LocalCloud, function: str) -> list[Statement]:
    """All of a function's role, as they are now."""
    iam = cloud.client("iam")
    arn = cloud.client("lambda").get_function_configuration(FunctionName=function)["Role"]
    role = arn.rsplit("/", 1)[-1]
    found = []
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        for at, each in enumerate(_document(iam, role, policy)["Statement"]):
            found.append(Statement(function, role, policy, at, _texts(each["Action"]), _texts(each["Resource"])))
    return found


def granting(cloud: LocalCloud, function: str, action: str) -> Statement:
    """The one statement that grants this action."""
    (found,) = [each for each in statements(cloud, function) if action in each.actions]
    return found


@contextmanager
def without(cloud: LocalCloud, statement: Statement) -> Iterator[None]:
    """The role lacks this statement inside, and has it again afterwards."""
    iam, named = cloud.client("iam"), {"RoleName": statement.role, "PolicyName": statement.policy}
    whole = _document(iam, statement.role, statement.policy)
    rest = [each for at, each in enumerate(whole["Statement"]) if at != statement.at]
    if rest:
        iam.put_role_policy(**named, PolicyDocument=json.dumps({**whole, "Statement": rest}))
    else:
        iam.delete_role_policy(**named)
    try:
        yield
    finally:
        iam.put_role_policy(**named, PolicyDocument=json.dumps(whole))


def _document(iam: Any, role: str, policy: str) -> dict[str, Any]:
    found = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    document: dict[str, Any] = json.loads(found) if isinstance(found, str) else found
    return document


def _texts(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)

"""A catalog proposed from what runs: how sure, what is not known, and that `catalog check` accepts it."""

import io
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest

from mendloop.cli.commands.catalog import _beside
from mendloop.cli.deriving import UNKNOWN, propose, written
from mendloop.cli.inventory import Running, running
from mendloop.domain.catalog import Autonomy
from mendloop.domain.catalog_file import parse_catalog
from mendloop.domain.codeowners_file import PathOwner, owners_of


def function(name: str, tags: dict[str, str] | None = None, **variables: str) -> Running:
    return Running("function", name, tags or {}, variables, (f"/aws/lambda/{name}",), (f"{name}-errors",))


@pytest.mark.parametrize(
    ("one", "name", "sureness", "why"),
    [
        (function("a", {"mendloop:service": "Shop"}, SERVICE_NAME="x"), "shop", "sure", "tag mendloop:service of a"),
        (function("a", {"Application": "Web Shop"}), "web-shop", "likely", "tag Application of a"),
        (function("a", POWERTOOLS_SERVICE_NAME="shop"), "shop", "likely", "variable POWERTOOLS_SERVICE_NAME of a"),
        (function("a", {"aws:cloudformation:stack-name": "shop-prod"}), "shop-prod", "guess", "the stack of a"),
        (function("a", {"service": " "}), "a", "guess", "nothing but the name of a"),
    ],
)
def test_how_sure_and_why(one: Running, name: str, sureness: str, why: str) -> None:
    (found,) = propose([one])
    assert (found.name, found.sureness) == (name, sureness) and why in found.reason


def test_a_service_is_as_sure_as_the_least_sure_of_its_parts() -> None:
    parts = [function("a", {"mendloop:service": "shop"}), function("b", {"aws:cloudformation:stack-name": "shop"})]
    (found,) = propose(parts)
    assert (found.sureness, [part.name for part in found.parts]) == ("guess", ["a", "b"])


@pytest.mark.parametrize(
    ("value", "location"),
    [
        ("acme/shop", "acme/shop"),
        ("https://github.com/acme/shop.git", "acme/shop"),
        ("git@github.com:acme/shop", "acme/shop"),
        ("https://elsewhere.example/x", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_the_repository_is_what_a_tag_names(value: str, location: str) -> None:
    assert propose([function("a", {"Repository": value})])[0].repository == location


def test_the_proposal_is_a_catalog_that_says_what_it_does_not_know() -> None:
    hostile = "x\nservices: {}\n# y: [*"
    service = Running("ecs_service", "web", {"service": "Shop", "repo": "acme/shop"}, {})
    found = propose([function("a", {"service": "shop"}), service, function(hostile), function("<b>[1]")])
    owners = [PathOwner("email", "dana@example.com"), PathOwner("login", "Robin"), PathOwner("team", "acme/ops")]
    text = written(found, owners)
    catalog = parse_catalog(text)
    shop = catalog.services["shop"]
    assert (shop.signals.functions, shop.signals.ecs_services) == (["a"], ["web"])
    assert (shop.repository.location, shop.autonomy) == ("acme/shop", Autonomy.EXPLAIN)
    assert shop.approvers == ["dana", "robin"]
    assert catalog.approvers["dana"].git == ["dana@example.com"]
    assert catalog.approvers["robin"].logins == {"github": "Robin"}
    assert "# likely: by tag service of a" in text and "# unknown: the repository" in text
    assert "left out: the team acme/ops" in text and len(catalog.services) == 3
    nobody = written([], [])
    assert "# unknown: who decides" in nobody and parse_catalog(nobody).services == {}


def test_what_runs_is_read_with_its_tags_settings_and_alarms(aws: None) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.py", "")
    trust = '{"Version": "2012-10-17", "Statement": []}'
    role = boto3.client("iam").create_role(RoleName="shop", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    for name in ("shop-api", "mendloop-intake"):
        boto3.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=role,
            Handler="a.b",
            Code={"ZipFile": packed.getvalue()},
            Tags={"service": "shop"},
            Environment={"Variables": {"SERVICE_NAME": "other"}},
        )
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="shop-errors",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": "shop-api"}],
        Statistic="Sum",
        Threshold=1.0,
        Period=60,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    ecs = boto3.client("ecs")
    ecs.create_cluster(clusterName="shop")
    container: Any = {"name": "web", "image": "web", "memory": 128}
    container["logConfiguration"] = {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}}
    ecs.register_task_definition(family="web", containerDefinitions=[container])
    ecs.create_service(
        cluster="shop",
        serviceName="web",
        taskDefinition="web:1",
        desiredCount=0,
        tags=[{"key": "app", "value": "shop"}],
    )
    client: Any = boto3.client
    service, made = running(client)
    assert (made.name, made.tags, made.alarms) == ("shop-api", {"service": "shop"}, ("shop-errors",))
    assert (service.name, service.tags, service.log_groups) == ("web", {"app": "shop"}, ("/ecs/web",))
    (shop,) = parse_catalog(written(propose([service, made]), [])).services.values()
    assert shop.signals.log_groups == ["/aws/lambda/shop-api", "/ecs/web"]


def test_codeowners_is_read_in_the_folder_only(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "CODEOWNERS").write_text("* @elsewhere\n")
    (tmp_path / "repo" / "CODEOWNERS").symlink_to(tmp_path / "CODEOWNERS")
    assert owners_of("*", lambda place: _beside(tmp_path / "repo", place)) == []
    assert owners_of("*", lambda place: _beside(tmp_path, place)) == [PathOwner("login", "elsewhere")]

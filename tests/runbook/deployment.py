"""mendloop's stores, queues and functions in moto, deployed once for all tests of a module."""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.stepfunctions.models import stepfunctions_backends

from functions.leave_to_human.handler import handler as leave_to_human
from mendloop.adapters.local_git import LocalGit
from mendloop.domain.catalog import Repository
from tests.contract.git_workshop import GitWorkshop
from tests.contract.production import _package

ACCOUNT, REGION = "123456789012", "eu-central-1"
QUEUES = {"SignalsQueueUrl": "signals", "DeadLettersQueueUrl": "dead-letters", "UndeliveredQueueUrl": "undelivered"}
TABLES = {"IncidentsTable": "incidents", "DecisionsTable": "decisions", "LedgerTable": "ledger"}
FUNCTION = "mendloop-leave-to-human"
SOURCE = """\
def order_total(order):
    total = 0
    for line in order["lines"]:
        total += line["price"]
    return total


def discount(order):
    return order.get("discount", 0)
"""


@dataclass(frozen=True)
class Deployment:
    """`outputs` of the stack; `repository`: a folder to copy, whose head the service's function runs."""

    outputs: dict[str, str]
    repository: Path

    def forget(self) -> None:
        """Everything that tests have put there: by way of moto's own memory, a tenth of what deploying costs."""
        for table in dynamodb_backends[ACCOUNT][REGION].tables.values():
            table.items = defaultdict(dict)
        for queue in sqs_backends[ACCOUNT][REGION].queues.values():
            # PurgeQueue works once a minute only.
            queue._messages, queue._pending_messages = [], set()
        for bucket in s3_backends[ACCOUNT]["aws"].buckets.values():
            bucket.keys.clear()
        sns = sns_backends[ACCOUNT][REGION]
        sns.subscriptions.clear()
        for topic in sns.topics.values():
            topic.sent_notifications.clear()
        for machine in stepfunctions_backends[ACCOUNT][REGION].state_machines:
            machine.executions.clear()
        nothing = json.dumps({"all": False, "services": []})
        boto3.client("ssm").put_parameter(Name="/mendloop/pause", Value=nothing, Type="String", Overwrite=True)


@contextmanager
def deployment(folder: Path) -> Iterator[Deployment]:
    """Everything as the stack would have deployed it, and the repository of the service in the folder."""
    config: Any = {"lambda": {"use_docker": False}}
    with (
        patch.dict(os.environ, {"AWS_DEFAULT_REGION": REGION}),
        mock_aws(config=config),
        patch.object(LambdaSimpleBackend, "invoke", _invoke),
        patch.object(boto3, "DEFAULT_SESSION", _session()),
    ):
        outputs = _deployed()
        _production(folder)
        yield Deployment(outputs, folder)


class _Reusing(boto3.session.Session):
    """Makes each client once: making one costs more than what a test asks of it."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[tuple[str, str], Any] = {}

    def client(self, service_name: str, region_name: str | None = None, **more: Any) -> Any:  # type: ignore[override]
        key = (service_name, region_name or "")
        if key not in self._made:
            self._made[key] = super().client(service_name, region_name=region_name, **more)  # type: ignore[call-overload]
        return self._made[key]


@cache
def _session() -> boto3.session.Session:
    """One for all deployments: it reads botocore's large files once."""
    return _Reusing()


def _invoke(_: LambdaSimpleBackend, name: str, qualifier: object, body: Any, headers: object, answer: Any) -> bytes:
    assert name.endswith(FUNCTION), f"only the safety net's function is invoked, not {name}"
    try:
        return json.dumps(leave_to_human(json.loads(body), None)).encode()
    except Exception as error:  # as the runtime does: any class becomes the error's name
        answer["x-amz-function-error"] = "Unhandled"
        return json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}).encode()


def _deployed() -> dict[str, str]:
    outputs = {"SiteUrl": "https://site.example.com", "PauseParameter": "/mendloop/pause", "LeaveToHumanName": FUNCTION}
    for output, name in TABLES.items():
        _table(name)
        outputs[output] = name
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    outputs |= {output: sqs.create_queue(QueueName=name)["QueueUrl"] for output, name in QUEUES.items()}
    for output, name in {"ArtifactsBucket": "artifacts", "CatalogBucket": "catalog", "AuditBucket": "audit"}.items():
        boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        outputs[output] = name
    keys = json.dumps({"current": "k1", "k1": "k" * 64})
    outputs["LinkKeysSecret"] = boto3.client("secretsmanager").create_secret(Name="links", SecretString=keys)["ARN"]
    for name in ("dana", "robin"):
        sns.create_topic(Name=f"mendloop-approver-{name}")
    outputs["ApproverTopicPrefix"] = f"arn:aws:sns:{REGION}:{ACCOUNT}:mendloop-approver-"
    outputs["OperatorsTopicArn"] = sns.create_topic(Name="mendloop-operators")["TopicArn"]
    outputs["SignalsTopicArn"] = sns.create_topic(Name="mendloop-signals")["TopicArn"]
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 9, "End": True}}})
    outputs["StateMachineArn"] = boto3.client("stepfunctions").create_state_machine(
        name="mendloop-remediation", definition=definition, roleArn=_role()
    )["stateMachineArn"]
    _function(FUNCTION)
    return outputs


def _production(folder: Path) -> None:
    """The service: its repository, its function at the repository's head, its alarm."""
    workshop = GitWorkshop(folder, LocalGit(), Repository(host="local_git", location=str(folder)))
    files = {"shop/totals.py": SOURCE, "tests/test_totals.py": "def test_it():\n    pass\n"}
    head = workshop.commit(files, "Start", ("Dana", "dana@example.com"), datetime.now(UTC))
    _function("shop-api", GIT_REVISION=head)
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="shop-errors",
        Namespace="Shop",
        MetricName="Errors",
        Statistic="Sum",
        Threshold=1.0,
        Period=60,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )


def _function(name: str, **variables: str) -> None:
    boto3.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=_role(),
        Handler="entry.handler",
        Code={"ZipFile": _package()},
        Environment={"Variables": variables},
    )


def _role() -> str:
    iam, trust = boto3.client("iam"), json.dumps({"Version": "2012-10-17", "Statement": []})
    try:
        return str(iam.get_role(RoleName="role")["Role"]["Arn"])
    except iam.exceptions.NoSuchEntityException:
        return str(iam.create_role(RoleName="role", AssumeRolePolicyDocument=trust)["Role"]["Arn"])


def _table(name: str) -> None:
    keys = ("pk", "sk", "gsi1pk", "gsi1sk")
    boto3.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=_schema("pk", "sk"),
        GlobalSecondaryIndexes=[
            {"IndexName": "by_state", "KeySchema": _schema("gsi1pk", "gsi1sk"), "Projection": {"ProjectionType": "ALL"}}
        ],
    )


def _schema(partition: str, sort: str) -> list[Any]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]

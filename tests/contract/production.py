"""The same small production twice: as a script, and as an AWS account."""

import io
import json
import zipfile
from datetime import datetime
from typing import Protocol

import boto3

from mendloop.adapters.cloudwatch_telemetry import CloudWatchTelemetry
from mendloop.contracts.evidence import Deployment, MetricPoint
from mendloop.ports import AlarmDescription, Telemetry
from tests.fakes.clock import NOW
from tests.fakes.house import ALARM, FUNCTION
from tests.fakes.telemetry import ScriptedTelemetry

DESCRIBED = AlarmDescription(
    name=ALARM,
    namespace="Shop",
    metric="Errors",
    dimensions={"FunctionName": FUNCTION},
    statistic="Sum",
    threshold=1.0,
    period_seconds=60,
    evaluation_periods=2,
    state="ALARM",
)


class Production(Protocol):
    """How a test makes something happen."""

    telemetry: Telemetry

    def log(self, log_group: str, *events: tuple[datetime, str]) -> None:
        """Events of one stream; none only makes the group."""

    def alarm(self) -> None:
        """DESCRIBED fires."""

    def count(self, at: datetime, value: float) -> None:
        """A datapoint of DESCRIBED."""

    def deploy(self, revision: str = "", tag: str = "") -> None:
        """The function, with its revision in the environment or in a tag."""


class ScriptedProduction:
    """In memory."""

    def __init__(self) -> None:
        self.telemetry: ScriptedTelemetry = ScriptedTelemetry()

    def log(self, log_group: str, *events: tuple[datetime, str]) -> None:
        self.telemetry.write_log(log_group, NOW)
        for at, message in events:
            self.telemetry.write_log(log_group, at, message)

    def alarm(self) -> None:
        self.telemetry.alarms[ALARM] = DESCRIBED

    def count(self, at: datetime, value: float) -> None:
        self.telemetry.points.setdefault(ALARM, []).append(MetricPoint(at=at, value=value))

    def deploy(self, revision: str = "", tag: str = "") -> None:
        source = f"{'environment variable GIT_REVISION' if revision else 'tag mendloop:revision'} of {FUNCTION}"
        found = revision or tag
        self.telemetry.revisions[FUNCTION] = (found, source) if found else ("", "")
        now = datetime.now(NOW.tzinfo)
        self.telemetry.deployed[FUNCTION] = [Deployment(at=now, what=f"{FUNCTION} version 1", revision=revision)]


class AwsProduction:
    """In moto."""

    def __init__(self) -> None:
        self.telemetry: Telemetry = CloudWatchTelemetry()

    def log(self, log_group: str, *events: tuple[datetime, str]) -> None:
        logs = boto3.client("logs")
        logs.create_log_group(logGroupName=log_group)
        logs.create_log_stream(logGroupName=log_group, logStreamName="stream")
        if events:
            listed = [{"timestamp": int(at.timestamp() * 1000), "message": message} for at, message in sorted(events)]
            logs.put_log_events(logGroupName=log_group, logStreamName="stream", logEvents=listed)

    def alarm(self) -> None:
        client = boto3.client("cloudwatch")
        client.put_metric_alarm(
            AlarmName=DESCRIBED.name,
            Namespace=DESCRIBED.namespace,
            MetricName=DESCRIBED.metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in DESCRIBED.dimensions.items()],
            Statistic="Sum",
            Threshold=1.0,
            Period=DESCRIBED.period_seconds,
            EvaluationPeriods=DESCRIBED.evaluation_periods,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
        client.set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason="a test")

    def count(self, at: datetime, value: float) -> None:
        dimensions = [{"Name": name, "Value": value} for name, value in DESCRIBED.dimensions.items()]
        boto3.client("cloudwatch").put_metric_data(
            Namespace="Shop",
            MetricData=[{"MetricName": "Errors", "Dimensions": dimensions, "Timestamp": at, "Value": value}],
        )

    def deploy(self, revision: str = "", tag: str = "") -> None:
        boto3.client("lambda").create_function(
            FunctionName=FUNCTION,
            Runtime="python3.12",
            Role=_role(),
            Handler="shop.entry.handler",
            Code={"ZipFile": _package()},
            Environment={"Variables": {"GIT_REVISION": revision} if revision else {}},
            Tags={"mendloop:revision": tag} if tag else {},
            Publish=True,
        )


def _role() -> str:
    trust = {"Version": "2012-10-17", "Statement": []}
    made = boto3.client("iam").create_role(RoleName="shop", AssumeRolePolicyDocument=json.dumps(trust))
    return made["Role"]["Arn"]


def _package() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("shop/entry.py", "def handler(event, context): ...\n")
    return packed.getvalue()

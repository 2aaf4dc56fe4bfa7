"""The same small production twice: as a script, and as an AWS account."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any, Protocol

import boto3
import pytest

from mendloop.adapters.cloudwatch_telemetry import CloudWatchTelemetry
from mendloop.contracts.evidence import Deployment, MetricPoint, TracedCall, TracedRequest
from mendloop.ports import AlarmDescription, Telemetry
from tests.contract.xray_double import XRayDouble
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

    def name(self, version: str, alias: str) -> None:
        """The function's version gets an alias."""

    def release(self, cluster: str, service: str, revision: str) -> None:
        """An ECS service is created with one task definition."""

    def filter(self, log_group: str, namespace: str, metric: str) -> None:
        """A metric filter of the group makes the metric."""

    def trace(self, service: str, at: datetime, *, fault: bool = True) -> None:
        """A request in which the service called a table that threw TypeError: boom."""


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

    def name(self, version: str, alias: str) -> None:
        (made,) = self.telemetry.deployed[FUNCTION]
        self.telemetry.deployed[FUNCTION] = [made.model_copy(update={"what": f"{made.what} ({alias})"})]

    def release(self, cluster: str, service: str, revision: str) -> None:
        made = Deployment(at=datetime.now(NOW.tzinfo), what=f"ECS service {service}: web:1", revision=revision)
        self.telemetry.deployed[service] = [made]
        self.telemetry.services[cluster, service] = [f"/ecs/{service}"]

    def filter(self, log_group: str, namespace: str, metric: str) -> None:
        self.telemetry.filters.setdefault((namespace, metric), []).append(log_group)

    def trace(self, service: str, at: datetime, *, fault: bool = True) -> None:
        calls = [
            TracedCall(name=service, failure="fault", seconds=1.5),
            TracedCall(name="orders", failure="fault", exception="TypeError", message="boom", seconds=0.5),
        ]
        listed = self.telemetry.traced.setdefault(service, [])
        if fault:
            listed.append(TracedRequest(id=trace_id(at, len(listed)), at=at, seconds=1.5, calls=calls))


class AwsProduction:
    """In moto."""

    def __init__(self, patches: pytest.MonkeyPatch | None = None) -> None:
        self.telemetry: Telemetry = CloudWatchTelemetry()
        self.xray = XRayDouble()
        if patches:
            self.xray.install(patches)

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

    def name(self, version: str, alias: str) -> None:
        boto3.client("lambda").create_alias(FunctionName=FUNCTION, Name=alias, FunctionVersion=version)

    def release(self, cluster: str, service: str, revision: str) -> None:
        ecs = boto3.client("ecs")
        ecs.create_cluster(clusterName=cluster)
        container: Any = {"name": "web", "image": "web", "memory": 128}
        container["logConfiguration"] = {"logDriver": "awslogs", "options": {"awslogs-group": f"/ecs/{service}"}}
        container["environment"] = [{"name": "GIT_REVISION", "value": revision}]
        ecs.register_task_definition(family="web", containerDefinitions=[container])
        ecs.create_service(cluster=cluster, serviceName=service, taskDefinition="web:1", desiredCount=0)

    def filter(self, log_group: str, namespace: str, metric: str) -> None:
        made: Any = [{"metricName": metric, "metricNamespace": namespace, "metricValue": "1"}]
        boto3.client("logs").put_metric_filter(
            logGroupName=log_group, filterName="errors", filterPattern="ERROR", metricTransformations=made
        )

    def trace(self, service: str, at: datetime, *, fault: bool = True) -> None:
        began = at.timestamp()
        called = {"name": "orders", "start_time": began, "end_time": began + 0.5, "fault": fault}
        called["cause"] = {"exceptions": [{"type": "TypeError", "message": "boom"}, {"type": "Other"}]}
        segment = {"name": service, "start_time": began, "end_time": began + 1.5, "fault": fault}
        self.xray.put(trace_id(at, len(self.xray.traces)), segment | {"subsegments": [called]})


def trace_id(at: datetime, number: int) -> str:
    """As X-Ray makes them: the second of the request, then a number of its own."""
    return f"1-{int(at.timestamp()):08x}-{number:024x}"


def _role() -> str:
    trust = {"Version": "2012-10-17", "Statement": []}
    made = boto3.client("iam").create_role(RoleName="shop", AssumeRolePolicyDocument=json.dumps(trust))
    return made["Role"]["Arn"]


def _package() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("shop/entry.py", "def handler(event, context): ...\n")
    return packed.getvalue()

"""Production's records: alarms and metrics from CloudWatch, logs from CloudWatch Logs, deployments from Lambda.

The running revision of a function is looked for in this order: environment variable `GIT_REVISION`; tag
`mendloop:revision`. An image's own label is not read: it needs the registry, which the role may not reach.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_elsewhere import Elsewhere
from mendloop.adapters.aws_errors import translated
from mendloop.adapters.cloudwatch_logs import read_log_events
from mendloop.contracts.evidence import Deployment, MetricPoint
from mendloop.domain.errors import NotFound
from mendloop.ports import AlarmDescription, LogPage

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient

REVISION_VARIABLE = "GIT_REVISION"
REVISION_TAG = "mendloop:revision"
_CHILD = re.compile(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*[\"']?([^\"')]+?)[\"']?\s*\)")


class CloudWatchTelemetry:
    """Telemetry of this account and region, or of another one; the role there is assumed with the first question."""

    def __init__(self, elsewhere: Elsewhere | None = None) -> None:
        self._elsewhere = elsewhere

    @cached_property
    def _session(self) -> "boto3.session.Session | None":
        return self._elsewhere.session() if self._elsewhere else None

    @cached_property
    def _cloudwatch(self) -> "CloudWatchClient":
        return aws_clients.cloudwatch(self._session)

    @cached_property
    def _lambda(self) -> "LambdaClient":
        return aws_clients.lambdas(self._session)

    @cached_property
    def _logs(self) -> "CloudWatchLogsClient":
        return aws_clients.logs(self._session)

    def alarm(self, name: str) -> AlarmDescription | None:
        """A metric or composite alarm, or None when CloudWatch answers that there is none."""
        with translated(f"alarm {name}"):
            answer = self._cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        found: list[Any] = [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]
        return _description(found[0]) if found else None

    def log_events(
        self, log_group: str, start: datetime, end: datetime, *, term: str = "", max_bytes: int = 2_000_000
    ) -> LogPage:
        """Events of [start, end] in time order. NotFound when there is no such group."""
        return read_log_events(self._logs, log_group, start, end, term=term, max_bytes=max_bytes)

    def metric(self, alarm: AlarmDescription, start: datetime, end: datetime) -> list[MetricPoint]:
        """The alarm's series in the window, oldest first; empty for composite and metric-math alarms."""
        if not alarm.metric:
            return []
        dimensions = [{"Name": name, "Value": value} for name, value in alarm.dimensions.items()]
        stat = {
            "Metric": {"Namespace": alarm.namespace, "MetricName": alarm.metric, "Dimensions": dimensions},
            "Period": alarm.period_seconds,
            "Stat": alarm.statistic or "Sum",
        }
        query: Any = [{"Id": "series", "MetricStat": stat}]
        with translated(f"metric {alarm.namespace}/{alarm.metric}"):
            pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
                MetricDataQueries=query, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
            )
            results = [result for page in pages for result in page["MetricDataResults"]]
        return sorted(
            (
                MetricPoint(at=at, value=value)
                for result in results
                for at, value in zip(result["Timestamps"], result["Values"], strict=True)
            ),
            key=lambda point: point.at,
        )

    def deployments(self, function: str, start: datetime, end: datetime) -> list[Deployment]:
        """Published versions, and `$LATEST` where it differs from them all, by the time of their last change."""
        versions = list(self._versions(function))
        if not versions:
            raise NotFound(f"the function {function} has no version, not even $LATEST")
        published = {version["CodeSha256"] for version in versions if version["Version"] != "$LATEST"}
        found = [
            _deployment(version)
            for version in versions
            if version["Version"] != "$LATEST" or version["CodeSha256"] not in published
        ]
        return sorted((one for one in found if start <= one.at <= end), key=lambda one: one.at)

    def running_revision(self, function: str) -> tuple[str, str]:
        """(revision, where it stands), `("", "")` when the function carries no record. NotFound: no such function."""
        with translated(f"function {function}"):
            answer = self._lambda.get_function(FunctionName=function)
        revision = _variables(answer["Configuration"]).get(REVISION_VARIABLE, "").strip()
        if revision:
            return revision, f"environment variable {REVISION_VARIABLE} of the function {function}"
        revision = answer.get("Tags", {}).get(REVISION_TAG, "").strip()
        return (revision, f"tag {REVISION_TAG} of the function {function}") if revision else ("", "")

    def _versions(self, function: str) -> Iterator[Any]:
        with translated(f"function {function}"):
            pages = self._lambda.get_paginator("list_versions_by_function").paginate(FunctionName=function)
            yield from (version for page in pages for version in page["Versions"])


def _description(alarm: dict[str, Any]) -> AlarmDescription:
    return AlarmDescription(
        name=alarm["AlarmName"],
        namespace=alarm.get("Namespace", ""),
        metric=alarm.get("MetricName", ""),
        dimensions={dimension["Name"]: dimension["Value"] for dimension in alarm.get("Dimensions", [])},
        statistic=alarm.get("Statistic") or alarm.get("ExtendedStatistic") or "",
        threshold=alarm.get("Threshold"),
        period_seconds=alarm.get("Period") or 60,
        evaluation_periods=alarm.get("EvaluationPeriods") or 1,
        children=_CHILD.findall(alarm.get("AlarmRule", "")),
        state=alarm.get("StateValue", ""),
        state_since=alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp"),
    )


def _deployment(version: dict[str, Any]) -> Deployment:
    return Deployment(
        at=datetime.fromisoformat(version["LastModified"]),
        what=f"{version['FunctionName']} version {version['Version']}",
        revision=_variables(version).get(REVISION_VARIABLE, ""),
    )


def _variables(configuration: Any) -> dict[str, str]:
    found: dict[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return found

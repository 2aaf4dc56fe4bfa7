"""Production's records: alarms and metrics of CloudWatch, logs, X-Ray's traces, deployments, what runs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mendloop.adapters import aws_changes, aws_clients, aws_deployments, aws_revisions
from mendloop.adapters.aws_elsewhere import Elsewhere
from mendloop.adapters.aws_errors import translated
from mendloop.adapters.cloudwatch_alarms import description, queries, series_of
from mendloop.adapters.cloudwatch_logs import read_log_events
from mendloop.adapters.xray_traces import read_traces
from mendloop.contracts.evidence import Deployment, Series
from mendloop.ports import AlarmDescription, Deployed, DeploymentSource, LogPage, TracePage

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient


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
        return description(found[0]) if found else None

    def log_events(
        self, log_group: str, start: datetime, end: datetime, *, term: str = "", max_bytes: int = 2_000_000
    ) -> LogPage:
        """Events of [start, end] in time order. NotFound when there is no such group."""
        return read_log_events(self._logs, log_group, start, end, term=term, max_bytes=max_bytes)

    def metric(self, alarm: AlarmDescription, start: datetime, end: datetime) -> Series:
        """The alarm's series in the window, or its expression's with the anomaly band; none for a composite alarm."""
        asked = queries(alarm)
        if not asked:
            return Series(alarm=alarm.name, threshold=alarm.threshold)
        with translated(f"metric of the alarm {alarm.name}"):
            pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
                MetricDataQueries=asked, StartTime=start, EndTime=end, ScanBy="TimestampAscending"
            )
            return series_of(alarm, [result for page in pages for result in page["MetricDataResults"]])

    def metric_log_groups(self, namespace: str, metric: str) -> list[str]:
        """Log groups whose metric filters make this metric."""
        with translated(f"metric filters of {namespace}/{metric}"):
            pages = self._logs.get_paginator("describe_metric_filters").paginate(
                metricName=metric, metricNamespace=namespace
            )
            return [each["logGroupName"] for page in pages for each in page["metricFilters"] if each["logGroupName"]]

    def service_log_groups(self, cluster: str, service: str) -> list[str]:
        """Log groups that the containers of an ECS service write to."""
        return aws_deployments.service_log_groups(aws_clients.ecs(self._session), cluster, service)

    def traces(self, services: Sequence[str], start: datetime, end: datetime) -> TracePage:
        """Requests with a fault in one of these services."""
        return read_traces(aws_clients.xray(self._session), services, start, end)

    def deployments(self, source: DeploymentSource, of: Deployed, start: datetime, end: datetime) -> list[Deployment]:
        """In the window, oldest first; empty where `of` names nothing of that source."""
        found = self._deployments(source, of, start, end)
        return sorted((one for one in found if start <= one.at <= end), key=lambda one: (one.at, one.what))

    def _deployments(
        self, source: DeploymentSource, of: Deployed, start: datetime, end: datetime
    ) -> Iterable[Deployment]:
        if source is DeploymentSource.LAMBDA and of.function:
            return aws_deployments.of_function(self._lambda, of.function)
        if source is DeploymentSource.ECS and of.cluster and of.ecs_service:
            return aws_deployments.of_ecs_service(aws_clients.ecs(self._session), of.cluster, of.ecs_service)
        if source is DeploymentSource.CODEDEPLOY and of.application:
            return aws_deployments.of_application(aws_clients.codedeploy(self._session), of.application, start, end)
        if source is DeploymentSource.CLOUDFORMATION and (stack := of.stack or self._stack_of(of.function)):
            return aws_changes.of_stack(aws_clients.cloudformation(self._session), stack, start)
        if source is DeploymentSource.CLOUDTRAIL and (resource := of.function or of.ecs_service):
            return aws_changes.of_trail(aws_clients.cloudtrail(self._session), resource, start, end)
        return []

    def _stack_of(self, function: str) -> str:
        """The stack that made the function, as its tag says."""
        if not function:
            return ""
        with translated(f"function {function}"):
            tags = self._lambda.get_function(FunctionName=function).get("Tags", {})
        return tags.get(aws_changes.STACK_TAG, "")

    def running_revision(self, of: Deployed) -> tuple[str, str]:
        """(revision, where it stands), `("", "")` where the record says nothing. NotFound: there is no such thing."""
        session = self._session
        if of.function:
            return aws_revisions.of_function(self._lambda, aws_clients.ecr(session), of.function)
        if of.ecs_service:
            clients = aws_clients.ecs(session), aws_clients.ecr(session)
            return aws_revisions.of_ecs_service(*clients, of.cluster, of.ecs_service)
        if of.application:
            return aws_revisions.of_application(aws_clients.codedeploy(session), of.application)
        if of.pipeline:
            return aws_revisions.of_pipeline(aws_clients.codepipeline(session), of.pipeline)
        return "", ""

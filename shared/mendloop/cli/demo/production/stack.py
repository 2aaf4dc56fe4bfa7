"""The stack of production services: each a function, its log group, and an alarm that calls the given topic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, Stack, Tags
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct


@dataclass(frozen=True)
class ProductionSettings:
    """What the stack is told. `code`: folder of the bundle; `python`: `3.x` of the runtime."""

    code: str
    service: str
    function: str
    handler: str
    revision: str
    python: str
    environment: Mapping[str, str]
    threshold: int


class ProductionStack(Stack):
    """The services that fail, side by side."""

    def __init__(self, scope: Construct, name: str, services: Sequence[ProductionSettings], *, topic: str) -> None:
        super().__init__(scope, name)
        action = actions.SnsAction(sns.Topic.from_topic_arn(self, "Topic", topic))
        for number, settings in enumerate(services):
            # Numbered, so that the names of one seed are no part of the template's shape.
            ProductionService(self, f"Service{number}", settings).alarm.add_alarm_action(action)


class ProductionService(Construct):
    """One service; `alarm` watches its own error metric."""

    def __init__(self, scope: Construct, name: str, settings: ProductionSettings) -> None:
        super().__init__(scope, name)
        function = self._function(settings)
        Tags.of(function).add("mendloop:service", settings.service)
        Tags.of(function).add("mendloop:revision", settings.revision)
        # The service puts its metric itself, so that the alarm works where AWS/Lambda has no metrics, too.
        errors = cloudwatch.Metric(
            namespace=settings.service,
            metric_name="Errors",
            dimensions_map={"FunctionName": settings.function},
            statistic="Sum",
            period=Duration.minutes(5),
        )
        self.alarm = errors.create_alarm(
            self,
            "Errors",
            alarm_name=f"{settings.service}-errors",
            threshold=settings.threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _function(self, settings: ProductionSettings) -> lambda_.Function:
        group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/lambda/{settings.function}",
            retention=logs.RetentionDays.ONE_WEEK,
            removal_policy=RemovalPolicy.DESTROY,
        )
        function = lambda_.Function(
            self,
            "Function",
            function_name=settings.function,
            runtime=lambda_.Runtime(f"python{settings.python}", lambda_.RuntimeFamily.PYTHON),
            handler=settings.handler,
            code=lambda_.Code.from_asset(settings.code),
            timeout=Duration.seconds(10),
            memory_size=256,
            log_group=group,
            environment={"GIT_REVISION": settings.revision, **settings.environment},
        )
        # CloudWatch knows no ARNs for metrics, so the resource can only be `*`.
        function.add_to_role_policy(iam.PolicyStatement(actions=["cloudwatch:PutMetricData"], resources=["*"]))
        return function

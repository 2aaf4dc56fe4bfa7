"""One dashboard, `mendloop`: executions, queues, and what each room completed or raised."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.rooms import ROOMS
from mendloop.domain.follow_up import FollowUpState

NAME = "mendloop"
PERIOD = Duration.minutes(5)
WORDS = """# mendloop
Paused or not: `mendloop incidents` shows it, and so does the SSM parameter `{pause}`.
What to do when something here is red: `docs/runbook.md`."""


class Dashboard(Construct):
    """`name` is what the console lists."""

    def __init__(
        self, scope: Construct, id: str, *, state_machine_arn: str, queues: dict[str, sqs.Queue], pause: str
    ) -> None:
        super().__init__(scope, id)
        executions = [
            cloudwatch.Metric(
                namespace="AWS/States",
                metric_name=name,
                dimensions_map={"StateMachineArn": state_machine_arn},
                statistic="Sum",
                period=PERIOD,
            )
            for name in ("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut")
        ]
        waiting = [
            queue.metric_approximate_number_of_messages_visible(label=name, period=PERIOD)
            for name, queue in queues.items()
        ]
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=NAME,
            widgets=[
                [cloudwatch.TextWidget(markdown=WORDS.format(pause=pause), width=24, height=3)],
                [
                    cloudwatch.GraphWidget(title="Executions", left=executions, width=12),
                    cloudwatch.GraphWidget(title="Messages waiting", left=waiting, width=12),
                ],
                [
                    cloudwatch.GraphWidget(title="Rooms completed", left=_rooms("Completed"), width=12),
                    cloudwatch.GraphWidget(title="Lambda errors", left=_errors(), width=12),
                ],
                [cloudwatch.GraphWidget(title="What became of published changes", left=_fates(), width=12)],
            ],
        )
        self.name = NAME


def _rooms(metric: str) -> list[cloudwatch.IMetric]:
    return [
        cloudwatch.Metric(
            namespace="mendloop",
            metric_name=metric,
            dimensions_map={"service": room.name},
            statistic="Sum",
            period=PERIOD,
            label=room.name,
        )
        for room in ROOMS
    ]


def _fates() -> list[cloudwatch.IMetric]:
    return [
        cloudwatch.Metric(
            namespace="mendloop",
            metric_name=state.value.capitalize(),
            dimensions_map={"service": "follow_up"},
            statistic="Sum",
            period=Duration.days(1),
            label=state.value,
        )
        for state in FollowUpState
        if state is not FollowUpState.OPEN
    ]


def _errors() -> list[cloudwatch.IMetric]:
    return [
        cloudwatch.Metric(
            namespace="AWS/Lambda",
            metric_name="Errors",
            dimensions_map={"FunctionName": room.function_name},
            statistic="Sum",
            period=PERIOD,
            label=room.name,
        )
        for room in ROOMS
    ]

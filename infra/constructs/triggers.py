"""How production's signals come in: EventBridge rules and the SNS topic → the signals queue → intake.

What cannot reach a queue by itself (a log subscription, an alarm's Lambda action) invokes `receive_signal`.
Patterns leave out mendloop's own alarms and autoscaling's: it must never feed itself.
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.notifications import allow_alarms
from infra.rooms import BY_NAME

OWN_ALARMS = "mendloop-"
SCALING_ALARMS = "TargetTracking-"
NOT_OURS = {"anything-but": {"prefix": [OWN_ALARMS, SCALING_ALARMS]}}
FAILED_STACKS = [
    {"suffix": "_FAILED"},
    "ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
]
PATTERNS: dict[str, dict[str, Any]] = {
    "AlarmFires": {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": [NOT_OURS], "state": {"value": ["ALARM"]}},
    },
    "AlarmRecovers": {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": [NOT_OURS], "state": {"value": ["OK"]}, "previousState": {"value": ["ALARM"]}},
    },
    "EcsDeploymentFails": {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Deployment State Change"],
        "detail": {"$or": [{"eventName": ["SERVICE_DEPLOYMENT_FAILED"]}, {"reason": [{"wildcard": "*rolling back*"}]}]},
    },
    "EcsServiceStruggles": {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Service Action"],
        "detail": {"eventType": ["WARN", "ERROR"]},
    },
    "EcsTaskFails": {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        "detail": {
            "lastStatus": ["STOPPED"],
            "$or": [
                {"stopCode": ["TaskFailedToStart"]},
                {"containers": {"exitCode": [{"anything-but": [0]}]}},
            ],
        },
    },
    "CodeDeployFails": {
        "source": ["aws.codedeploy"],
        "detail-type": ["CodeDeploy Deployment State-change Notification"],
        "detail": {"state": ["FAILURE", "FAILED"]},
    },
    "CodePipelineFails": {
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Pipeline Execution State Change"],
        "detail": {"state": ["FAILED"]},
    },
    "CodeBuildFails": {
        "source": ["aws.codebuild"],
        "detail-type": ["CodeBuild Build State Change"],
        "detail": {"build-status": ["FAILED", "FAULT", "TIMED_OUT"]},
    },
    "StackFails": {
        "source": ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
        "detail": {"status-details": {"status": FAILED_STACKS}},
    },
    "CanaryFails": {
        "source": ["aws.synthetics"],
        "detail-type": ["Synthetics Canary TestRun Failure"],
        "detail": {"test-run-status": ["FAILED"]},
    },
    "HealthIssue": {
        "source": ["aws.health"],
        "detail-type": ["AWS Health Event"],
        "detail": {"eventTypeCategory": ["issue"]},
    },
}
"""Which events of the default bus are signals. Whoever owns a failing thing is intake's question (the catalog)."""

NOBODY_WAITS = ("receive_signal", "leave_to_human", "sweep", "follow_up", "send_digest")
"""Invoked without anybody reading the answer: an event on which one fails three times would be gone."""
REPLAY_BUS = "mendloop-replay"


class Triggers(Construct):
    """`queue` with its dead-letter queue, `target` for rules, `topic`, the rules, and the replay bus."""

    def __init__(self, scope: Construct, id: str, *, local: bool) -> None:
        super().__init__(scope, id)
        self._local = local
        self.dead_letters = self._queue("DeadLetters", retention_period=Duration.days(14))
        self.undelivered = self._queue("Undelivered", retention_period=Duration.days(14))
        self.queue = self._queue(
            "Signals",
            visibility_timeout=Duration.seconds(6 * BY_NAME["intake"].timeout),
            retention_period=Duration.days(4),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=5),
        )
        self.topic = sns.Topic(self, "SignalsTopic", topic_name="mendloop-signals", enforce_ssl=not local)
        allow_alarms(self.topic)
        self.topic.add_subscription(subscriptions.SqsSubscription(self.queue, dead_letter_queue=self.undelivered))
        self.target = target = targets.SqsQueue(self.queue, dead_letter_queue=self.undelivered, retry_attempts=20)
        for name, pattern in PATTERNS.items():
            Rule(self, name, pattern, target)
        self.replay_bus = events.EventBus(self, "ReplayBus", event_bus_name=REPLAY_BUS)
        Rule(self, "Replayed", {"account": [Stack.of(self).account]}, target, self.replay_bus)

    def _queue(self, id: str, **settings: Any) -> sqs.Queue:
        return sqs.Queue(self, id, encryption=sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=not self._local, **settings)

    def connect(self, functions: Mapping[str, lambda_.Function]) -> None:
        """The queue to intake, production's direct callers to receive_signal, the clock to the rooms it runs."""
        functions["intake"].add_event_source(
            sources.SqsEventSource(self.queue, batch_size=10, max_concurrency=5, report_batch_item_failures=True)
        )
        for name in NOBODY_WAITS:
            functions[name].configure_async_invoke(
                on_failure=destinations.SqsDestination(self.undelivered), retry_attempts=2
            )
        receive = functions["receive_signal"]
        for name, service in (
            ("LogSubscriptions", "logs.amazonaws.com"),
            ("AlarmActions", "lambda.alarms.cloudwatch.amazonaws.com"),
        ):
            receive.add_permission(name, principal=iam.ServicePrincipal(service), source_account=Stack.of(self).account)
        events.Rule(
            self,
            "SweepNow",
            schedule=events.Schedule.rate(Duration.minutes(15)),
            targets=[targets.LambdaFunction(functions["sweep"], dead_letter_queue=self.undelivered)],
        )
        events.Rule(
            self,
            "FollowUpNow",
            description="What became of published changes",
            schedule=events.Schedule.rate(Duration.minutes(15)),
            targets=[targets.LambdaFunction(functions["follow_up"], dead_letter_queue=self.undelivered)],
        )
        events.Rule(
            self,
            "DigestOnMonday",
            description="What happened last week, and what would have happened",
            schedule=events.Schedule.cron(week_day="MON", hour="7", minute="0"),
            targets=[targets.LambdaFunction(functions["send_digest"], dead_letter_queue=self.undelivered)],
        )


class Rule(events.Rule):
    """By a plain pattern: the typed one knows neither `$or` nor a list of prefixes."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        pattern: Mapping[str, Any],
        target: events.IRuleTarget,
        bus: events.IEventBus | None = None,
    ) -> None:
        super().__init__(scope, name, event_bus=bus, event_pattern=events.EventPattern(source=["replaced"]))
        self.add_target(target)
        resource = self.node.default_child
        assert isinstance(resource, events.CfnRule)  # noqa: S101 - tells the type checker
        resource.event_pattern = dict(pattern)

"""What catches an execution that ends otherwise than by its own states, and what tells the operators.

The alarms are named `mendloop-…`, which is how intake and the event patterns know never to handle them.
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

ENDS = ["FAILED", "TIMED_OUT", "ABORTED"]


class SafetyNet(Construct):
    """Executions that FAILED, TIMED_OUT or were ABORTED go to `leave_to_human` from outside."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        state_machine_arn: str,
        leave_to_human: lambda_.IFunction,
        undelivered: sqs.IQueue,
        operators: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        self._operators = operators
        events.Rule(
            self,
            "ExecutionEnds",
            description="An execution that ended outside its own states is left to a human",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"stateMachineArn": [state_machine_arn], "status": ENDS},
            ),
            targets=[targets.LambdaFunction(leave_to_human, dead_letter_queue=undelivered, retry_attempts=5)],
        )
        for name in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"):
            metric = cloudwatch.Metric(
                namespace="AWS/States",
                metric_name=name,
                dimensions_map={"StateMachineArn": state_machine_arn},
                statistic="Sum",
                period=Duration.minutes(5),
            )
            self.alarm(name, metric, "An execution ended outside its own states; see docs/runbook.md.")

    def watch(self, name: str, queue: sqs.Queue, why: str) -> None:
        """Alarm as soon as a message lies in a queue that should be empty."""
        metric = queue.metric_approximate_number_of_messages_visible(period=Duration.minutes(1), statistic="Maximum")
        self.alarm(name, metric, why)

    def alarm(self, name: str, metric: cloudwatch.Metric, why: str) -> None:
        """One or more within a period tells the operators."""
        words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"mendloop{words}",
            alarm_description=why,
            metric=metric,
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self._operators))

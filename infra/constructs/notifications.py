"""Topics for people: one per approver, named `mendloop-approver-<name>`, and `mendloop-operators`.

None carries a KMS key: an AWS-managed one would silence CloudWatch's alarms, and the mails hold allowed fields only.
Subscriptions are made by `mendloop catalog push`, not here: an address is the catalog's business.
"""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

APPROVER_PREFIX = "mendloop-approver-"
OPERATORS = "mendloop-operators"


class Notifications(Construct):
    """`approver_prefix` is the ARN up to the approver's name."""

    def __init__(self, scope: Construct, id: str, *, approvers: Sequence[str], local: bool) -> None:
        super().__init__(scope, id)
        self.operators = sns.Topic(self, "Operators", topic_name=OPERATORS, enforce_ssl=not local)
        allow_alarms(self.operators)
        self.approvers = [
            sns.Topic(self, f"Approver-{name}", topic_name=APPROVER_PREFIX + name, enforce_ssl=not local)
            for name in approvers
        ]
        self.approver_prefix = Stack.of(self).format_arn(
            service="sns", resource=APPROVER_PREFIX, arn_format=ArnFormat.NO_RESOURCE_NAME
        )


def allow_alarms(topic: sns.Topic) -> None:
    """Let this account's CloudWatch alarms publish: a policy of our own replaces the topic's default one."""
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["sns:Publish"],
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(topic).account}},
        )
    )

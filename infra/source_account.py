"""The small stack for another account whose events mendloop takes in, by `cdk deploy --app "python -m …"`.

    -c mendloop_account=444455556666 -c mendloop_region=eu-central-1    where mendloop is deployed
    -c read_role=mendloop-read    name of the role to read with; "" in an account's second region: roles know no region

It forwards what the rules of mendloop's own account take (`infra/constructs/triggers.py`), and lets mendloop's
functions read logs, alarms, metrics, traces and deployments. Nothing may be written. See docs/accounts.md.
"""

import re
from collections.abc import Callable

from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.reading import telemetry_grants
from infra.constructs.source_accounts import ACCOUNTS_BUS
from infra.constructs.triggers import PATTERNS, Rule
from infra.options import Options
from infra.rooms import BY_NAME

READERS = ("collect_evidence", "map_code", "sweep", "follow_up")
"""Whose needs say telemetry, revision or alarms."""


class SourceAccount(Stack):
    """Rules to mendloop's bus, a queue for what does not arrive there, and the read role."""

    def __init__(self, scope: Construct, id: str, *, account: str, region: str, read_role: str) -> None:
        super().__init__(scope, id, description="mendloop: forwards signals, and lets mendloop read")
        bus = events.EventBus.from_event_bus_arn(
            self, "Bus", f"arn:{self.partition}:events:{region}:{account}:event-bus/{ACCOUNTS_BUS}"
        )
        undelivered = sqs.Queue(
            self,
            "Undelivered",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        for name, pattern in PATTERNS.items():
            Rule(self, name, pattern, targets.EventBus(bus, dead_letter_queue=undelivered))
        CfnOutput(self, "UndeliveredQueueUrl", value=undelivered.queue_url)
        if read_role:
            self._read_role(account, read_role)

    def _read_role(self, account: str, name: str) -> None:
        # A role is named after the stack and its place in it, cut where that is long.
        functions = [f"arn:{self.partition}:iam::{account}:role/mendloop-{BY_NAME[name].title}*" for name in READERS]
        role = iam.Role(
            self,
            "ReadRole",
            role_name=name,
            description="What mendloop reads of a failure",
            # The account alone would let whoever may assume roles there in.
            assumed_by=iam.AccountPrincipal(account).with_conditions({"ArnLike": {"aws:PrincipalArn": functions}}),
        )
        for actions, resource in telemetry_grants(self.partition, "*", self.account):
            role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))


def read(context: Callable[[str], object | None]) -> dict[str, str]:
    """`account`, `region`, `read_role` from the app's context; ValueError names the one that is wrong."""
    account, region = str(context("mendloop_account") or ""), str(context("mendloop_region") or "")
    if not re.fullmatch("[0-9]{12}", account):
        raise ValueError(f"mendloop_account: {account!r} is no account number of 12 digits")
    if not re.fullmatch("[a-z]{2}(-[a-z]+)+-[0-9]+", region):
        raise ValueError(f"mendloop_region: {region!r} is no region")
    role = context("read_role")
    return {"account": account, "region": region, "read_role": Options.read_role if role is None else str(role)}


def main() -> None:
    """Synthesise."""
    app = App()
    SourceAccount(app, "mendloop-source", **read(app.node.try_get_context))
    app.synth()


if __name__ == "__main__":
    main()

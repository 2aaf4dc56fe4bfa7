"""Events of other accounts: a bus they may put to, and the same rules on it as on the default bus."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_events as events
from constructs import Construct

from infra.constructs.triggers import PATTERNS, Rule

ACCOUNTS_BUS = "mendloop-accounts"


class SourceAccounts(Construct):
    """`bus`. Only the accounts that are named may put events to it, and only events of theirs are signals."""

    def __init__(self, scope: Construct, id: str, *, accounts: Sequence[str], target: events.IRuleTarget) -> None:
        super().__init__(scope, id)
        self.bus = events.EventBus(self, "Bus", event_bus_name=ACCOUNTS_BUS)
        for account in accounts:
            events.CfnEventBusPolicy(
                self,
                f"Account{account}",
                event_bus_name=self.bus.event_bus_name,
                statement_id=f"account-{account}",
                statement={
                    "Sid": f"account-{account}",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:{Stack.of(self).partition}:iam::{account}:root"},
                    "Action": "events:PutEvents",
                    "Resource": self.bus.event_bus_arn,
                },
            )
        for name, pattern in PATTERNS.items():
            Rule(self, name, {**pattern, "account": list(accounts)}, target, self.bus)

"""What a need of a room (`infra/rooms.py`) means: environment variables and the smallest grants.

| need | variable | may |
|---|---|---|
| incidents, decisions | MENDLOOP_<NEED>_TABLE | read and put items; nothing is ever deleted |
| decisions_read | MENDLOOP_DECISIONS_TABLE | read items: who only asks what was decided must not decide |
| ledger | MENDLOOP_LEDGER_TABLE | the same, and update, which its transactions do |
| artifacts | MENDLOOP_ARTIFACTS_BUCKET | read and write documents, below `incidents/` |
| raw | MENDLOOP_ARTIFACTS_BUCKET | write raw events, below `signals/` |
| jobs | | read and write the sandbox's jobs and results, below `sandbox/` |
| tickets | MENDLOOP_ARTIFACTS_BUCKET, MENDLOOP_GITHUB_TICKETS_SECRET | write own tickets; read trackers' secrets |
| catalog | MENDLOOP_CATALOG_BUCKET | read |
| audit | MENDLOOP_AUDIT_BUCKET | read and add records; what stands can be neither replaced nor deleted |
| queue | MENDLOOP_SIGNALS_QUEUE_URL | send |
| start, wake | MENDLOOP_STATE_MACHINE_ARN | start and describe executions; answer task tokens |
| safety_net | MENDLOOP_SAFETY_NET | invoke leave_to_human |
| telemetry | MENDLOOP_ACCOUNT, _REGION, _READ_ROLE | read logs, metrics, alarms, traces, deployments of this account |
| revision, alarms | the same | of these: what says which revision runs; what an alarm says of itself |
| mail | MENDLOOP_APPROVER_TOPIC_PREFIX | publish to approvers, see who confirmed |
| alert | MENDLOOP_OPERATORS_TOPIC_ARN | publish to the operators |
| link_keys | MENDLOOP_LINK_KEYS_SECRET | read |
| pause | MENDLOOP_PAUSE_PARAMETER | read |
| code_host | MENDLOOP_GITHUB_SECRET | read; with an App instead: MENDLOOP_TOKEN_BROKER, invoke mint_token |
| app_key | MENDLOOP_GITHUB_APP_SECRET | read the App's key: mint_token alone |
| model | MENDLOOP_MODEL_* | read its secret, or call Bedrock |
| code | | the layer for code |
| sandbox | MENDLOOP_ARTIFACTS_BUCKET, MENDLOOP_SANDBOX | read and write the one prefix `sandbox/` |
| runner, site_url, sign_in | MENDLOOP_RUNNER, MENDLOOP_SITE_URL, MENDLOOP_OIDC_CLAIM | |

`make least-privilege` takes every statement away in turn: whatever is granted here must be missed by a test there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm

from infra.constructs.notifications import Notifications
from infra.constructs.reading import READ_ALARMS, revision_grants, telemetry_grants
from infra.constructs.storage import Storage
from infra.options import Options
from infra.rooms import BY_NAME

READ_ITEMS = ("dynamodb:GetItem", "dynamodb:Query")
ITEMS = (*READ_ITEMS, "dynamodb:PutItem")
TRANSACTIONS = ("dynamodb:UpdateItem",)
OBJECTS = ("s3:GetObject", "s3:PutObject")


@dataclass(frozen=True)
class House:
    """What functions can be given."""

    storage: Storage
    notifications: Notifications
    queue: sqs.Queue
    link_keys: secretsmanager.Secret
    pause: ssm.StringParameter
    state_machine_arn: str
    site_url: str
    options: Options

    def give(self, function: lambda_.Function, need: str) -> None:
        """One need to one function; KeyError for a need that is not in the table."""
        if need in {"incidents", "decisions", "ledger"}:
            self._table(function, need, (*ITEMS, *(TRANSACTIONS if need == "ledger" else ())))
        elif need == "decisions_read":
            self._table(function, "decisions", READ_ITEMS)
        else:
            gifts: dict[str, Callable[[lambda_.Function], None]] = {
                "artifacts": self._artifacts,
                "raw": self._raw,
                "jobs": lambda f: self._objects(f, "sandbox"),
                "tickets": self._tickets,
                "catalog": self._catalog,
                "audit": self._audit,
                "queue": self._queue,
                "start": self._start,
                "wake": self._wake,
                "safety_net": self._safety_net,
                "telemetry": self._telemetry,
                "revision": self._revision,
                "alarms": self._alarms,
                "mail": self._mail,
                "alert": self._alert,
                "link_keys": self._link_keys,
                "pause": self._pause,
                "code_host": self._code_host,
                "app_key": self._app_key,
                "model": self._model,
                "sandbox": self._sandbox,
                "code": lambda _: None,
                "runner": lambda f: _set(f, RUNNER=self.options.runner),
                "site_url": lambda f: _set(f, SITE_URL=self.site_url),
                "sign_in": lambda f: _set(f, OIDC_CLAIM=self.options.oidc_claim if self.options.oidc_issuer else ""),
            }
            gifts[need](function)

    def _table(self, function: lambda_.Function, name: str, actions: Sequence[str]) -> None:
        table: dynamodb.Table = getattr(self.storage, name)
        table.grant(function, *actions)
        function.add_environment(f"MENDLOOP_{name.upper()}_TABLE", table.table_name)

    def _artifacts(self, function: lambda_.Function) -> None:
        self._objects(function, "incidents")
        # Without it, S3 says "denied" for "not there".
        _allow(function, ("s3:ListBucket",), self.storage.artifacts.bucket_arn)
        _set(function, ARTIFACTS_BUCKET=self.storage.artifacts.bucket_name)

    def _raw(self, function: lambda_.Function) -> None:
        _allow(function, ("s3:PutObject",), self.storage.artifacts.arn_for_objects("signals/*"))
        _set(function, ARTIFACTS_BUCKET=self.storage.artifacts.bucket_name)

    def _objects(self, function: lambda_.Function, prefix: str) -> None:
        _allow(function, OBJECTS, self.storage.artifacts.arn_for_objects(f"{prefix}/*"))

    def _sandbox(self, function: lambda_.Function) -> None:
        self._objects(function, "sandbox")
        # On AWS the function itself is the jail: isolated subnets, and a role that may touch one prefix.
        kind = ("unsandboxed" if self.options.unsandboxed else "bubblewrap") if self.options.local else "process"
        _set(function, ARTIFACTS_BUCKET=self.storage.artifacts.bucket_name, SANDBOX=kind)

    def _catalog(self, function: lambda_.Function) -> None:
        bucket = self.storage.catalog
        _allow(function, ("s3:GetObject",), bucket.arn_for_objects("*"))
        _allow(function, ("s3:ListBucket",), bucket.bucket_arn)
        _set(function, CATALOG_BUCKET=bucket.bucket_name)

    def _audit(self, function: lambda_.Function) -> None:
        bucket = self.storage.audit
        _allow(function, OBJECTS, bucket.arn_for_objects("incidents/*"))
        # A chain is listed: how many records there are is what tells the next one's number.
        _allow(function, ("s3:ListBucket",), bucket.bucket_arn)
        _set(function, AUDIT_BUCKET=bucket.bucket_name)

    def _queue(self, function: lambda_.Function) -> None:
        _allow(function, ("sqs:SendMessage",), self.queue.queue_arn)
        _set(function, SIGNALS_QUEUE_URL=self.queue.queue_url)

    def _start(self, function: lambda_.Function) -> None:
        executions = self.state_machine_arn.replace(":stateMachine:", ":execution:")
        _allow(function, ("states:StartExecution",), self.state_machine_arn)
        _allow(function, ("states:DescribeExecution",), f"{executions}:*")
        _set(function, STATE_MACHINE_ARN=self.state_machine_arn)

    def _wake(self, function: lambda_.Function) -> None:
        arn = "*" if self.options.local else self.state_machine_arn
        _allow(function, ("states:SendTaskSuccess", "states:SendTaskFailure"), arn)
        _set(function, STATE_MACHINE_ARN=self.state_machine_arn)

    def _safety_net(self, function: lambda_.Function) -> None:
        name, stack = BY_NAME["leave_to_human"].function_name, Stack.of(function)
        _allow(function, ("lambda:InvokeFunction",), stack.format_arn(service="lambda", resource=f"function:{name}"))
        _set(function, SAFETY_NET=name)

    def _telemetry(self, function: lambda_.Function) -> None:
        stack = Stack.of(function)
        for actions, resource in telemetry_grants(stack.partition, stack.region, stack.account):
            _allow(function, actions, resource)
        self._elsewhere(function)

    def _revision(self, function: lambda_.Function) -> None:
        stack = Stack.of(function)
        for actions, resource in revision_grants(stack.partition, stack.region, stack.account):
            _allow(function, actions, resource)
        self._elsewhere(function)

    def _alarms(self, function: lambda_.Function) -> None:
        _allow(function, READ_ALARMS, "*")
        self._elsewhere(function)

    def _elsewhere(self, function: lambda_.Function) -> None:
        """Where here is, and how to read in the accounts whose events come in, too."""
        stack, options = Stack.of(function), self.options
        _set(function, ACCOUNT=stack.account, REGION=stack.region)
        if options.source_accounts:
            roles = (f"arn:{stack.partition}:iam::{each}:role/{options.read_role}" for each in options.source_accounts)
            _allow(function, ("sts:AssumeRole",), *roles)
            _set(function, READ_ROLE=options.read_role)

    def _mail(self, function: lambda_.Function) -> None:
        prefix = self.notifications.approver_prefix
        _allow(function, ("sns:Publish", "sns:ListSubscriptionsByTopic"), f"{prefix}*")
        _set(function, APPROVER_TOPIC_PREFIX=prefix)

    def _alert(self, function: lambda_.Function) -> None:
        topic = self.notifications.operators.topic_arn
        _allow(function, ("sns:Publish",), topic)
        _set(function, OPERATORS_TOPIC_ARN=topic)

    def _link_keys(self, function: lambda_.Function) -> None:
        # `Ref`, which `secret_arn` is, is the ARN on AWS and the name on the emulator; `Id` is the ARN on both.
        secret = self.link_keys.node.default_child
        assert isinstance(secret, secretsmanager.CfnSecret)  # noqa: S101 - tells the type checker
        _allow(function, ("secretsmanager:GetSecretValue",), secret.attr_id)
        _set(function, LINK_KEYS_SECRET=secret.attr_id)

    def _pause(self, function: lambda_.Function) -> None:
        _allow(function, ("ssm:GetParameter",), self.pause.parameter_arn)
        _set(function, PAUSE_PARAMETER=self.pause.parameter_name)

    def _app_key(self, function: lambda_.Function) -> None:
        self._named_secret(function, self.options.github_app_secret)
        _set(function, GITHUB_APP_SECRET=self.options.github_app_secret)

    def _code_host(self, function: lambda_.Function) -> None:
        if self.options.github_app_secret:
            name, stack = BY_NAME["mint_token"].function_name, Stack.of(function)
            arn = stack.format_arn(service="lambda", resource=f"function:{name}")
            _allow(function, ("lambda:InvokeFunction",), arn)
            _set(function, TOKEN_BROKER=name)
            return
        self._named_secret(function, self.options.github_secret)
        _set(function, GITHUB_SECRET=self.options.github_secret)

    def _tickets(self, function: lambda_.Function) -> None:
        self._objects(function, "tickets")
        # Whether there is a ticket is asked of the bucket; see `_artifacts`.
        _allow(function, ("s3:ListBucket",), self.storage.artifacts.bucket_arn)
        _set(function, ARTIFACTS_BUCKET=self.storage.artifacts.bucket_name)
        options = self.options
        secrets = {
            "github": ("GITHUB_TICKETS_SECRET", options.github_tickets_secret or options.github_secret),
            "jira": ("JIRA_SECRET", options.jira_secret),
            "linear": ("LINEAR_SECRET", options.linear_secret),
        }
        for variable, name in (secrets[tracker] for tracker in options.trackers if tracker in secrets):
            self._named_secret(function, name)
            _set(function, **{variable: name})

    def _model(self, function: lambda_.Function) -> None:
        options = self.options
        if options.model_provider == "bedrock":
            stack = Stack.of(function)
            models = f"arn:{stack.partition}:bedrock:*"
            _allow(
                function,
                ("bedrock:InvokeModelWithResponseStream",),
                f"{models}::foundation-model/anthropic.*",
                f"{models}:{stack.account}:inference-profile/*",
            )
        else:
            self._named_secret(function, options.model_secret)
            _set(function, MODEL_SECRET=options.model_secret)
        _set(
            function,
            MODEL_PROVIDER=options.model_provider,
            MODEL_NAME=options.model_name,
            MODEL_BASE_URL=options.model_base_url,
        )

    def _named_secret(self, function: lambda_.Function, name: str) -> None:
        stack = Stack.of(function)
        # Secrets Manager adds a dash and six characters to a secret's name.
        arn = f"arn:{stack.partition}:secretsmanager:{stack.region}:{stack.account}:secret:{name}-??????"
        _allow(function, ("secretsmanager:GetSecretValue",), arn)


def _allow(function: lambda_.Function, actions: tuple[str, ...], *resources: str) -> None:
    function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=list(resources)))


def _set(function: lambda_.Function, **variables: str) -> None:
    for name, value in variables.items():
        if value:
            function.add_environment(f"MENDLOOP_{name}", value)

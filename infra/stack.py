"""The stack, composition only.

Names that others rely on:

- state machine `mendloop-remediation`, functions `mendloop-<room>`, log groups `/aws/lambda/mendloop-<room>`
- topics `mendloop-signals`, `mendloop-operators`, `mendloop-approver-<name>`
- buses `mendloop-replay`, and `mendloop-accounts` where other accounts forward their events
- parameter `/mendloop/pause`, dashboard `mendloop`, alarms `mendloop-*`
- tables, buckets, queues and the site's address are named by CloudFormation: read the outputs.
"""

from aws_cdk import ArnFormat, CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from infra.answers import answer_findings
from infra.bundling import Bundles
from infra.constructs.dashboard import Dashboard
from infra.constructs.needs import House
from infra.constructs.network import IsolatedNetwork
from infra.constructs.notifications import Notifications
from infra.constructs.review_site import ReviewSite
from infra.constructs.safety_net import SafetyNet
from infra.constructs.source_accounts import SourceAccounts
from infra.constructs.step import Step
from infra.constructs.storage import Storage
from infra.constructs.test_builds import TestBuilds
from infra.constructs.triggers import Triggers
from infra.constructs.workflow import Workflow
from infra.options import Options
from infra.rooms import ROOMS, STATE_MACHINE_NAME, Room

PAUSE_PARAMETER = "/mendloop/pause"
NOTHING_PAUSED = '{"all": false, "services": []}'


class MendloopStack(Stack):
    """Everything of one deployment."""

    def __init__(self, scope: Construct, id: str, *, options: Options, bundles: Bundles) -> None:
        super().__init__(scope, id, description="mendloop: from a production alarm to a reviewed pull request")
        storage = Storage(self, "Storage", options=options)
        people = Notifications(self, "Notifications", approvers=options.approvers, local=options.local)
        triggers = Triggers(self, "Triggers", local=options.local)
        if options.source_accounts:
            SourceAccounts(self, "SourceAccounts", accounts=options.source_accounts, target=triggers.target)
        site = ReviewSite(self, "ReviewSite", options=options)
        machine_arn = self.format_arn(
            service="states",
            resource="stateMachine",
            resource_name=STATE_MACHINE_NAME,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        house = House(
            storage=storage,
            notifications=people,
            queue=triggers.queue,
            link_keys=_link_keys(self, options),
            pause=ssm.StringParameter(
                self,
                "Pause",
                parameter_name=PAUSE_PARAMETER,
                string_value=NOTHING_PAUSED,
                description="What is paused",
            ),
            state_machine_arn=machine_arn,
            site_url=options.site_url or site.url,
            options=options,
        )
        functions = self._functions(house, options, bundles)
        builds = self._builds(storage, options, bundles) if options.runner == "codebuild" else None
        workflow = Workflow(self, "Workflow", functions=functions, options=options, builds=builds)
        triggers.connect(functions)
        site.connect(functions["review"])
        net = SafetyNet(
            self,
            "SafetyNet",
            state_machine_arn=machine_arn,
            leave_to_human=functions["leave_to_human"],
            undelivered=triggers.undelivered,
            operators=people.operators,
        )
        net.watch("DeadLetters", triggers.dead_letters, "Signals that intake could not take: `mendloop dlq`.")
        net.watch("Undelivered", triggers.undelivered, "Events that no queue or function took: `mendloop dlq`.")
        queues = {"signals": triggers.queue, "dead letters": triggers.dead_letters, "undelivered": triggers.undelivered}
        dashboard = Dashboard(self, "Dashboard", state_machine_arn=machine_arn, queues=queues, pause=PAUSE_PARAMETER)
        self._outputs(
            SignalsTopicArn=triggers.topic.topic_arn,
            SignalsQueueUrl=triggers.queue.queue_url,
            DeadLettersQueueUrl=triggers.dead_letters.queue_url,
            UndeliveredQueueUrl=triggers.undelivered.queue_url,
            LeaveToHumanName=functions["leave_to_human"].function_name,
            GithubSecret=options.github_secret,
            GithubTicketsSecret=options.github_tickets_secret or options.github_secret,
            JiraSecret=options.jira_secret,
            LinearSecret=options.linear_secret,
            StateMachineArn=workflow.state_machine.state_machine_arn,
            SiteUrl=site.url,
            OperatorsArn=site.operators_arn,
            OidcIssuer=options.oidc_issuer or "none",
            IncidentsTable=storage.incidents.table_name,
            DecisionsTable=storage.decisions.table_name,
            LedgerTable=storage.ledger.table_name,
            ArtifactsBucket=storage.artifacts.bucket_name,
            CatalogBucket=storage.catalog.bucket_name,
            AuditBucket=storage.audit.bucket_name,
            OperatorsTopicArn=people.operators.topic_arn,
            ApproverTopicPrefix=people.approver_prefix,
            PauseParameter=house.pause.parameter_name,
            LinkKeysSecret=house.link_keys.secret_arn,
            ReplayBusName=triggers.replay_bus.event_bus_name,
            ReceiveSignalArn=functions["receive_signal"].function_arn,
            DashboardName=dashboard.name,
        )
        if "mint_token" in functions:
            self._outputs(TokenBrokerName=functions["mint_token"].function_name)
        answer_findings(
            self,
            functions,
            tables=[storage.incidents],
            artifacts=storage.artifacts,
            catalog=storage.catalog,
            audit=storage.audit,
            secrets={
                "github": options.github_secret,
                "github_app": options.github_app_secret or options.github_secret,
                "model": options.model_secret,
            },
            builds=builds,
        )

    def _functions(self, house: House, options: Options, bundles: Bundles) -> dict[str, lambda_.Function]:
        layers = {
            name: _layer(self, name.title().replace("_", ""), str(getattr(bundles, name)()), options)
            for name in ("layer", "code_layer", "ticket_layer", "model_layer", "sandbox_layer")
        }
        # On the local cloud there is no network to isolate a function in: the sandbox itself has none.
        in_function = options.runner == "sandbox"
        vpc = IsolatedNetwork(self, "Network").vpc if in_function and not options.local else None
        functions = {}
        for room in (room for room in ROOMS if _deployed(room, options)):
            jailed = room.name == "run_tests"
            made = Step(
                self,
                room.title,
                room=room,
                options=options,
                bundles=bundles,
                layers=[layers[name] for name in room.layers],
                vpc=vpc if jailed else None,
            )
            for need in room.needs:
                house.give(made.function, need)
            functions[room.name] = made.function
        return functions

    def _builds(self, storage: Storage, options: Options, bundles: Bundles) -> codebuild.IProject:
        """The program of `run_tests`, with what its Lambda would have as layers, and what installs packages."""
        paths = {"program": bundles.function("run_tests"), "layer": bundles.layer()}
        paths |= {"sandbox_layer": bundles.sandbox_layer(), "installer": bundles.installer()}
        named = {name: str(path) for name, path in paths.items()}
        return TestBuilds(self, "TestBuilds", bundles=named, artifacts=storage.artifacts, options=options).project

    def _outputs(self, **outputs: str) -> None:
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)


def _deployed(room: Room, options: Options) -> bool:
    """Tests run in a build instead where the runner is one; tokens are made where there is an App."""
    return {"run_tests": options.runner == "sandbox", "mint_token": bool(options.github_app_secret)}.get(
        room.name, True
    )


def _layer(scope: Construct, id: str, path: str, options: Options) -> lambda_.LayerVersion:
    arm = options.architecture == "arm64"
    return lambda_.LayerVersion(
        scope,
        id,
        code=lambda_.Code.from_asset(path),
        description="mendloop: locked third-party dependencies",
        compatible_architectures=[lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64],
        removal_policy=RemovalPolicy.DESTROY,
    )


def _link_keys(scope: Construct, options: Options) -> secretsmanager.Secret:
    """`{"current": "k1", "k1": "<random>"}`; a second key id is added to rotate."""
    return secretsmanager.Secret(
        scope,
        "LinkKeys",
        description="mendloop: keys that sign review links and sessions",
        generate_secret_string=secretsmanager.SecretStringGenerator(
            secret_string_template='{"current": "k1"}',  # noqa: S106 - a key id
            generate_string_key="k1",
            password_length=64,
            exclude_punctuation=True,
        ),
        removal_policy=RemovalPolicy.DESTROY if options.local else RemovalPolicy.RETAIN,
    )

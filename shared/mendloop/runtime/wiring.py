"""The composition root: adapters built from settings when a handler asks for them, and only those.

Adapters are imported where they are built, so that a function's cold start pays for nothing it does not use.
"""

from collections.abc import Callable
from functools import cached_property

from mendloop.domain.catalog import Repository, Service
from mendloop.domain.errors import Misconfigured
from mendloop.ports import (
    ArtifactStore,
    AuditTrail,
    CatalogStore,
    Clock,
    CodeHost,
    DecisionStore,
    IncidentStore,
    Ledger,
    LinkSigner,
    Mailer,
    Model,
    Packages,
    Sandbox,
    Secrets,
    SignalQueue,
    Switch,
    Telemetry,
    TicketTracker,
    TokenBroker,
    TokenIssuer,
    Workflow,
)
from mendloop.runtime.settings import Settings


class Wiring:
    """One invocation's adapters."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def clock(self) -> Clock:
        """The system's clock."""
        from mendloop.adapters.system_clock import SystemClock

        return SystemClock()

    @cached_property
    def artifacts(self) -> ArtifactStore:
        """The artifacts bucket."""
        from mendloop.adapters.s3_artifacts import S3Artifacts

        return S3Artifacts(self.settings.need("artifacts_bucket"))

    @cached_property
    def audit(self) -> AuditTrail:
        """The audit bucket."""
        from mendloop.adapters.s3_audit import S3Audit

        return S3Audit(self.settings.need("audit_bucket"))

    @cached_property
    def catalogs(self) -> CatalogStore:
        """The catalog bucket."""
        from mendloop.adapters.s3_catalogs import S3Catalogs

        return S3Catalogs(self.settings.need("catalog_bucket"))

    @cached_property
    def incidents(self) -> IncidentStore:
        """The incidents table."""
        from mendloop.adapters.dynamodb_incidents import DynamoDbIncidents

        return DynamoDbIncidents(self.settings.need("incidents_table"))

    @cached_property
    def decisions(self) -> DecisionStore:
        """The decisions table."""
        from mendloop.adapters.dynamodb_decisions import DynamoDbDecisions

        return DynamoDbDecisions(self.settings.need("decisions_table"))

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger table, with the caps of the catalog."""
        from mendloop.adapters.dynamodb_ledger import DynamoDbLedger

        return DynamoDbLedger(self.settings.need("ledger_table"), self.catalogs)

    @cached_property
    def telemetry(self) -> Telemetry:
        """CloudWatch, Lambda, ECS."""
        from mendloop.adapters.cloudwatch_telemetry import CloudWatchTelemetry

        return CloudWatchTelemetry()

    def telemetry_at(self, account: str, region: str) -> Telemetry:
        """The same where a signal comes from; elsewhere than here by the read role there. "" and no names mean here."""
        from mendloop.adapters.aws_elsewhere import ACCOUNT, REGION, Elsewhere
        from mendloop.adapters.cloudwatch_telemetry import CloudWatchTelemetry

        own = self.settings
        there = account if ACCOUNT.fullmatch(account) else own.account
        where = region if REGION.fullmatch(region) else own.region
        if not own.account or (there, where) == (own.account, own.region):
            return self.telemetry
        return CloudWatchTelemetry(Elsewhere(there, where, own.read_role))

    @cached_property
    def switch(self) -> Switch:
        """The pause parameter."""
        from mendloop.adapters.ssm_switch import SsmSwitch

        return SsmSwitch(self.settings.need("pause_parameter"))

    @cached_property
    def secrets(self) -> Secrets:
        """Secrets Manager."""
        from mendloop.adapters.secretsmanager_secrets import SecretsManagerSecrets

        return SecretsManagerSecrets()

    @cached_property
    def signer(self) -> LinkSigner:
        """Review links and sessions."""
        from mendloop.adapters.hmac_signer import HmacSigner

        return HmacSigner(self.secrets, self.settings.need("link_keys_secret"))

    @cached_property
    def mailer(self) -> Mailer:
        """One topic per approver, one for the operators; a function may know only one kind of them."""
        from mendloop.adapters.sns_mailer import SnsMailer

        return SnsMailer(self.settings.approver_topic_prefix, self.settings.operators_topic_arn)

    @cached_property
    def workflow(self) -> Workflow:
        """The state machine."""
        from mendloop.adapters.stepfunctions_workflow import StepFunctionsWorkflow

        return StepFunctionsWorkflow(self.settings.need("state_machine_arn"), self.settings.safety_net)

    @cached_property
    def signals(self) -> SignalQueue:
        """The signals queue."""
        from mendloop.adapters.sqs_signals import SqsSignals

        return SqsSignals(self.settings.need("signals_queue_url"))

    @cached_property
    def tokens(self) -> TokenBroker:
        """The broker's function where there is an App, else the one token of a secret."""
        from mendloop.adapters.token_brokers import LambdaTokens, SecretTokens

        if self.settings.token_broker:
            return LambdaTokens(self.settings.token_broker)
        return SecretTokens(self.secrets, self.settings.need("github_secret"))

    def token_issuer(self, repository: Repository) -> TokenIssuer:
        """The App, by its key."""
        from mendloop.adapters.github.app import GitHubApp

        return GitHubApp(self.secrets.get(self.settings.need("github_app_secret")), repository.base_url)

    def code_host(self, repository: Repository) -> CodeHost:
        """The adapter that serves a repository, to read; with one token for everything it may write, too."""
        return self._code_host(repository, lambda: self.tokens.read(repository))

    def publishing_host(self, repository: Repository, incident_id: str) -> CodeHost:
        """The same to push and open a pull request: no token without an approval, none above the cap."""
        return self._code_host(repository, lambda: self.tokens.publish(repository, incident_id))

    def following_host(self, repository: Repository, incident_id: str) -> CodeHost:
        """The same to watch, comment on and mark ready what was published for an incident."""
        return self._code_host(repository, lambda: self.tokens.follow(repository, incident_id))

    def code_host_with(self, repository: Repository, token: str) -> CodeHost:
        """By a token that was just made."""
        return self._code_host(repository, lambda: token)

    def _code_host(self, repository: Repository, token: Callable[[], str]) -> CodeHost:
        if repository.host == "github":
            from mendloop.adapters.github import GitHub

            return GitHub(token(), repository.base_url)
        if self.settings.stage != "local":
            raise Misconfigured(
                f"repository {repository.location}: host local_git is for the local cloud; set host: github"
            )
        from mendloop.adapters.local_git import LocalGit

        return LocalGit()

    def tracker(self, service: Service) -> TicketTracker:
        """The adapter that files a service's tickets."""
        tickets, repository = service.tickets, service.repository
        if tickets.tracker == "github":
            from mendloop.adapters.github.api import Api
            from mendloop.adapters.github.issues import GitHubIssues

            token = self._secret("github_tickets_secret")
            at_github = repository.host == "github"
            base_url = tickets.base_url or (repository.base_url if at_github else "")
            return GitHubIssues(Api(token, base_url), tickets.project or repository.location, tickets)
        if tickets.tracker == "jira":
            from mendloop.adapters.jira import JiraIssues
            from mendloop.adapters.jira.api import Api as JiraApi

            return JiraIssues(JiraApi(tickets.base_url, self._secret("jira_secret")), tickets)
        if tickets.tracker == "linear":
            from mendloop.adapters.linear import LinearIssues
            from mendloop.adapters.linear.api import Api as LinearApi

            return LinearIssues(LinearApi(self._secret("linear_secret"), tickets.base_url), tickets)
        return self.fallback_tracker()

    def _secret(self, setting: str) -> str:
        return self.secrets.get(self.settings.need(setting))

    def fallback_tracker(self) -> TicketTracker:
        """Mendloop's own, where a ticket goes that no other takes."""
        from mendloop.adapters.local_tracker import LocalTracker

        return LocalTracker(self.settings.need("artifacts_bucket"))

    def model(self) -> Model:
        """Claude, through the API or Bedrock."""
        from mendloop.adapters.claude import Claude

        key = self.secrets.get(self.settings.need("model_secret")) if self.settings.model_provider == "api" else ""
        return Claude(
            api_key=key,
            provider=self.settings.model_provider,
            model=self.settings.need("model_name"),
            base_url=self.settings.model_base_url,
        )

    def packages(self) -> Packages:
        """What installs a project's packages, in a build."""
        from mendloop.adapters.sandbox.packages import UvPackages

        return UvPackages(self.artifacts, self.settings.package_index)

    def sandbox(self) -> Sandbox:
        """Where a repository's tests run."""
        from mendloop.adapters.sandbox import build_sandbox

        return build_sandbox(self.settings.sandbox, self.artifacts)

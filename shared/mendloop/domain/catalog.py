"""The catalog `mendloop.yaml`: services, approvers and limits; the root of trust.

Reading the file with line numbers is `mendloop.domain.catalog_file`; here is only what it means.
"""

from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import AwareDatetime, Field, model_validator

from mendloop.domain.catalog_section import Section
from mendloop.domain.catalog_tickets import Tickets
from mendloop.domain.follow_up_rules import FollowUpRules


class Autonomy(StrEnum):
    """How far mendloop may go by itself."""

    EXPLAIN = "explain"
    DRAFT = "draft"
    PULL_REQUEST = "pull_request"


class Delivery(Section):
    """How an approver's topic reaches them."""

    protocol: str = Field(default="email", pattern="^(email|email-json|https|sqs)$")
    endpoint: str = Field(description="Mail address, https URL, or queue ARN")


class Approver(Section):
    """One person who may decide."""

    name: str = Field(default="", pattern="^[a-z0-9-]{0,40}$", description="Filled in from the key")
    full_name: str
    delivery: Delivery
    git: list[str] = Field(default_factory=list, description="Mail addresses used in commits")
    logins: dict[str, str] = Field(default_factory=dict, description="Host name → login, e.g. github: dana")
    iam: list[Annotated[str, Field(pattern=r"^arn:[a-z-]+:(iam|sts)::[0-9]{12}:[^\s*?]+$")]] = Field(
        default_factory=list, description="Who they are to AWS, whole ARNs: `mendloop approve` knows them by these"
    )
    oidc: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default_factory=list, description="Who they are to the identity provider in front of the pages"
    )


class Repository(Section):
    """Where a service's source lives."""

    host: str = Field(pattern="^(local_git|github)$")
    location: str = Field(description="github: owner/name; local_git: absolute folder")
    public: bool = Field(default=False, description="Only exception type, own frames and counts are published there")
    base_url: str = Field(default="", description="GitHub Enterprise Server API base URL")


class ServiceSignals(Section):
    """Which signals belong to a service. Names are shell patterns."""

    accounts: list[Annotated[str, Field(pattern="^[0-9]{12}$")]] = Field(
        default_factory=list, description="Numbers of 12 digits; empty: the names count in any account"
    )
    alarms: list[str] = Field(default_factory=list)
    log_groups: list[str] = Field(default_factory=list)
    functions: list[str] = Field(default_factory=list)
    ecs_services: list[str] = Field(default_factory=list)
    others: list[str] = Field(default_factory=list, description="Pipelines, CodeDeploy applications, stacks, canaries")


class Limits(Section):
    """Budgets and rates, with the written defaults."""

    settle_seconds: int = Field(default=20, ge=0, le=900)
    debounce_seconds: int = Field(default=60, ge=0)
    cool_down_minutes: int = Field(default=30, ge=0)
    minimum_occurrences: int = Field(default=1, ge=1)
    maximum_age_hours: int = Field(default=24, ge=1)
    starts_per_hour: int = Field(default=10, ge=1)
    open_incidents: int = Field(default=5, ge=1)
    open_pull_requests: int = Field(default=5, ge=1)
    files: int = Field(default=3, ge=1)
    changed_lines: int = Field(default=60, ge=1)
    functions: int = Field(default=5, ge=1)
    approval_hours: float = Field(default=24, gt=0, le=168)
    reminder_hours: float = Field(default=8, gt=0)
    test_timeout_seconds: int = Field(default=300, ge=10, le=840)
    incident_micro_dollars: int = Field(default=2_000_000, ge=0)
    day_micro_dollars: int = Field(default=20_000_000, ge=0)
    month_micro_dollars: int = Field(default=200_000_000, ge=0)


class Routing(Section):
    """When a change of the code is tried at all."""

    suspect_days: int = Field(
        default=30, ge=1, le=30, description="How old a commit may be that counts as the reason for a failure"
    )
    without_suspect: bool = Field(default=True, description="Draft also where no recent commit explains the failure")


class Approval(Section):
    """Whose approval counts. Both need people who are signed in: a link alone does not say who opened it."""

    people: int = Field(default=1, ge=1, le=2, description="How many different people must approve")
    not_author: bool = Field(
        default=False, description="Not who wrote the suspect commit, nor who adjusted the patch that is asked about"
    )

    @property
    def signed_in(self) -> bool:
        """Whether an approval needs an identity beside the link."""
        return self.people > 1 or self.not_author


class Mute(Section):
    """Signals that start nothing until a day has come."""

    resource: str = Field(
        min_length=1, description="Shell pattern of the alarm's, log group's or other resource's name"
    )
    until: AwareDatetime
    reason: str = Field(min_length=1, max_length=200)


class Service(Section):
    """One service that opted in."""

    name: str = Field(default="", description="Filled in from the key")
    signals: ServiceSignals
    repository: Repository
    root: str = Field(default="", description="The service's folder in the repository; empty: the whole")
    runtime_root: str = Field(default="/var/task", description="Where `root` lies at run time")
    test_command: str = Field(default="", description="Run in `root`; must be pytest for red → green proofs")
    python_environment: str = Field(
        default="", description="Local cloud: absolute folder of the virtual environment that the tests run in"
    )
    entry_point: str = Field(default="", description="`package.module:function(event, context)` to replay a request")
    request_field: str = Field(default="", description="Log field that holds the failing request")
    redact_ip_addresses: bool = Field(default=False, description="Beside secrets and personal data, which always go")
    approvers: list[str]
    approval: Approval = Approval()
    tickets: Tickets = Tickets()
    autonomy: Autonomy = Autonomy.EXPLAIN
    drafters: list[str] = Field(default_factory=lambda: ["revert", "templates"], description="In this order")
    limits: Limits = Limits()
    routing: Routing = Routing()
    follow_up: FollowUpRules = FollowUpRules()
    mutes: list[Mute] = Field(default_factory=list)
    protected_paths: list[str] = Field(default_factory=list, description="Patterns added to the built-in ones")
    patch_allows: list[Annotated[str, Field(pattern="^(new dependency|network|subprocess)$")]] = Field(
        default_factory=list, description="Rules of the gate that a patch may break, since the service does so anyway"
    )

    def muted(self, resource: str, now: datetime) -> Mute | None:
        """The first mute that holds for this resource now."""
        return next((mute for mute in self.mutes if now < mute.until and fnmatchcase(resource, mute.resource)), None)

    @model_validator(mode="after")
    def _somebody_decides(self) -> "Service":
        if not self.approvers:
            raise ValueError("approvers: name at least one approver")
        return self

    @model_validator(mode="after")
    def _enough_people(self) -> "Service":
        if len(set(self.approvers)) < self.approval.people:
            raise ValueError("approval.people: two different people must approve, name at least two approvers")
        return self

    @model_validator(mode="after")
    def _tickets_have_a_place(self) -> "Service":
        tickets = self.tickets
        if tickets.tracker == "github" and not tickets.project and self.repository.host != "github":
            raise ValueError("tickets.project: name owner/name, since the service's repository is not at GitHub")
        return self

    @model_validator(mode="after")
    def _environment_of_this_machine(self) -> "Service":
        if self.python_environment and self.repository.host != "local_git":
            raise ValueError("python_environment: only for local_git, whose tests run on the same machine")
        if self.python_environment and not self.python_environment.startswith("/"):
            raise ValueError("python_environment: name an absolute folder")
        return self


class Catalog(Section):
    """The whole file."""

    version: int = Field(ge=1, le=1)
    approvers: dict[str, Approver]
    services: dict[str, Service]

    @model_validator(mode="before")
    @classmethod
    def _names_from_keys(cls, data: object) -> object:
        if isinstance(data, dict):
            data = dict(data)
            for section in ("approvers", "services"):
                entries = data.get(section)
                if isinstance(entries, dict):
                    data[section] = {k: {**v, "name": k} if isinstance(v, dict) else v for k, v in entries.items()}
        return data

    @model_validator(mode="after")
    def _approvers_exist(self) -> "Catalog":
        for service in self.services.values():
            for name in service.approvers:
                if name not in self.approvers:
                    raise ValueError(f"services.{service.name}.approvers: {name!r} is not among the approvers")
        return self

    @model_validator(mode="after")
    def _identities_are_one_persons(self) -> "Catalog":
        for kind in ("iam", "oidc"):
            known: dict[str, str] = {}
            for name, approver in self.approvers.items():
                for identity in getattr(approver, kind):
                    if known.setdefault(identity, name) != name:
                        raise ValueError(f"approvers.{name}.{kind}: {identity!r} is {known[identity]}'s already")
        return self

    @model_validator(mode="after")
    def _policies_can_be_kept(self) -> "Catalog":
        for service in (each for each in self.services.values() if each.approval.signed_in):
            people = [self.approvers[name] for name in dict.fromkeys(service.approvers)]
            known = [each for each in people if each.iam or each.oidc]
            if len(known) < service.approval.people:
                raise ValueError(
                    f"services.{service.name}.approval: an approval needs somebody signed in: give "
                    f"{'two of' if service.approval.people > 1 else 'one of'} {', '.join(service.approvers)} "
                    "their `iam` or `oidc` identity"
                )
            _different(service, people)
        return self

    def identified(self, kind: str, identity: str) -> Approver | None:
        """Whose `iam` or `oidc` identity this is, letter by letter; None for a stranger."""
        every = self.approvers.values()
        return next((each for each in every if identity and identity in getattr(each, kind)), None)

    def service_for(
        self, *, alarm: str = "", log_group: str = "", function: str = "", other: str = "", account: str = ""
    ) -> Service | None:
        """The first service, in the file's order, that claims one of these names; None when nobody opted in.

        A service that names accounts claims nothing in another one.
        """
        for service in self.services.values():
            claims = service.signals
            if claims.accounts and account not in claims.accounts:
                continue
            pairs = (
                (alarm, claims.alarms),
                (log_group, claims.log_groups),
                (function, claims.functions),
                (other, claims.ecs_services + claims.others),
            )
            if any(name and any(fnmatchcase(name, pattern) for pattern in patterns) for name, patterns in pairs):
                return service
        return None


def _different(service: Service, people: list[Approver]) -> None:
    """Where two must approve, two names must not be one person's mailbox."""
    if service.approval.people < 2:
        return
    seen: dict[str, str] = {}
    for person in people:
        for address in {person.delivery.endpoint.lower(), *(each.lower() for each in person.git)}:
            if seen.setdefault(address, person.name) != person.name:
                raise ValueError(
                    f"services.{service.name}.approval.people: {seen[address]} and {person.name} share {address}"
                )

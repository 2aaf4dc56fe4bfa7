"""What mendloop needs from the outside, as Protocols. Each has a twin in `tests/fakes` and adapters beside this file.

Every method may raise `Retryable` or `Permanent` errors of `mendloop.domain.errors`; adapters map vendor errors to
them. "Not there" is `None` or an empty list only where said so; an outage is always an error.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from mendloop.contracts.approval import ApprovalRequest, Consent, Decision, HandOver, Rejection
from mendloop.contracts.base import ArtifactRef, Contract, UtcTime
from mendloop.contracts.evidence import Deployment, Series, TracedRequest
from mendloop.contracts.follow_up import FollowUp, Sighting
from mendloop.contracts.incident import Incident, IncidentState, Occurrence, Signal, TimelineEntry
from mendloop.contracts.mapping import Commit, Correction, SourceRoots
from mendloop.contracts.publication import Publication, Ticket, TicketRecord
from mendloop.contracts.spending import CapLevel
from mendloop.contracts.tokens import MintedToken
from mendloop.contracts.verification import TestJob, TestRun
from mendloop.domain.budget import Tokens
from mendloop.domain.catalog import Approver, Catalog, Repository


class Clock(Protocol):
    """The time, so that tests can hold it."""

    def now(self) -> datetime:
        """Aware, UTC."""


# --- production -----------------------------------------------------------------------------------------------------


class LogEvent(Contract):
    """One event of a log group, as it stands there: not redacted."""

    log_group: str
    stream: str
    at: UtcTime
    message: str


class LogPage(Contract):
    """What a read came to; `cut` says in words what was left out ("" when nothing was)."""

    events: list[LogEvent] = Field(default_factory=list)
    cut: str = ""


class AlarmDescription(Contract):
    """An alarm's configuration and the window of its last evaluation."""

    name: str
    namespace: str = ""
    metric: str = ""
    dimensions: dict[str, str] = Field(default_factory=dict)
    statistic: str = ""
    threshold: float | None = None
    period_seconds: int = 60
    evaluation_periods: int = 1
    queries: list[dict[str, object]] = Field(
        default_factory=list, description="Of an alarm on an expression: its metric queries, as the service tells them"
    )
    threshold_query: str = Field(default="", description="Of an anomaly alarm: the query that makes the band")
    children: list[str] = Field(default_factory=list)
    state: str = ""
    state_since: UtcTime | None = None


class TracePage(Contract):
    """What a read of traces came to; `cut` says in words what was left out ("" when nothing was)."""

    traces: list[TracedRequest] = Field(default_factory=list)
    cut: str = ""


class DeploymentSource(StrEnum):
    """Who knows of deployments; the value is what a person calls it."""

    LAMBDA = "Lambda versions"
    ECS = "ECS deployments"
    CODEDEPLOY = "CodeDeploy deployments"
    CLOUDFORMATION = "CloudFormation stack events"
    CLOUDTRAIL = "CloudTrail changes"


class Deployed(Contract):
    """What may have been deployed; empty where it is not known."""

    function: str = ""
    cluster: str = ""
    ecs_service: str = ""
    application: str = Field(default="", description="CodeDeploy's")
    stack: str = Field(default="", description="CloudFormation's; where empty, the function's own stack")
    pipeline: str = Field(default="", description="CodePipeline's")


class Telemetry(Protocol):
    """Production's own records (CloudWatch, Lambda, ECS)."""

    def alarm(self, name: str) -> AlarmDescription | None:
        """The alarm, or None when CloudWatch answers that there is none."""

    def log_events(
        self, log_group: str, start: datetime, end: datetime, *, term: str = "", max_bytes: int = 2_000_000
    ) -> LogPage:
        """Events of [start, end] in time order, containing `term` when given. NotFound when there is no such group."""

    def metric(self, alarm: AlarmDescription, start: datetime, end: datetime) -> Series:
        """What the alarm watches in the window, with its threshold or band; no points for a composite alarm."""

    def metric_log_groups(self, namespace: str, metric: str) -> list[str]:
        """Log groups whose metric filters make this metric."""

    def service_log_groups(self, cluster: str, service: str) -> list[str]:
        """Log groups that the containers of an ECS service write to. NotFound when there is no such service."""

    def traces(self, services: Sequence[str], start: datetime, end: datetime) -> TracePage:
        """Traced requests of [start, end] in which one of these services has a fault, oldest first, within bounds."""

    def deployments(self, source: DeploymentSource, of: Deployed, start: datetime, end: datetime) -> list[Deployment]:
        """In the window, oldest first; empty where `of` names nothing of that source. NotFound when it is not there."""

    def running_revision(self, of: Deployed) -> tuple[str, str]:
        """(revision, source of the knowledge) of the first thing that `of` names; `("", "")` where none is recorded.

        NotFound when there is no such function, ECS service, CodeDeploy application or pipeline.
        """


# --- code -----------------------------------------------------------------------------------------------------------


class TreeEntry(Contract):
    """One file of a tree. Symbolic links and submodules are listed with their mode and never followed."""

    path: str
    size: int = Field(description="Bytes; -1 where the repository lists the file but lacks its content")
    mode: str = Field(description="100644, 100755, 120000 (link) or 160000 (submodule)")
    sha: str


class BlameLine(Contract):
    """Who last touched one line."""

    line: int
    commit: str


class FileChange(Contract):
    """A whole new content for one path; `content` None deletes it."""

    path: str
    content: bytes | None


class Branch(Contract):
    """A branch as it stands."""

    name: str
    head: str
    message: str = Field(description="The head commit's full message, for its trailers")


class PullRequest(Contract):
    """A pull request as it stands."""

    number: str
    url: str
    branch: str
    title: str
    body: str
    draft: bool
    state: str = Field(description="open, closed or merged")
    head: str = Field(default="", description="Full hash of the branch's head, as the pull request has it; it may move")
    base: str = Field(default="", description="Name of the branch that it would be merged into")
    labels: list[str] = Field(default_factory=list)
    reviewers: list[str] = Field(default_factory=list, description="Logins that are asked and have not answered")
    merge_commit: str = Field(default="", description="Of a merged one: the commit that holds the change from then on")
    ended_at: UtcTime | None = Field(default=None, description="When it was merged or closed, where the host says so")


class CheckState(StrEnum):
    """What a commit's checks come to."""

    NONE = "none"
    PENDING = "pending"
    GREEN = "green"
    RED = "red"


MAX_CHECKS = 20
"""Names of checks that are told of each kind."""


class Checks(Contract):
    """The host's checks of one commit: red as soon as one has failed, green once all have ended well."""

    revision: str
    state: CheckState
    failed: list[str] = Field(default_factory=list, description="Names, sorted, at most 20; untrusted")
    pending: list[str] = Field(default_factory=list, description="Names, sorted, at most 20; untrusted")

    @classmethod
    def of(cls, revision: str, told: Mapping[str, CheckState]) -> "Checks":
        """From each check's own state, by its name."""
        failed, pending = (
            sorted(name for name, state in told.items() if state is wanted)
            for wanted in (CheckState.RED, CheckState.PENDING)
        )
        state = CheckState.RED if failed else CheckState.PENDING if pending else CheckState.GREEN
        return cls(
            revision=revision,
            state=state if told else CheckState.NONE,
            failed=failed[:MAX_CHECKS],
            pending=pending[:MAX_CHECKS],
        )


class CodeHost(Protocol):
    """A repository with pull requests. Revisions are full commit hashes; `resolve` makes them."""

    def default_branch(self, repository: Repository) -> str:
        """Its name."""

    def deployed_revision(self, repository: Repository) -> tuple[str, str]:
        """(revision, source of the knowledge) of the newest production deployment that succeeded, as the host knows it.

        `("", "")` where the host knows of none, or has no deployments.
        """

    def team_members(self, repository: Repository, team: str) -> list[str]:
        """Logins of a team, named as CODEOWNERS names it: `owner/team`; none where the host has no teams.

        NotFound or AccessDenied where the team is not there, or may not be read.
        """

    def resolve(self, repository: Repository, name: str) -> str | None:
        """Full hash of a branch, tag or (abbreviated) hash; None when the host answers that there is none."""

    def tree(self, repository: Repository, revision: str) -> list[TreeEntry]:
        """All files, sorted by path."""

    def file(self, repository: Repository, revision: str, path: str) -> bytes | None:
        """Content; None when the path is not in that tree or is no regular file."""

    def files(self, repository: Repository, revision: str, paths: Collection[str]) -> dict[str, bytes]:
        """Contents of many regular files in one go; paths that are not in that tree are left out."""

    def blame(self, repository: Repository, revision: str, path: str, start: int, end: int) -> list[BlameLine]:
        """Lines start..end (from 1, inclusive)."""

    def commit(self, repository: Repository, revision: str) -> Commit:
        """One commit."""

    def commits(
        self, repository: Repository, revision: str, *, path: str = "", since: datetime | None = None, limit: int = 50
    ) -> list[Commit]:
        """Ancestors of `revision` (itself first), newest first, that touch `path` when given."""

    def commit_diff(self, repository: Repository, revision: str) -> str:
        """Unified diff of the commit against its first parent (`a/`, `b/` prefixes)."""

    def compare(self, repository: Repository, base: str, head: str) -> list[Commit]:
        """Commits in base..head, newest first; NotFound when either is unknown."""

    def archive(self, repository: Repository, revision: str) -> bytes:
        """tar.gz of the tree, paths relative to the repository; regular files only."""

    def branch(self, repository: Repository, name: str) -> Branch | None:
        """The branch, or None."""

    def push_branch(
        self,
        repository: Repository,
        name: str,
        base: str,
        changes: Sequence[FileChange],
        message: str,
        author: tuple[str, str],
    ) -> Branch:
        """One commit on top of `base`; Conflict when the branch exists already. Never forces."""

    def pull_request(self, repository: Repository, branch: str) -> PullRequest | None:
        """The newest one whose head is `branch`, in any state, or None."""

    def numbered(self, repository: Repository, number: str) -> PullRequest | None:
        """The pull request of that number as it stands, or None."""

    def open_pull_requests(self, repository: Repository) -> list[PullRequest]:
        """Open ones on branches that start with `mendloop/`, oldest first: what the cap counts."""

    def open_pull_request(
        self,
        repository: Repository,
        branch: str,
        title: str,
        body: str,
        *,
        labels: Sequence[str] = (),
        reviewers: Sequence[str] = (),
    ) -> PullRequest:
        """As a draft, against the default branch; the open one when there is one already, with what it lacks of these.

        A label or reviewer that the host does not take is left out: the answer says which it has.
        """

    def checks(self, repository: Repository, revision: str) -> Checks:
        """Of a commit; NotFound when there is no such commit."""

    def mark_ready(self, repository: Repository, number: str) -> PullRequest:
        """No draft any more, once; PullRequestEnded when it was closed or merged, NotFound when there is none."""

    def examine(self, repository: Repository) -> str:
        """With read-only calls: what is published where, in words. Raises what publishing would, as far as seen."""

    def comment(self, repository: Repository, number: str, body: str) -> None:
        """On a pull request, once per text: the same text again is no second comment. NotFound when there is none."""


class TokenIssuer(Protocol):
    """Whoever holds the key of an App at the code host."""

    def issue(self, repository: Repository, permissions: Mapping[str, str]) -> MintedToken:
        """For that one repository, with these permissions and no more. AccessDenied where the App is not installed."""


class TokenBroker(Protocol):
    """Where rooms get their tokens; each is good for one repository of the catalog."""

    def read(self, repository: Repository) -> str:
        """To read code."""

    def publish(self, repository: Repository, incident_id: str) -> str:
        """To push and open a pull request: BadDecision without an approval, TooManyOpen at the cap."""

    def follow(self, repository: Repository, incident_id: str) -> str:
        """To watch, comment on and mark ready what was published for the incident."""


class TicketTracker(Protocol):
    """Where tickets are filed.

    Every effect looks for what is there first and happens once. A lost answer is looked up, and where that does not
    help it is Unavailable: nothing is ever sent again on a guess.
    """

    def find(self, key: str, number: str = "") -> Ticket | None:
        """By its number where that is known and still there, else by mendloop's key, in whatever state.

        Of several open ones the oldest stands, and its twins are closed as duplicates.
        """

    def file(self, ticket: Ticket) -> Ticket:
        """With number and url filled in; the existing one when the key is known already.

        Misconfigured, naming the setting, where the tracker asks for more than the catalog gives.
        """

    def comment(self, ticket: Ticket, body: str) -> None:
        """Add a comment, once per text; a closed ticket is opened again, for what it tells of has happened again."""

    def note(self, ticket: Ticket, body: str) -> None:
        """Add a comment, once per text; a closed ticket stays closed."""

    def close(self, ticket: Ticket, body: str) -> None:
        """Say why, once per text, and close it as done; one that is closed already is left as it is."""

    def update(self, ticket: Ticket, standing: str) -> None:
        """Replace the section that is kept up to date (`outgoing_tickets.standing`); nothing where it was taken out."""

    def link(self, ticket: Ticket, url: str, title: str) -> None:
        """Tie an address to the ticket by the tracker's own means, once per address; text alone where it has none."""

    def is_public(self) -> bool:
        """Whether the tracker says that anybody can read what is filed there."""

    def examine(self) -> str:
        """With read-only calls: where tickets go, in words. Raises what `file` would, as far as reading can tell."""


# --- model and money ------------------------------------------------------------------------------------------------


class ModelMessage(Contract):
    """One turn. `content` is the provider-neutral list of blocks (text, tool_use, tool_result) as plain dicts."""

    role: str
    content: list[dict[str, object]]


class ModelReply(Contract):
    """One answer with what it cost in tokens."""

    content: list[dict[str, object]]
    stop_reason: str = Field(description="As the Messages API names it: tool_use, max_tokens, refusal, …")
    input_tokens: int = Field(description="Neither written to nor read from the prompt cache")
    output_tokens: int
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    model: str

    @property
    def used(self) -> Tokens:
        """What it costs is counted from."""
        return Tokens(self.input_tokens, self.output_tokens, self.cache_write_tokens, self.cache_read_tokens)


class Model(Protocol):
    """One exchange with a language model; the loop around it is the drafter's."""

    @property
    def name(self) -> str:
        """The model's, as its price is looked up by."""

    def count(self, system: str, messages: Sequence[ModelMessage], tools: Sequence[dict[str, object]]) -> int | None:
        """Input tokens of that exchange, at no cost; None where the provider does not count."""

    def exchange(
        self,
        system: str,
        messages: Sequence[ModelMessage],
        tools: Sequence[dict[str, object]],
        *,
        max_tokens: int,
        timeout_seconds: float,
    ) -> ModelReply:
        """The answer, also one that ends in a refusal or was cut off by `max_tokens`.

        Unavailable leaves open what it cost. Whatever else is raised was refused before anything was generated.
        """


class Ledger(Protocol):
    """Money in micro-dollars. Reserved before a call, settled after; an unsettled reservation counts in full."""

    def reserve(self, incident_id: str, service: str, amount: int, at: datetime) -> str:
        """Reservation id; MoneyExhausted when a cap per incident, day or month would be exceeded."""

    def settle(self, reservation: str, amount: int) -> None:
        """What it really cost; at most what was reserved is released."""

    def spent(self, incident_id: str) -> int:
        """Counting unsettled reservations at their maximum."""

    def levels(self, incident_id: str, service: str, at: datetime) -> list[CapLevel]:
        """Of the incident, its service's day and month."""


# --- proof ----------------------------------------------------------------------------------------------------------


class Sandbox(Protocol):
    """Runs a job where nothing can be stolen."""

    def run(self, job: TestJob) -> TestRun:
        """Never raises for what project code does; a sandbox that cannot run here answers with `skipped`."""


class Packages(Protocol):
    """Installs what a project asks for."""

    def install(self, job: TestJob) -> str:
        """Folder of a Python environment with what `job.packages` name, and a pytest. No code of the project is run.

        Unsupported when something is to be built, or there is no wheel for this Python; Unavailable when the index is.
        """


# --- state ----------------------------------------------------------------------------------------------------------


class Claim(Contract):
    """What claiming an incident came to."""

    incident: Incident
    won: bool = Field(description="True for exactly one caller per id")


class FaultOwner(Contract):
    """Which incident owns a fault, in which generation."""

    fault: str
    generation: int
    incident_id: str
    mine: bool


class FollowUpStore(Protocol):
    """What became of changes, and when faults were seen."""

    def follow(self, follow_up: FollowUp) -> bool:
        """Begin; False where its incident is followed already, which is left as it is."""

    def follow_up(self, incident_id: str) -> FollowUp | None:
        """Strongly consistent; None where nothing was published or rejected."""

    def save_follow_up(self, follow_up: FollowUp) -> None:
        """With the next version, if the stored one is still the given one; else Conflict."""

    def due_follow_ups(self, at: datetime, limit: int) -> list[FollowUp]:
        """Those whose time has come, the longest waiting first."""

    def follow_ups(self, service: str, limit: int = 1000) -> list[FollowUp]:
        """Of a service, those that came to an end last first, then what is still looked at."""

    def sight(self, sighting: Sighting) -> None:
        """The same again is one."""

    def sightings(self, service: str, fault: str) -> list[Sighting]:
        """Oldest first."""


class IncidentStore(FollowUpStore, Protocol):
    """Incidents, their occurrences and timeline, faults and their publications."""

    def claim(self, incident: Incident) -> Claim:
        """One conditional write. A loser gets the incident as it stands, to start again when it is still `claimed`."""

    def open(self, incident: Incident, occurrence: Occurrence, *, since: datetime | None) -> Claim:
        """Claim it with its first occurrence, all or nothing, unless one opened after `since` stands at its place.

        `since` None: whatever stands there. One conditional write for whoever comes; a loser's occurrence is kept with
        the incident that stands, which may be the same one (a redelivery) or the place's.
        """

    def standing_at(self, signal: Signal, *, since: datetime) -> str:
        """Id of the incident that was opened at the signal's place after `since`, or "". Strongly consistent."""

    def load(self, incident_id: str) -> Incident | None:
        """The incident, strongly consistent."""

    def save(self, incident: Incident, *, expected: IncidentState | None = None) -> None:
        """Replace; Conflict when `expected` is given and the stored state differs."""

    def incidents(self, *, service: str = "", state: IncidentState | None = None, limit: int = 100) -> list[Incident]:
        """Newest first."""

    def record(self, incident_id: str, occurrence: Occurrence) -> bool:
        """Whether it was new."""

    def occurrences(self, incident_id: str) -> list[Occurrence]:
        """Oldest first."""

    def note(self, incident_id: str, entry: TimelineEntry) -> None:
        """Append to the timeline; the same entry twice is one."""

    def timeline(self, incident_id: str) -> list[TimelineEntry]:
        """Oldest first."""

    def claim_fault(self, service: str, fault: str, incident_id: str) -> FaultOwner:
        """Make the incident the fault's owner unless an open incident owns it; a closed owner raises the generation."""

    def release_fault(self, service: str, fault: str, incident_id: str) -> None:
        """The incident has ended; the fault may be reopened as a new generation."""

    def save_correction(self, correction: Correction) -> None:
        """Of the mapping, keyed by service and fault; a later one replaces it."""

    def correction(self, service: str, fault: str) -> Correction | None:
        """The newest, or None."""

    def save_rejection(self, rejection: Rejection) -> None:
        """Keyed by service, fault and draft; the same one twice is one."""

    def rejections(self, service: str, fault: str) -> list[Rejection]:
        """Of a fault, in any of its generations; oldest first."""

    def save_roots(self, roots: SourceRoots) -> None:
        """Of a service; what stood there is replaced."""

    def roots(self, service: str) -> SourceRoots | None:
        """What earlier incidents of the service taught, or None."""

    def take_place(
        self, queue: str, places: int, incident_id: str, *, at: datetime, since: datetime, standing: Collection[str]
    ) -> bool:
        """One of the queue's numbered places for the incident, its own where it has one; False when all are taken.

        A place is free when nobody took it, or who took it, before `since`, is not among `standing`.
        """

    def save_publication(self, publication: Publication) -> None:
        """Keyed by fault and generation."""

    def publication(self, fault: str, generation: int) -> Publication | None:
        """As far as publishing got, or None."""

    def save_ticket(self, record: TicketRecord) -> None:
        """Of a fault's newest ticket; what stood there is replaced."""

    def ticket(self, of: str) -> TicketRecord | None:
        """By the fault, or by the incident where none is known; None where mendloop filed none."""


class DecisionStore(Protocol):
    """Questions, decisions, wake-up tokens and page nonces. Conditional puts only."""

    def ask(self, request: ApprovalRequest) -> ApprovalRequest:
        """Store the question; the stored one when it was asked before (same id)."""

    def request(self, request_id: str) -> ApprovalRequest | None:
        """The question, or None."""

    def latest(self, incident_id: str) -> ApprovalRequest | None:
        """The incident's newest question, or None."""

    def decide(self, decision: Decision) -> Decision:
        """Written once: returns the decision that stands, which may be another one (compare `by`, `at`, `action`)."""

    def decision(self, request_id: str) -> Decision | None:
        """Strongly consistent."""

    def consent(self, consent: Consent) -> list[Consent]:
        """Written once per person; then all that stand, this one among them. Strongly consistent."""

    def consents(self, request_id: str) -> list[Consent]:
        """All that stand, by name."""

    def hand_over(self, handed: HandOver) -> bool:
        """Written once per pair of people; whether it was new."""

    def handed_over(self, request_id: str) -> list[HandOver]:
        """All, oldest first."""

    def take_stamp(self, who: str, window: str, most: int, at: datetime) -> bool:
        """One of `most` stamps of this window; False when all are taken. Nobody gets one twice."""

    def save_token(self, request_id: str, token: str) -> None:
        """The newest wake-up token of this question."""

    def token(self, request_id: str) -> str | None:
        """For waking only; never log it."""

    def save_nonce(self, request_id: str, nonce: str, session: str, expires_at: datetime) -> None:
        """A page's nonce, bound to a session."""

    def use_nonce(self, request_id: str, nonce: str, session: str, at: datetime) -> bool:
        """True once, for the session it was made for, before it expires."""


class AuditTrail(Protocol):
    """What happened to an incident's questions, record by record; nothing is ever replaced or deleted."""

    def chain(self, incident_id: str) -> list[bytes]:
        """All records in the order of their numbers. Strongly consistent."""

    def add(self, incident_id: str, number: int, content: bytes) -> bool:
        """Write the record of this number; False when one stands there already, which stays."""


class ArtifactStore(Protocol):
    """Documents too large for the state machine."""

    def put(self, key: str, content: bytes, content_type: str = "application/json") -> ArtifactRef:
        """Writing the same content to the same key again is no error."""

    def get(self, ref: ArtifactRef) -> bytes:
        """Checks size and sha256: ContentChanged when they differ, NotFound when it is gone."""

    def read(self, key: str) -> bytes | None:
        """By key alone, where no hash can be known before, e.g. a runner's result; None when absent."""


class CatalogStore(Protocol):
    """The root of trust."""

    def load(self) -> tuple[Catalog, str]:
        """The pushed catalog and its sha256. Misconfigured when none was pushed."""


class Switch(Protocol):
    """The pause parameter."""

    def paused(self, service: str) -> bool:
        """Whether this service, or everything, is paused."""


# --- waking people and machines --------------------------------------------------------------------------------------


class Workflow(Protocol):
    """The state machine."""

    def start(self, name: str, document: str) -> str:
        """Execution ARN; starting the same name with the same input again is the same execution, else Conflict."""

    def wake(self, token: str) -> bool:
        """Wake a waiting execution; False when the token is of no use any more. The payload carries nothing."""

    def fail(self, token: str, error: str, cause: str) -> bool:
        """Report a waiting task's failure by its token; False when the token is of no use any more."""

    def status(self, execution_arn: str) -> str:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED or UNKNOWN."""

    def ended_at(self, execution_arn: str) -> datetime | None:
        """Aware; None while it runs, and where it is not known."""

    def report_end(self, name: str, status: str, document: str) -> None:
        """Tell the safety net of the end of the execution `name`, as its lost event would have; nobody waits for it."""


class LinkClaims(Contract):
    """What a review link says."""

    request_id: str
    approver: str
    content_sha256: str
    expires_at: UtcTime


class LinkSigner(Protocol):
    """Signs review links and session cookies; two key ids are accepted."""

    def sign(self, claims: LinkClaims, purpose: str) -> str:
        """URL-safe text. `purpose` ("link" or "session") is part of what is signed."""

    def verify(self, text: str, purpose: str, at: datetime, *, expired: bool = False) -> LinkClaims:
        """BadLink when forged, malformed, expired or of another purpose; shape and expiry are checked first.

        `expired` accepts what was signed and has expired since: to show how it ended, never to decide.
        """


class Subscription(StrEnum):
    """Whether an approver's topic reaches them, in words that follow `gets no mail:`."""

    CONFIRMED = "confirmed"
    PENDING = "the confirmation mail was not followed"
    DELETED = "the subscription was cancelled or dropped"
    MISSING = "the topic has no subscription for the catalog's address"

    @property
    def reached(self) -> bool:
        """Whether anybody would receive a mail."""
        return self is Subscription.CONFIRMED


class Mailer(Protocol):
    """Mail to one approver through their own topic."""

    def subscription(self, approver: Approver) -> Subscription:
        """How their topic stands."""

    def confirmed(self, approver: Approver) -> bool:
        """Whether anybody would receive it."""

    def send(self, approver: Approver, subject: str, body: str) -> str:
        """Message id. The subject is cut to SNS's 100 ASCII characters."""

    def alert(self, subject: str, body: str) -> str:
        """To the operators' topic; never holds a personal link."""


class Secrets(Protocol):
    """Keys, read when needed."""

    def get(self, name: str) -> str:
        """Its text; Misconfigured when it is not set."""


class SignalQueue(Protocol):
    """The queue in front of intake."""

    def put(self, body: str) -> None:
        """Enqueue one event as JSON text."""

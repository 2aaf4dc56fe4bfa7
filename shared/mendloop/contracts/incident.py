"""Signal and incident: what happened, and what is being made of it."""

from enum import StrEnum

from pydantic import Field

from mendloop.contracts.base import ArtifactRef, StoredContract, UtcTime


class SignalKind(StrEnum):
    """How production complained."""

    ALARM = "alarm"
    LOG_ERRORS = "log_errors"
    ECS_DEPLOYMENT = "ecs_deployment"
    ECS_TASK = "ecs_task"
    CODEDEPLOY = "codedeploy"
    CODEPIPELINE = "codepipeline"
    CLOUDFORMATION = "cloudformation"
    LAMBDA_FAILURE = "lambda_failure"
    CANARY = "canary"
    REHEARSAL = "rehearsal"
    CODEBUILD = "codebuild"
    HEALTH = "health"
    NOT_UNDERSTOOD = "not_understood"


DEPLOYMENT = "DeploymentId"
"""The dimension of a signal that names the deployment which failed."""
RECHECK = "recheck"
"""The source of a signal that the sweep sends for an alarm that stays in ALARM."""
RECHECK_EVENT = "mendloop.recheck"
"""The source of its event."""


class Signal(StoredContract):
    """One event from production, normalised."""

    source: str = Field(description="Where it came in: eventbridge, sns, logs, …, replay, recheck")
    kind: SignalKind
    account: str = Field(description="12 digits")
    region: str
    resource: str = Field(
        description="The name that complained: alarm, log group, deployment, pipeline, function, canary"
    )
    time: UtcTime = Field(description="The event's own time")
    title: str = Field(description="One line, from the event's own fields")
    reason: str = Field(default="", description="The event's own reason text; untrusted")
    console_url: str = ""
    dimensions: dict[str, str] = Field(default_factory=dict, description="The alarm's metric dimensions, merged")
    namespace: str = Field(default="", description="The alarm's metric namespace")
    metric: str = ""
    children: list[str] = Field(default_factory=list, description="A composite alarm's child alarms")
    log_group: str = Field(default="", description="Where the signal itself named one")
    recovered: bool = Field(default=False, description="The signal says that all is well again")
    raw: ArtifactRef | None = Field(default=None, description="The event as received")

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What complains: equal for all signals of one alarm, one function, one pipeline."""
        return (self.kind.value, self.account, self.region, self.resource)


class IncidentState(StrEnum):
    """Where an incident is. `CLAIMED` means an execution may not exist yet; the last six are terminal."""

    CLAIMED = "claimed"
    STARTED = "started"
    WAITING = "waiting"
    PULL_REQUEST = "pull_request"
    TICKET = "ticket"
    CLOSED = "closed"
    MERGED = "merged"
    LEFT_TO_HUMAN = "left_to_human"
    SKIPPED = "skipped"

    @property
    def terminal(self) -> bool:
        """Whether the incident's claim is released."""
        return self not in {IncidentState.CLAIMED, IncidentState.STARTED, IncidentState.WAITING}

    @property
    def replayable(self) -> bool:
        """Whether a replay opens it again, as a new incident."""
        return self in {IncidentState.SKIPPED, IncidentState.LEFT_TO_HUMAN}


class Incident(StoredContract):
    """One failure being handled. Its occurrences are items of their own, never a counter here."""

    id: str = Field(pattern=r"^inc-[0-9a-f]{16}$", description="Deterministic from the signal")
    service: str
    state: IncidentState
    signal: Signal
    opened_at: UtcTime
    updated_at: UtcTime
    fault: str = Field(default="", description="The fault's fingerprint once known")
    generation: int = Field(default=1, ge=1, description="Rises each time the fault is reopened")
    merged_into: str = ""
    evidence: ArtifactRef | None = Field(default=None, description="What was collected last")
    linked: list[str] = Field(default_factory=list, description="Other incidents of the same signal")
    execution_arn: str = ""
    execution_input: str = Field(default="", description="Byte-identical input to start the execution with again")
    summary: str = Field(default="", description="One sentence, deterministic")
    reason: str = Field(default="", description="Why it is in this state")
    follow_up: str = Field(default="", description="How its pull request fared, as `FollowUpState` names it")
    would_have: str = Field(default="", description="What would have been done where `autonomy` held it back")

    @property
    def published_as(self) -> str:
        """What its publication is kept under: the fault, or itself where none was recognised."""
        return self.fault or self.id


class TimelineEntry(StoredContract):
    """One line of an incident's history."""

    at: UtcTime
    step: str = Field(description="The room's name, e.g. map_code")
    what: str = Field(description="One sentence for a person; no production text")
    by: str = Field(default="mendloop", description="Who: mendloop or a person's catalog name")


class Occurrence(StoredContract):
    """One time the failure showed itself; `id` makes a redelivery the same occurrence."""

    id: str
    at: UtcTime
    signal: Signal

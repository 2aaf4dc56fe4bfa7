"""Evidence: what production said, redacted, each line with provenance."""

from enum import StrEnum

from pydantic import Field, model_validator

from mendloop.contracts.base import ArtifactRef, Contract, StoredContract, UtcTime


class Frame(Contract):
    """One frame of a stack trace, as printed."""

    path: str = Field(description="As printed, e.g. /var/task/app/orders.py; Java: package folder + file name")
    function: str = Field(default="", description="As printed, possibly qualified")
    module: str = ""
    line: int | None = Field(default=None, ge=0)
    column: int | None = None
    text: str = Field(default="", description="The source line as printed; untrusted")
    waiting: bool = Field(default=False, description="Of a goroutine that only stood beside the one that failed")


class StackTrace(Contract):
    """One exception with its frames; the crash frame is last whatever the language prints first."""

    language: str = Field(description="python, java, javascript, go, …")
    type: str
    message: str = Field(default="", description="Untrusted")
    frames: list[Frame] = Field(default_factory=list, description="Outermost first, crash frame last")
    causes: list["StackTrace"] = Field(default_factory=list, description="In printed order")


class Fault(Contract):
    """One exception group."""

    fingerprint: str = Field(description="service + type + own frames (module and function); no lines, no values")
    trace: StackTrace = Field(description="One representative")
    count: int = Field(ge=1)
    first_seen: UtcTime
    last_seen: UtcTime
    request_ids: list[str] = Field(default_factory=list, description="At most 20 affected requests")
    new_since: str = Field(
        default="", description="The last deployment before it was first seen, where none saw it before"
    )


class EvidenceLine(Contract):
    """One kept line. `id` is what rationale and claims cite, e.g. `log-3`."""

    id: str
    at: UtcTime | None = None
    source: str = Field(description="Provenance: log group and stream, metric, trace, deployment")
    text: str = Field(description="Redacted; untrusted")
    tainted: bool = Field(default=True, description="Whether somebody outside could have written it")
    instruction_like: bool = Field(default=False, description="Reads like an instruction to a model")


class FailingRequest(Contract):
    """A request that failed, kept as evidence from the log field which the catalog names."""

    request_id: str
    payload: str = Field(description="JSON text, redacted; untrusted")
    line_id: str = Field(description="The evidence line it came from")


class MetricPoint(Contract):
    """One datapoint."""

    at: UtcTime
    value: float


class Series(Contract):
    """An alarm's metric over the window, with what it is held against: a number, or a band around the expected."""

    alarm: str
    points: list[MetricPoint] = Field(default_factory=list, description="Oldest first")
    threshold: float | None = None
    upper: list[MetricPoint] = Field(default_factory=list, description="Of an anomaly band")
    lower: list[MetricPoint] = Field(default_factory=list, description="Of an anomaly band")


class TracedCall(Contract):
    """What failed within a traced request: the service itself, or something that it called."""

    name: str = Field(description="Service, function, table or host; untrusted")
    failure: str = Field(default="", description="fault, error or throttle")
    exception: str = Field(default="", description="Its type; untrusted")
    message: str = Field(default="", description="Redacted; untrusted")
    seconds: float = 0.0
    route: str = Field(default="", description="Method and path that it answered, without the query; untrusted")


class TracedRequest(Contract):
    """One X-Ray trace with a fault."""

    id: str
    at: UtcTime
    seconds: float = 0.0
    calls: list[TracedCall] = Field(default_factory=list, description="The failed ones, outermost first")


class Deployment(Contract):
    """One deployment in or before the window."""

    at: UtcTime
    what: str = Field(description="Function version, ECS deployment, CodeDeploy deployment, stack, change; untrusted")
    revision: str = ""
    succeeded: bool = True
    id: str = Field(default="", description="What the deploying service calls it, where a signal may name it")


class ErrorLines(Contract):
    """Error lines without a stack trace that differ in their values only."""

    template: str = Field(description="Redacted, without values; untrusted")
    count: int = Field(ge=1)
    first_seen: UtcTime
    last_seen: UtcTime


class EarlierIncident(Contract):
    """An incident of the same fault before this one."""

    incident_id: str
    at: UtcTime
    state: str
    reason: str = ""


class Gap(Contract):
    """A source that could not be read, named on the page: an outage is never "not found"."""

    source: str
    reason: str


class Evidence(StoredContract):
    """Everything collected for one incident, as stored."""

    incident_id: str
    service: str
    window_start: UtcTime
    window_end: UtcTime
    log_groups: list[str] = Field(default_factory=list)
    lines: list[EvidenceLine] = Field(default_factory=list)
    faults: list[Fault] = Field(default_factory=list, description="The main one first")
    errors: list[ErrorLines] = Field(
        default_factory=list, description="Most frequent first; none where there are faults"
    )
    earlier: list[EarlierIncident] = Field(default_factory=list, description="Of the main fault, newest first")
    requests: list[FailingRequest] = Field(default_factory=list)
    series: list[Series] = Field(default_factory=list, description="The alarm's; a composite alarm's children's")
    traces: list[TracedRequest] = Field(default_factory=list, description="Oldest first")
    deployments: list[Deployment] = Field(default_factory=list)
    last_good_revision: str = ""
    failing_revision: str = ""
    deployment_failed: bool = Field(default=False, description="The signal is the failed deployment of that revision")
    recovered_at: UtcTime | None = None
    gaps: list[Gap] = Field(default_factory=list)
    cut: list[str] = Field(default_factory=list, description="What was left out, in words")

    @property
    def deployment_failure(self) -> str:
        """What failed where the signal is a failed deployment that left no trace, else empty."""
        if self.faults or not self.deployment_failed:
            return ""
        return f"The deployment of {self.failing_revision[:12]} failed; {self.last_good_revision[:12]} ran well before"

    @model_validator(mode="before")
    @classmethod
    def _one_series(cls, stored: object) -> object:
        """What was stored before an incident could have several series."""
        if isinstance(stored, dict) and stored.get("metric") and "series" not in stored:
            only = {"alarm": "", "points": stored["metric"], "threshold": stored.get("threshold")}
            return {**stored, "series": [only]}
        return stored


class EvidenceStatus(StrEnum):
    """What the collecting came to."""

    FAULT = "fault"
    NO_TRACE = "no_trace"
    NOTHING = "nothing"
    MERGED = "merged"


class EvidenceSlot(Contract):
    """`$.evidence`."""

    status: EvidenceStatus
    ref: ArtifactRef
    fault: str = Field(default="", description="Fingerprint of the main fault")
    generation: int = 1
    exception: str = Field(default="", description="Its type only; no values")
    count: int = 0
    merged_into: str = Field(default="", description="The incident that owns this fault, when status is merged")
    attempt: int = Field(default=1, ge=1, description="How often it was collected by now")
    again_in: int = Field(default=0, ge=0, description="Seconds until it is collected again; 0: what was found stands")
    gaps: int = 0

"""Publication and ticket: what was opened where, and how the incident ended."""

from enum import StrEnum

from pydantic import Field

from mendloop.contracts.base import Contract, StoredContract, UtcTime


class Publication(StoredContract):
    """A pull request, keyed by fault and generation; filled in as far as publishing got, hence resumable."""

    fault: str
    generation: int
    incident_id: str
    repository: str
    branch: str
    base_revision: str
    content_sha256: str
    commit: str = ""
    number: str = ""
    url: str = ""
    title: str = ""
    body: str = ""
    published_at: UtcTime | None = None


class PublicationSlot(Contract):
    """`$.publication`."""

    branch: str
    url: str
    number: str = ""
    commit: str
    state: str = Field(default="open", description="Of the pull request when it was looked at: open, closed or merged")


class Ticket(StoredContract):
    """A ticket, keyed by fault and generation."""

    key: str = Field(
        description="mendloop's own key: `<fault>.<generation>` or the incident id where no fault is known"
    )
    tracker: str
    number: str = Field(default="", description="The tracker's own key")
    url: str = ""
    title: str
    body: str
    incident_id: str
    closed: bool = False


class TicketRecord(StoredContract):
    """What mendloop remembers of a fault's newest ticket, however many generations of the fault it tells of."""

    of: str = Field(description="The fault, or the incident where no fault is known")
    key: str = Field(description="mendloop's own key at filing")
    tracker: str
    project: str = ""
    number: str
    url: str
    first_generation: int = Field(description="The fault's generation that it was filed for")
    generation: int = Field(description="The newest one that it was told of")
    pull_request: str = Field(default="", description="Address of the one that the ticket names and is tied to")
    tied_generation: int = Field(default=0, description="The fault's generation that this pull request is of")
    told_at: UtcTime = Field(description="When people were last told of it: by filing it, or by a comment")

    def seen_in(self, generation: int) -> int:
        """Incidents of the fault since it was filed: each new owner of a fault raises the generation by one."""
        return max(generation, self.generation) - self.first_generation + 1


class TicketSlot(Contract):
    """`$.ticket`."""

    tracker: str
    number: str
    url: str
    reason_code: str


class OutcomeKind(StrEnum):
    """How an incident ends."""

    PULL_REQUEST = "pull_request"
    TICKET = "ticket"
    CLOSED = "closed"
    LEFT_TO_HUMAN = "left_to_human"


class OutcomeSlot(Contract):
    """`$.outcome`."""

    kind: OutcomeKind
    reason_code: str
    reason: str
    url: str = ""
    decided_by: str = ""
    announced_to: list[str] = Field(default_factory=list)

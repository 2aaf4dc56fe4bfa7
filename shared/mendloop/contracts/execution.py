"""The execution document: what passes through the state machine. Each state writes only its own slot.

It is never the authority: whoever publishes reads decision, draft and verification from the store by id.
"""

from pydantic import Field

from mendloop.contracts.approval import ApprovalSlot, DecisionSlot
from mendloop.contracts.base import ArtifactRef, Contract, StoredContract, UtcTime
from mendloop.contracts.draft import DraftSlot
from mendloop.contracts.evidence import EvidenceSlot
from mendloop.contracts.incident import SignalKind
from mendloop.contracts.mapping import MappingSlot
from mendloop.contracts.publication import OutcomeSlot, PublicationSlot, TicketSlot
from mendloop.contracts.route import RouteSlot
from mendloop.contracts.verification import PreparationSlot, TestRunSlot, VerificationSlot

MAX_DOCUMENT_BYTES = 32_000
"""Every state's input and output stays below this; checked by `mendloop.runtime.entry`."""

MAX_ROUNDS = 5
"""Times the execution may pass through its loops before it becomes a ticket."""


class Trigger(Contract):
    """`$.trigger`: what fired, in fields that are safe to show in a console."""

    kind: SignalKind
    resource: str
    time: UtcTime
    account: str
    region: str


class ErrorSlot(Contract):
    """`$.error`: what a Catch left: the exception's class name and its cause text."""

    Error: str = ""
    Cause: str = ""


class Execution(StoredContract):
    """The whole document. A step reads what it needs and returns its own slot only."""

    incident_id: str
    service: str
    trigger: Trigger
    started_at: UtcTime
    settle_seconds: int = Field(ge=0)
    focus_fault: str = Field(default="", description="Set when this incident was split off another for one fault")
    rounds: int = 0
    evidence: EvidenceSlot | None = None
    mapping: MappingSlot | None = None
    route: RouteSlot | None = None
    draft: DraftSlot | None = None
    preparation: PreparationSlot | None = None
    test_run: TestRunSlot | None = None
    verification: VerificationSlot | None = None
    approval: ApprovalSlot | None = None
    decision: DecisionSlot | None = None
    publication: PublicationSlot | None = None
    ticket: TicketSlot | None = None
    outcome: OutcomeSlot | None = None
    error: ErrorSlot | None = None

    def draft_under_test(self) -> ArtifactRef | None:
        """The draft as it was last prepared, which a reviewer may have adjusted; a newer draft takes its place."""
        if self.draft is None:
            return None
        prepared = self.preparation
        newest = prepared is not None and prepared.attempt == self.draft.attempt
        return prepared.draft if prepared and newest and prepared.draft else self.draft.ref

"""Approval: what is asked of a person, and what they decided."""

from enum import StrEnum

from pydantic import Field

from mendloop.contracts.base import ArtifactRef, Contract, StoredContract, UtcTime


class Content(StoredContract):
    """Exactly what a decision is bound to. Its hash (`mendloop.domain.identity.content_hash`) is the binding."""

    evidence_sha256: str
    draft_sha256: str
    diff_sha256: str
    base: str
    verification_sha256: str
    catalog_sha256: str


class ApprovalRequest(StoredContract):
    """One question to the approvers, kept in the decisions table; a new draft is a new question."""

    id: str = Field(description="`<incident id>.<round>-<content>`; the decision's key")
    incident_id: str
    service: str
    content: Content
    content_sha256: str
    evidence: ArtifactRef
    mapping: ArtifactRef
    draft: ArtifactRef
    verification: ArtifactRef
    approvers: list[str] = Field(description="Catalog names who may decide, the owner first")
    typed_word: str = Field(description="What an approver must type: the target function's last name part")
    asked_at: UtcTime
    expires_at: UtcTime
    summary: str = Field(description="One sentence; allowed fields only")
    publishes: bool = Field(
        default=True, description="Whether an approval opens a pull request; where not (autonomy: draft), a ticket"
    )


class ApprovalSlot(Contract):
    """`$.approval`."""

    request_id: str
    content_sha256: str
    expires_at: UtcTime
    wait_seconds: int = Field(ge=1, description="Until the reminder or the expiry, whichever is next")
    asked: list[str] = Field(default_factory=list, description="Approvers who were mailed")
    unconfirmed: list[str] = Field(default_factory=list, description="Approvers who have not confirmed their topic")
    failed: list[str] = Field(default_factory=list, description="Approvers whose mail failed; it is tried again")


class Action(StrEnum):
    """What can be decided. `REMIND` is never a person's word: the wait woke up before the expiry."""

    APPROVE = "approve"
    REJECT = "reject"
    TICKET = "ticket"
    REDRAFT = "redraft"
    ADJUST = "adjust"
    RERUN = "rerun"
    REMIND = "remind"
    EXPIRED = "expired"


class Identity(StrEnum):
    """How sure it is who somebody is: whoever holds their link, their sign-in, or their AWS credentials."""

    LINK = "link"
    OIDC = "oidc"
    IAM = "iam"


class Decision(StoredContract):
    """Written once by a conditional write; the truth."""

    request_id: str
    action: Action
    by: str = Field(description="Catalog name of the approver, or `mendloop` for expiry")
    at: UtcTime
    content_sha256: str
    comment: str = Field(default="", description="At most 2,000 characters; untrusted")
    adjusted: ArtifactRef | None = Field(default=None, description="For adjust: the reviewer's CodeFix")
    identity: Identity = Field(default=Identity.LINK, description="How `by` is known")


class Consent(StoredContract):
    """One person's approval where several must approve; written once per person, and no decision by itself."""

    request_id: str
    by: str = Field(description="Catalog name")
    at: UtcTime
    content_sha256: str
    identity: Identity


class HandOver(StoredContract):
    """One approver asks another one to decide; written once per pair."""

    request_id: str
    by: str
    to: str
    at: UtcTime


class Rejection(StoredContract):
    """A draft that somebody rejected, remembered by its fault: it is not offered for that fault again."""

    service: str
    fault: str
    incident_id: str
    draft: ArtifactRef = Field(description="The CodeFix")
    by: str
    at: UtcTime
    comment: str = Field(default="", description="Why; untrusted")


class DecisionSlot(Contract):
    """`$.decision`: what was read from the store, not what anybody sent."""

    request_id: str
    action: Action
    next: Action | None = Field(
        default=None, description="Where the execution goes: as decided, but an approval that may not publish: ticket"
    )
    by: str
    at: UtcTime
    content_sha256: str

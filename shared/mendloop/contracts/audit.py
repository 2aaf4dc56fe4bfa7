"""Audit: what was asked of whom, opened and decided, as a chain in which each record holds its predecessor's hash."""

from enum import StrEnum

from pydantic import Field

from mendloop.contracts.approval import Identity
from mendloop.contracts.base import Contract, StoredContract, UtcTime


class AuditEvent(StrEnum):
    """What is written down."""

    LINK_MADE = "link_made"
    LINK_OPENED = "link_opened"
    HANDED_OVER = "handed_over"
    CONSENTED = "consented"
    DECIDED = "decided"


class Audited(Contract):
    """One event; it holds no link, no comment and no production text."""

    event: AuditEvent
    at: UtcTime
    request_id: str
    by: str = Field(description="Catalog name of whose link, consent or decision it is, or `mendloop`")
    content_sha256: str
    identity: Identity = Identity.LINK
    detail: str = Field(default="", description="A link's mark (of its hash), the action, or to whom it was handed")


class AuditRecord(StoredContract):
    """One link of an incident's chain. Its bytes are canonical JSON."""

    incident_id: str
    number: int = Field(ge=1, description="1 for the first, without a gap")
    previous: str = Field(description="sha256 of the record before it; 64 zeros for the first")
    audited: Audited

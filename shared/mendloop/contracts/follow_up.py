"""Follow-up: what became of a change after it was published, or rejected on the page."""

from enum import StrEnum

from pydantic import Field

from mendloop.contracts.base import StoredContract, UtcTime
from mendloop.domain.follow_up import Facts, FollowUpState


class HeadChange(StrEnum):
    """What a person did to the branch."""

    NONE = ""
    ADDED = "added"
    FORCED = "forced"
    DELETED = "deleted"


class FollowUp(StoredContract):
    """One change on its way after publishing, keyed by the incident that it was made for."""

    incident_id: str
    service: str
    fault: str = Field(description="The fault's fingerprint, or the incident's id where none was recognised")
    generation: int = 1
    drafter: str
    fault_class: str = Field(description="The exception's type without its module, or the signal's kind")
    repository: str = ""
    branch: str = ""
    commit: str = Field(default="", description="The head as mendloop pushed it")
    number: str = Field(default="", description="The pull request's; empty: rejected on the page")
    url: str = ""
    adjusted: bool = Field(default=False, description="A reviewer changed the patch on the page")
    changed: HeadChange = HeadChange.NONE
    merge: str = Field(default="", description="Of a merged one: the commit that holds the change")
    readied: bool = Field(default=False, description="Marked ready for review, once")
    facts: Facts
    state: FollowUpState = FollowUpState.OPEN
    since: UtcTime
    trouble: str = Field(default="", description="Reason code of what keeps it from being looked at")
    failures: int = Field(default=0, ge=0, description="Looks in a row that came to nothing")
    next_at: UtcTime | None = Field(
        default=None, description="When to look again; None: nothing is looked for any more"
    )
    version: int = Field(default=1, ge=1, description="Rises with each write")

    @property
    def published(self) -> bool:
        """Whether there was a pull request."""
        return bool(self.number)


class Sighting(StoredContract):
    """A fault was seen by an incident; `revision` is what ran then, where it was known."""

    service: str
    fault: str
    at: UtcTime
    incident_id: str
    generation: int
    revision: str = ""
    running_since: UtcTime | None = None

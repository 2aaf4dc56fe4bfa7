"""What taking in came to."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of one reading."""

    STARTED = "started"
    REPEATED = "repeated"
    SKIPPED = "skipped"
    RECOVERED = "recovered"
    IGNORED = "ignored"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class Taken:
    """One reading's outcome, with the incident it belongs to (empty when there is none)."""

    outcome: Outcome
    incident_id: str = ""
    reason: str = ""

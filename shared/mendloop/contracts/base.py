"""What every contract shares."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs a time zone")
    return value.astimezone(UTC)


UtcTime = Annotated[datetime, AfterValidator(_utc)]
"""An aware time, always stored in UTC."""


class Contract(BaseModel):
    """Immutable; unknown fields are ignored so that a reader accepts what a newer writer added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class StoredContract(Contract):
    """A contract that is stored or passed between deployed versions, hence versioned."""

    schema_version: int = 1


class ArtifactRef(Contract):
    """Where a stored document lies, and its content's hash: what passes through the state machine instead of text."""

    key: str = Field(description="Key in the artifacts bucket")
    sha256: str = Field(description="Hex digest of the bytes")
    size: int = Field(ge=0, description="Bytes")

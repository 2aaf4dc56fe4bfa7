"""What all parts of the catalog share."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Unknown fields are refused: a typo in the root of trust must not pass silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")

"""Tokens for a code host: what a room asks the broker for, and what it gets."""

from enum import StrEnum

from pydantic import Field

from mendloop.contracts.base import Contract, UtcTime


class Purpose(StrEnum):
    """What a token is for; each has its permissions (`domain/github_permissions.py`)."""

    READ = "read"
    PUBLISH = "publish"
    FOLLOW = "follow"


class TokenRequest(Contract):
    """For one repository of the catalog."""

    purpose: Purpose
    repository: str = Field(description="owner/name, as the catalog has it")
    base_url: str = Field(default="", description="Of Enterprise Server, as the catalog has it")
    incident_id: str = Field(default="", description="Whose approved change is published, or whose publication watched")


class MintedToken(Contract):
    """Good for one repository, and for an hour at most. Has no place in a log or a repr."""

    token: str = Field(repr=False)
    expires_at: UtcTime

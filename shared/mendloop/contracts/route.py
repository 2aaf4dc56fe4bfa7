"""Route: what kind of answer this incident deserves, decided by rules before any money is spent."""

from enum import StrEnum

from pydantic import Field

from mendloop.contracts.base import Contract


class Route(StrEnum):
    """Where the execution goes after mapping."""

    CHANGE = "change"
    TICKET = "ticket"
    MERGED = "merged"
    FIXED_ALREADY = "fixed_already"
    CLOSE = "close"


class Answer(StrEnum):
    """What kind of answer the failure deserves, whoever gives it."""

    CODE_FIX = "code_fix"
    ACTION_RECOMMENDED = "action_recommended"
    EXPLAIN_ONLY = "explain_only"


class RouteSlot(Contract):
    """`$.route`."""

    route: Route
    reason_code: str = Field(description="e.g. recent_suspect, dependency_timeout, no_target, paused, explain_only")
    reason: str = Field(description="One sentence for a person")
    answer: Answer = Answer.EXPLAIN_ONLY
    citations: list[str] = Field(default_factory=list, description="Evidence line ids, or `fault-<fingerprint>`")
    action: str = Field(default="", description="For tickets: configuration, data, capacity, dependency, credentials …")
    summary: str = Field(default="", description="What failed, in one sentence made by code from allowed fields")
    discarded: list[str] = Field(default_factory=list, description="Hypotheses that were looked at and not taken")

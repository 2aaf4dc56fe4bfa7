"""Where a service's tickets go: the part `tickets` of the catalog."""

import re
from typing import Annotated

from pydantic import Field, JsonValue, model_validator

from mendloop.domain.catalog_section import Section

_PROJECTS = {
    "local": (r".*", "anything"),
    "github": (r"[^/\s]+/[^/\s]+", "owner/name"),
    "jira": (r"[A-Z][A-Z0-9_]{1,29}", "the key of a Jira project, e.g. OPS"),
    "linear": (r"[A-Z][A-Z0-9]{0,29}(/.{1,80})?", "the key of a Linear team, e.g. ENG, or ENG/name of a project"),
}
LINEAR_PRIORITIES = {"": 0, "urgent": 1, "high": 2, "medium": 3, "low": 4}


class Tickets(Section):
    """Where tickets go."""

    tracker: str = Field(default="local", pattern="^(local|github|jira|linear)$")
    project: str = Field(
        default="",
        description="github: owner/name, empty for the service's own repository; jira: the project's key; linear: the "
        "team's key, or key/name of a project of it",
    )
    base_url: str = Field(
        default="",
        pattern=r"^(|https://\S+|http://127\.0\.0\.1\S*)$",
        description="github: API address of Enterprise Server; jira: address of the site",
    )
    public: bool | None = Field(
        default=None, description="Whether anybody can read the tickets; null: as the tracker or the repository says"
    )
    labels: list[Annotated[str, Field(min_length=1, max_length=50)]] = Field(
        default_factory=lambda: ["mendloop"], description="By the first of them mendloop finds its own tickets"
    )
    assignee: str = Field(
        default="",
        description="Who gets each ticket. github: a login; jira: an account id; linear: an e-mail address",
    )
    type: str = Field(default="Bug", min_length=1, max_length=60, description="jira: the name of an issue type")
    priority: str = Field(
        default="", max_length=60, description="jira: a priority's name; linear: urgent, high, medium or low"
    )
    fields: dict[str, JsonValue] = Field(
        default_factory=dict, description="jira: further fields by their ids, as Jira's API takes them"
    )
    comment_hours: float = Field(
        default=6, ge=0, le=168, description="A recurrence is commented only this long after people were last told"
    )
    after_closing: str = Field(
        default="reopen", pattern="^(reopen|link)$", description="What becomes of a closed ticket whose fault is back"
    )
    when_fixed: str = Field(
        default="close", pattern="^(close|comment)$", description="What becomes of an open ticket whose fault is fixed"
    )
    needs_approval: bool = False

    @model_validator(mode="after")
    def _complete(self) -> "Tickets":
        shape, is_like = _PROJECTS[self.tracker]
        if (self.project or self.tracker in {"jira", "linear"}) and not re.fullmatch(shape, self.project):
            raise ValueError(f"project: {self.project!r} is not {is_like}")
        if self.tracker == "jira" and not self.base_url:
            raise ValueError("base_url: name the address of the Jira site, e.g. https://acme.atlassian.net")
        if self.tracker == "jira" and any(" " in label for label in self.labels):
            raise ValueError("labels: Jira's have no blanks")
        if self.tracker == "linear" and self.priority.lower() not in LINEAR_PRIORITIES:
            raise ValueError(f"priority: {self.priority!r} is not one of {', '.join(LINEAR_PRIORITIES)}")
        return self

"""Jira's documents as mendloop reads them, and the marks by which it knows its own issues."""

from typing import Any

from pydantic import BaseModel, Field, TypeAdapter

from mendloop.adapters.jira import document
from mendloop.contracts.publication import Ticket
from mendloop.domain.identity import sha256

PROPERTY = "mendloop"
"""Of an issue: mendloop's key and the incident that filed it. Nobody sees it, and only programs can take it away."""

READ = ("summary", "description", "labels", "status")


def label_of(key: str) -> str:
    """By it issues are searched for: properties can be searched for by installed apps only."""
    return f"mendloop-{sha256(key)[:16]}"


class _Category(BaseModel):
    key: str


class _Status(BaseModel):
    name: str
    category: _Category = Field(alias="statusCategory")


class _Fields(BaseModel):
    summary: str
    description: dict[str, Any] | None = None
    labels: list[str] = Field(default_factory=list)
    status: _Status


class _Mark(BaseModel):
    key: str = ""
    incident: str = ""
    duplicate: str = ""


class _Properties(BaseModel):
    mendloop: _Mark = _Mark()


class Issue(BaseModel):
    """What mendloop reads of one issue."""

    id: str
    key: str
    fields: _Fields
    properties: _Properties = _Properties()

    def bears(self, key: str) -> bool:
        """Whether it is the issue of mendloop's key; a label alone counts where no property was kept."""
        kept = self.properties.mendloop.key
        return kept == key if kept else label_of(key) in self.fields.labels

    @property
    def duplicate(self) -> bool:
        """Whether a racing writer's issue stands in its place."""
        return bool(self.properties.mendloop.duplicate)

    @property
    def closed(self) -> bool:
        """Whatever the status is called: what counts is its category."""
        return self.fields.status.category.key == "done"

    def ticket(self, key: str, site: str) -> Ticket:
        """As the port tells it."""
        return Ticket(
            key=key,
            tracker="jira",
            number=self.key,
            url=f"{site}/browse/{self.key}",
            title=self.fields.summary,
            body=document.markdown(self.fields.description),
            incident_id=self.properties.mendloop.incident,
            closed=self.closed,
        )


class Created(BaseModel):
    """Of an issue that was just made."""

    id: str
    key: str


class Found(BaseModel):
    """A page of a search."""

    issues: list[Issue]


class Comment(BaseModel):
    """Of a comment."""

    body: dict[str, Any] | None = None


class Comments(BaseModel):
    """A page of comments."""

    comments: list[Comment]
    total: int


class Transition(BaseModel):
    """A way from the issue's status to another."""

    id: str
    to: _Status


class Transitions(BaseModel):
    """All that the token's account may take."""

    transitions: list[Transition]


class Project(BaseModel):
    """Where issues go."""

    key: str
    name: str
    archived: bool = False


class _Type(BaseModel):
    id: str
    name: str


class Types(BaseModel):
    """Issue types that may be made in a project."""

    types: list[_Type] = Field(alias="issueTypes")


class TypeField(BaseModel):
    """One of them."""

    id: str = Field(alias="fieldId")
    name: str
    required: bool
    has_default: bool = Field(default=False, alias="hasDefaultValue")


class TypeFields(BaseModel):
    """What may be said of an issue when it is made."""

    fields: list[TypeField]


ISSUE, FOUND, CREATED = TypeAdapter(Issue), TypeAdapter(Found), TypeAdapter(Created)
COMMENT, COMMENTS, TRANSITIONS = TypeAdapter(Comment), TypeAdapter(Comments), TypeAdapter(Transitions)
PROJECT, TYPES, TYPE_FIELDS = TypeAdapter(Project), TypeAdapter(Types), TypeAdapter(TypeFields)

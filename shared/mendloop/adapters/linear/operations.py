"""What mendloop asks of Linear, and the answers as it reads them."""

from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter

_ISSUE = "id identifier url title description trashed state { type }"

FIND = f"""
query Find($ids: [ID!]!) {{
  issues(filter: {{ id: {{ in: $ids }} }}, includeArchived: true, first: 50) {{ nodes {{ {_ISSUE} }} }}
}}
"""
PLACE = """
query Place($team: String!, $labels: [String!]!, $email: String!, $project: String!) {
  teams(filter: { key: { eq: $team } }, includeArchived: true, first: 1) {
    nodes {
      id key name archivedAt retiredAt
      projects(filter: { name: { eq: $project } }, first: 1) { nodes { id } }
    }
  }
  issueLabels(filter: { name: { in: $labels } }, first: 100) { nodes { id name team { id } } }
  users(filter: { email: { eq: $email }, active: { eq: true } }, first: 1) { nodes { id } }
}
"""
MAKE = f"""
mutation Make($input: IssueCreateInput!) {{ issueCreate(input: $input) {{ success issue {{ {_ISSUE} }} }} }}
"""
CHANGE = """
mutation Change($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }
"""
LABEL = """
mutation Label($input: IssueLabelCreateInput!) { issueLabelCreate(input: $input) { success } }
"""
SAY = """
mutation Say($input: CommentCreateInput!) { commentCreate(input: $input) { success } }
"""
TIE = """
mutation Tie($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { success } }
"""
BESIDE = """
query Beside($id: String!, $comment: ID!, $url: String!) {
  issue(id: $id) {
    comments(filter: { id: { eq: $comment } }, includeArchived: true, first: 1) { nodes { id } }
    attachments(filter: { url: { eq: $url } }, first: 1) { nodes { id } }
  }
}
"""
STATES = """
query States($id: String!) {
  issue(id: $id) { state { type } team { states(first: 100) { nodes { id type position } } } }
}
"""


class _Typed(BaseModel):
    type: str


class Issue(BaseModel):
    """What mendloop reads of one issue."""

    id: str
    identifier: str
    url: str
    title: str
    description: str | None = None
    trashed: bool | None = None
    state: _Typed

    @property
    def closed(self) -> bool:
        """Whatever the state is called: what counts is its type."""
        return self.state.type in {"completed", "canceled", "duplicate"}


class _Issues(BaseModel):
    nodes: list[Issue]


class Found(BaseModel):
    """Of FIND."""

    issues: _Issues


class Named(BaseModel):
    """Anything with an id."""

    id: str


class _Nodes(BaseModel):
    nodes: list[Named]


class Team(Named):
    """Where issues go."""

    key: str
    name: str
    archived_at: Annotated[str | None, Field(alias="archivedAt")] = None
    retired_at: Annotated[str | None, Field(alias="retiredAt")] = None
    projects: _Nodes


class _Teams(BaseModel):
    nodes: list[Team]


class Label(Named):
    """Of a team, or of all."""

    name: str
    team: Named | None = None


class _Labels(BaseModel):
    nodes: list[Label]


class Place(BaseModel):
    """Of PLACE."""

    teams: _Teams
    labels: Annotated[_Labels, Field(alias="issueLabels")]
    users: _Nodes


class _Made(BaseModel):
    issue: Issue


class Made(BaseModel):
    """Of MAKE."""

    made: Annotated[_Made, Field(alias="issueCreate")]


class _Kept(BaseModel):
    comments: _Nodes
    attachments: _Nodes


class Beside(BaseModel):
    """Of BESIDE."""

    issue: _Kept


class _State(Named):
    type: str
    position: float


class _States(BaseModel):
    nodes: list[_State]


class _Ways(BaseModel):
    states: _States


class _Standing(BaseModel):
    state: _Typed
    team: _Ways


class States(BaseModel):
    """Of STATES."""

    issue: _Standing


FOUND, PLACED, MADE = TypeAdapter(Found), TypeAdapter(Place), TypeAdapter(Made)
KEPT, WAYS = TypeAdapter(Beside), TypeAdapter(States)

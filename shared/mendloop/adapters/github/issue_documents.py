"""GitHub's issues as mendloop reads them, and the marks by which it knows its own."""

import re
from typing import Literal, TypeVar
from urllib.parse import quote, unquote

from pydantic import BaseModel, TypeAdapter, ValidationError

from mendloop.contracts.publication import Ticket
from mendloop.domain.errors import Unavailable
from mendloop.domain.identity import sha256

MARK = re.compile(r"<!-- mendloop key=(\S+) incident=(\S+) -->\n?")
T = TypeVar("T")


class Issue(BaseModel):
    """What mendloop reads of one issue."""

    number: int
    html_url: str
    title: str
    body: str | None = None
    state: Literal["open", "closed"]
    state_reason: str | None = None
    pull_request: object | None = None

    @property
    def marks(self) -> tuple[str, str]:
        """Mendloop's key and the incident that filed it; both empty for somebody else's issue."""
        found = MARK.match((self.body or "").replace("\r\n", "\n"))
        return (unquote(found[1]), unquote(found[2])) if found and self.pull_request is None else ("", "")

    def ticket(self) -> Ticket:
        """As the port tells it."""
        key, incident = self.marks
        return Ticket(
            key=key,
            tracker="github",
            number=f"#{self.number}",
            url=self.html_url,
            title=self.title,
            body=MARK.sub("", (self.body or "").replace("\r\n", "\n"), count=1),
            incident_id=incident,
            closed=self.state == "closed",
        )


class Comment(BaseModel):
    """Of a comment."""

    body: str | None = None


class Repository(BaseModel):
    """Of the repository whose issues they are."""

    private: bool
    archived: bool = False
    has_issues: bool = True


ISSUE, ISSUES, COMMENTS = TypeAdapter(Issue), TypeAdapter(list[Issue]), TypeAdapter(list[Comment])
COMMENT, REPOSITORY = TypeAdapter(Comment), TypeAdapter(Repository)


def comment_mark(body: str) -> str:
    """First line of a comment, not shown: the same text is said once."""
    return f"<!-- mendloop comment={sha256(body)[:16]} -->"


def escaped(text: str) -> str:
    """Without blanks, and without the dashes that would end the comment."""
    return quote(text, safe="").replace("-", "%2D")


def read(shape: TypeAdapter[T], document: object) -> T:
    """Unavailable when GitHub, or whatever answered in its place, sent something else."""
    try:
        return shape.validate_python(document)
    except ValidationError as error:
        raise Unavailable(
            f"GitHub's answer cannot be read: {error.error_count()} fields are not as described"
        ) from None

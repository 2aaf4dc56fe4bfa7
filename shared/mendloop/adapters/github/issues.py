"""The TicketTracker port on GitHub Issues, of github.com and of Enterprise Server.

mendloop's key stands in the first line of an issue's body, where readers do not see it. Issues are found by listing
those with our label: a list knows what was written a moment ago, search does not. Search comes second, for an issue
whose label somebody took off. Of two issues that racing writers made, the older stands and the other is closed.
"""

import re
from collections.abc import Callable
from typing import Literal, TypeVar
from urllib.parse import quote, unquote

from pydantic import BaseModel, TypeAdapter, ValidationError

from mendloop.adapters.github.api import Api
from mendloop.adapters.github.refusals import explained
from mendloop.contracts.publication import Ticket
from mendloop.domain.catalog import Tickets
from mendloop.domain.errors import Misconfigured, Throttled, Unavailable
from mendloop.domain.identity import sha256

MARK = re.compile(r"<!-- mendloop key=(\S+) incident=(\S+) -->\n?")
MAX_ISSUES = 2_000
MAX_COMMENTS = 1_000
LABEL = "mendloop"
T = TypeVar("T")


class _Issue(BaseModel):
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
        )


class _Comment(BaseModel):
    body: str | None = None


_ISSUE, _ISSUES, _COMMENTS = TypeAdapter(_Issue), TypeAdapter(list[_Issue]), TypeAdapter(list[_Comment])


class GitHubIssues:
    """The issues of one repository, `owner/name`."""

    def __init__(self, api: Api, project: str, tickets: Tickets) -> None:
        owner, slash, name = project.partition("/")
        if not (owner and slash and name) or "/" in name:
            raise Misconfigured(f"tickets.project {project[:80]!r} is not `owner/name`")
        self._api = api
        self._project = project
        self._at = f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"
        self._tickets = tickets
        self._labels = tickets.labels or [LABEL]

    def find(self, key: str) -> Ticket | None:
        """The open one; else a closed one, unless the catalog wants a new one then. Twins of an open one are closed."""
        standing = self._standing(self._of(key))
        return standing.ticket() if standing else None

    def file(self, ticket: Ticket) -> Ticket:
        """One of several racing writers stands; an answer that was lost is looked up, the request never sent again."""
        known = self._of(ticket.key)
        standing = self._standing(known, ticket.incident_id)
        if standing:
            return standing.ticket()
        made = self._create(ticket, known)
        # What racing writers made lies in the list by now: all of them see the same oldest one.
        standing = self._standing([*self._listed(ticket.key), made], ticket.incident_id)
        return (standing or made).ticket()

    def comment(self, ticket: Ticket, body: str) -> None:
        """Once; a closed issue is opened again, since what it tells of has happened again."""
        at, mark = self._issue(ticket), _comment_mark(body)
        if not self._said(at, mark):
            self._set_state(at, "open", "reopened")
            self._say(at, mark, body)

    def note(self, ticket: Ticket, body: str) -> None:
        """Once; a closed issue stays closed."""
        at, mark = self._issue(ticket), _comment_mark(body)
        if not self._said(at, mark):
            self._say(at, mark, body)

    def close(self, ticket: Ticket, body: str) -> None:
        """Said before it is closed, so that a run that dies in between is repeated whole."""
        self.note(ticket, body)
        self._set_state(self._issue(ticket), "closed", "completed")

    def _issue(self, ticket: Ticket) -> str:
        return f"{self._at}/issues/{ticket.number.lstrip('#')}"

    def _is_open(self, at: str) -> bool:
        with explained(self._project):
            return _read(_ISSUE, self._api.get(at)).state == "open"

    def _set_state(self, at: str, state: str, reason: str) -> None:
        if self._is_open(at) != (state == "open"):
            with explained(self._project):
                self._api.patch(at, {"state": state, "state_reason": reason})

    def _of(self, key: str) -> list[_Issue]:
        return self._listed(key) or self._searched(key)

    def _listed(self, key: str) -> list[_Issue]:
        asked = {"labels": self._labels[0], "state": "all", "sort": "created", "direction": "desc"}
        with explained(self._project):
            found = list(self._api.pages(f"{self._at}/issues", MAX_ISSUES, **asked))
        return [issue for issue in _read(_ISSUES, found) if issue.marks[0] == key]

    def _searched(self, key: str) -> list[_Issue]:
        """Whatever search says is looked at: it matches words, not keys. At its own rate limit it is left out."""
        asked = f'repo:{self._project} is:issue in:body "mendloop key={_escaped(key)}"'
        try:
            found = self._api.get("/search/issues", q=asked, per_page=50)
        except Throttled:
            return []
        issues = _read(_ISSUES, found.get("items") if isinstance(found, dict) else found)
        return [issue for issue in issues if issue.marks[0] == key]

    def _standing(self, found: list[_Issue], incident: str = "") -> _Issue | None:
        """The oldest open one, its twins closed; of closed ones the newest that may be opened again."""
        by_number = {issue.number: issue for issue in found}
        issues = [by_number[number] for number in sorted(by_number)]
        unfinished = [issue for issue in issues if issue.state == "open"]
        for twin in unfinished[1:]:
            self._close(twin, unfinished[0])
        if unfinished:
            return unfinished[0]
        closed = [issue for issue in issues if issue.state_reason != "duplicate"]
        if self._tickets.after_closing == "link":
            closed = [issue for issue in closed if incident and issue.marks[1] == incident]
        return closed[-1] if closed else None

    def _create(self, ticket: Ticket, earlier: list[_Issue]) -> _Issue:
        mark = f"<!-- mendloop key={_escaped(ticket.key)} incident={_escaped(ticket.incident_id)} -->"
        links = [f"Earlier: #{issue.number}" for issue in earlier if issue.state_reason != "duplicate"]
        wanted = {
            "title": ticket.title,
            "body": "\n".join([mark, ticket.body, *links]),
            "labels": self._labels,
            **({"assignees": [self._tickets.assignee]} if self._tickets.assignee else {}),
        }
        old = {issue.number for issue in earlier}
        return self._once(
            lambda: _read(_ISSUE, self._api.post(f"{self._at}/issues", wanted)),
            lambda: next((issue for issue in self._listed(ticket.key) if issue.number not in old), None),
        )

    def _close(self, twin: _Issue, older: _Issue) -> None:
        at = f"{self._at}/issues/{twin.number}"
        mark = f"<!-- mendloop duplicate={older.number} -->"
        if not self._said(at, mark):
            self._say(at, mark, f"Filed twice at the same time. #{older.number} stands; this one is closed.")
        with explained(self._project):
            self._api.patch(at, {"state": "closed", "state_reason": "duplicate"})

    def _said(self, at: str, mark: str) -> bool:
        with explained(self._project):
            found = _read(_COMMENTS, list(self._api.pages(f"{at}/comments", MAX_COMMENTS)))
        return any((comment.body or "").startswith(mark) for comment in found)

    def _say(self, at: str, mark: str, body: str) -> None:
        said = {"body": f"{mark}\n{body}"}
        self._once(
            lambda: _read(TypeAdapter(_Comment), self._api.post(f"{at}/comments", said)),
            lambda: self._said(at, mark) or None,
        )

    def _once(self, send: Callable[[], T], look: Callable[[], T | bool | None]) -> T:
        """What `send` gives; where its answer is lost, what `look` finds, else Unavailable for the next attempt."""
        try:
            with explained(self._project):
                return send()
        except Unavailable:
            found = look()
            if found is None:
                raise
            return found  # type: ignore[return-value]


def _comment_mark(body: str) -> str:
    return f"<!-- mendloop comment={sha256(body)[:16]} -->"


def _escaped(text: str) -> str:
    """Without blanks, and without the dashes that would end the comment."""
    return quote(text, safe="").replace("-", "%2D")


def _read(shape: TypeAdapter[T], document: object) -> T:
    """Unavailable when GitHub, or whatever answered in its place, sent something else."""
    try:
        return shape.validate_python(document)
    except ValidationError as error:
        raise Unavailable(
            f"GitHub's answer cannot be read: {error.error_count()} fields are not as described"
        ) from None

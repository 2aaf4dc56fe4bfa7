"""The TicketTracker port on GitHub Issues, of github.com and of Enterprise Server.

mendloop's key stands in the first line of an issue's body, where readers do not see it. Issues are found by listing
those with our label: a list knows what was written a moment ago, search does not. An issue whose label somebody took
off is found by its number, else by search. Of two issues that racing writers made, the older stands and the other is
closed.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from mendloop.adapters import effects
from mendloop.adapters.github.api import Api
from mendloop.adapters.github.issue_documents import (
    COMMENT,
    COMMENTS,
    ISSUE,
    ISSUES,
    REPOSITORY,
    Issue,
    Repository,
    comment_mark,
    escaped,
    read,
)
from mendloop.adapters.github.refusals import explained
from mendloop.contracts.publication import Ticket
from mendloop.domain.catalog_tickets import Tickets
from mendloop.domain.errors import AccessDenied, Misconfigured, NotFound, Throttled
from mendloop.domain.outgoing_tickets import replaced

MAX_ISSUES = 2_000
MAX_COMMENTS = 1_000
LABEL = "mendloop"
T = TypeVar("T")


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

    def find(self, key: str, number: str = "") -> Ticket | None:
        """The oldest open one, its twins closed; else the newest closed one."""
        standing = self._standing(self._of(key, number))
        return standing.ticket() if standing else None

    def file(self, ticket: Ticket) -> Ticket:
        """One of several racing writers stands; an answer that was lost is looked up, the request never sent again."""
        known = self._of(ticket.key)
        standing = self._standing(known)
        if standing:
            return standing.ticket()
        made = self._create(ticket, known)
        # What racing writers made lies in the list by now: all of them see the same oldest one.
        standing = self._standing([*self._listed(ticket.key), made], mine=made.number)
        return (standing or made).ticket()

    def comment(self, ticket: Ticket, body: str) -> None:
        """Once; a closed issue is opened again, since what it tells of has happened again."""
        at, mark = self._issue(ticket), comment_mark(body)
        if not self._said(at, mark):
            self._set_state(at, "open", "reopened")
            self._say(at, mark, body)

    def note(self, ticket: Ticket, body: str) -> None:
        """Once; a closed issue stays closed."""
        at, mark = self._issue(ticket), comment_mark(body)
        if not self._said(at, mark):
            self._say(at, mark, body)

    def close(self, ticket: Ticket, body: str) -> None:
        """Said before it is closed, so that a run that dies in between is repeated whole."""
        self.note(ticket, body)
        self._set_state(self._issue(ticket), "closed", "completed")

    def update(self, ticket: Ticket, standing: str) -> None:
        """Only the section of that name; what people wrote around it stays."""
        at = self._issue(ticket)
        if (changed := self._outdated(at, standing)) is not None:
            effects.once(
                lambda: self._change(at, {"body": changed}), lambda: self._outdated(at, standing) is None or None
            )

    def link(self, ticket: Ticket, url: str, title: str) -> None:
        """Nothing to do: GitHub ties what a text names."""

    def is_public(self) -> bool:
        """As the repository's visibility says; an internal one of an enterprise is private here."""
        return not self._repository().private

    def examine(self) -> str:
        """The repository and its newest issue."""
        found = self._repository()
        with explained(self._project):
            if found.archived:
                raise AccessDenied("the repository is archived")
            if not found.has_issues:
                raise NotFound("issues are disabled")
            self._api.get(f"{self._at}/issues", per_page=1)
        seen = "anybody can read them" if not found.private else "members can read them"
        return f"issues of {self._project} at GitHub, {seen}; whether the token may write shows only when it does"

    def _repository(self) -> Repository:
        with explained(self._project):
            return read(REPOSITORY, self._api.get(self._at))

    def _outdated(self, at: str, standing: str) -> str | None:
        """The body as it should be; None where it is so, or the section was taken out."""
        with explained(self._project):
            body = (read(ISSUE, self._api.get(at)).body or "").replace("\r\n", "\n")
        changed = replaced(body, standing)
        return None if changed in (None, body) else changed

    def _issue(self, ticket: Ticket) -> str:
        return f"{self._at}/issues/{ticket.number.lstrip('#')}"

    def _is_open(self, at: str) -> bool:
        with explained(self._project):
            return read(ISSUE, self._api.get(at)).state == "open"

    def _set_state(self, at: str, state: str, reason: str) -> None:
        if self._is_open(at) != (state == "open"):
            self._change(at, {"state": state, "state_reason": reason})

    def _change(self, at: str, fields: dict[str, str]) -> bool:
        with explained(self._project):
            self._api.patch(at, fields)
        return True

    def _of(self, key: str, number: str = "") -> list[Issue]:
        return self._listed(key) or self._numbered(key, number) or self._searched(key)

    def _numbered(self, key: str, number: str) -> list[Issue]:
        if not number.removeprefix("#").isdecimal():
            return []
        try:
            found = read(ISSUE, self._api.get(f"{self._at}/issues/{number.removeprefix('#')}"))
        except NotFound:
            return []
        # An issue that was moved to another project answers from there, under a number that is another one's here.
        here = found.html_url.lower().endswith(f"/{self._project}/issues/{number.removeprefix('#')}".lower())
        return [found] if here and found.marks[0] == key else []

    def _listed(self, key: str) -> list[Issue]:
        asked = {"labels": self._labels[0], "state": "all", "sort": "created", "direction": "desc"}
        with explained(self._project):
            found = list(self._api.pages(f"{self._at}/issues", MAX_ISSUES, **asked))
        return [issue for issue in read(ISSUES, found) if issue.marks[0] == key]

    def _searched(self, key: str) -> list[Issue]:
        """Whatever search says is looked at: it matches words, not keys. At its own rate limit it is left out."""
        asked = f'repo:{self._project} is:issue in:body "mendloop key={escaped(key)}"'
        try:
            with explained(self._project):
                found = self._api.get("/search/issues", q=asked, per_page=50)
        except Throttled:
            return []
        issues = read(ISSUES, found.get("items") if isinstance(found, dict) else found)
        return [issue for issue in issues if issue.marks[0] == key]

    def _standing(self, found: list[Issue], mine: int = 0) -> Issue | None:
        """The oldest open one, its twins closed; of closed ones the newest that is no duplicate.

        A racing writer closes its own (`mine`) only: the others do the same with theirs.
        """
        by_number = {issue.number: issue for issue in found}
        issues = [by_number[number] for number in sorted(by_number)]
        unfinished = [issue for issue in issues if issue.state == "open"]
        for twin in unfinished[1:]:
            if mine in (0, twin.number):
                self._close(twin, unfinished[0])
        if unfinished:
            return unfinished[0]
        closed = [issue for issue in issues if issue.state_reason != "duplicate"]
        return closed[-1] if closed else None

    def _create(self, ticket: Ticket, earlier: list[Issue]) -> Issue:
        mark = f"<!-- mendloop key={escaped(ticket.key)} incident={escaped(ticket.incident_id)} -->"
        wanted = {
            "title": ticket.title,
            "body": f"{mark}\n{ticket.body}",
            "labels": self._labels,
            **({"assignees": [self._tickets.assignee]} if self._tickets.assignee else {}),
        }
        old = {issue.number for issue in earlier}
        return self._once(
            lambda: read(ISSUE, self._api.post(f"{self._at}/issues", wanted)),
            lambda: next((issue for issue in self._listed(ticket.key) if issue.number not in old), None),
        )

    def _close(self, twin: Issue, older: Issue) -> None:
        at = f"{self._at}/issues/{twin.number}"
        mark = f"<!-- mendloop duplicate={older.number} -->"
        if not self._said(at, mark):
            self._say(at, mark, f"Filed twice at the same time. #{older.number} stands; this one is closed.")
        self._change(at, {"state": "closed", "state_reason": "duplicate"})

    def _said(self, at: str, mark: str) -> bool:
        with explained(self._project):
            found = read(COMMENTS, list(self._api.pages(f"{at}/comments", MAX_COMMENTS)))
        return any((comment.body or "").startswith(mark) for comment in found)

    def _say(self, at: str, mark: str, body: str) -> None:
        said = {"body": f"{mark}\n{body}"}
        self._once(
            lambda: bool(read(COMMENT, self._api.post(f"{at}/comments", said))),
            lambda: self._said(at, mark) or None,
        )

    def _once(self, send: Callable[[], T], look: Callable[[], T | None]) -> T:
        def sent() -> T:
            with explained(self._project):
                return send()

        return effects.once(sent, look)

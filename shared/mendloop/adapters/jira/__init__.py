"""The TicketTracker port on Jira Cloud, REST version 3, with texts in Atlassian's document format.

An issue bears mendloop's key as a property, which nobody sees, and as a label, by which it is searched for. Jira's
search knows what was written only some seconds later, so an issue is found by its number first where that is
remembered, and after filing one mendloop waits until search knows it: by then search knows older twins as well.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from mendloop.adapters import effects
from mendloop.adapters.answers import readable
from mendloop.adapters.jira import document
from mendloop.adapters.jira import issue_documents as shapes
from mendloop.adapters.jira.api import Api
from mendloop.adapters.jira.examination import examine
from mendloop.adapters.jira.issue_documents import Issue, label_of
from mendloop.adapters.jira.workflow import move
from mendloop.contracts.publication import Ticket
from mendloop.domain import outgoing
from mendloop.domain.catalog_tickets import Tickets
from mendloop.domain.errors import Misconfigured, NotFound, Unavailable

MAX_TEXT_BYTES = 30_000
"""Jira takes 32,767 characters."""
MAX_COMMENTS, PAGE = 1_000, 100
INDEX_SECONDS = (0.5, 1.0, 2.0, 4.0)
"""How long search is waited for, from look to look."""


class JiraIssues:
    """The issues of one project. `sleep` waits for Jira's search, as many seconds as it is told."""

    def __init__(self, api: Api, tickets: Tickets, sleep: Callable[[float], None] = time.sleep) -> None:
        self._api = api
        self._tickets = tickets
        self._sleep = sleep

    def find(self, key: str, number: str = "") -> Ticket | None:
        """The oldest open one, its twins closed; else the newest closed one."""
        standing = self._standing(key, [*self._numbered(key, number), *self._searched(key)])
        return standing.ticket(key, self._api.site) if standing else None

    def file(self, ticket: Ticket) -> Ticket:
        """One of several racing writers stands."""
        known = self._standing(ticket.key, self._searched(ticket.key))
        if known is None:
            made = self._create(ticket)
            beside = self._awaited(ticket.key, made)
            known = self._standing(ticket.key, [*self._numbered(ticket.key, made), *beside], mine=made)
        if known is None:
            raise Unavailable(f"Jira, issue of {ticket.key}: it was made and cannot be read yet")
        return known.ticket(ticket.key, self._api.site)

    def comment(self, ticket: Ticket, body: str) -> None:
        """Once; a closed issue is moved back first, since what it tells of has happened again."""
        if not self._said(ticket.number, body):
            move(self._api, ticket.number, done=False)
            self._say(ticket.number, body)

    def note(self, ticket: Ticket, body: str) -> None:
        """Once; a closed issue stays closed."""
        if not self._said(ticket.number, body):
            self._say(ticket.number, body)

    def close(self, ticket: Ticket, body: str) -> None:
        """Said before it is closed, so that a run that dies in between is repeated whole."""
        self.note(ticket, body)
        move(self._api, ticket.number, done=True)

    def update(self, ticket: Ticket, standing: str) -> None:
        """Only the section of that name; what people wrote around it stays."""
        changed = self._outdated(ticket.number, standing)
        if changed is not None:
            fresh = {"fields": {"description": changed}}
            effects.once(
                lambda: self._changed(ticket.number, fresh),
                lambda: self._outdated(ticket.number, standing) is None or None,
            )

    def link(self, ticket: Ticket, url: str, title: str) -> None:
        """As a web link of the issue; Jira keeps one for each `globalId`."""
        at, name = f"issue/{ticket.number}/remotelink", f"mendloop={url}"[:255]
        wanted = {"globalId": name, "relationship": "mendloop", "object": {"url": url, "title": title}}
        if not self._linked(at, name):
            effects.once(lambda: bool(self._api.post(at, wanted)), lambda: self._linked(at, name) or None)

    def is_public(self) -> bool:
        """Jira does not say who may browse a project: `tickets.public` does."""
        return False

    def examine(self) -> str:
        """The project, its issue type, and what Jira asks for beyond what the catalog gives."""
        return examine(self._api, self._tickets)

    def _numbered(self, key: str, number: str) -> list[Issue]:
        if not number:
            return []
        try:
            asked = {"fields": ",".join(shapes.READ), "properties": shapes.PROPERTY}
            found = readable("Jira", shapes.ISSUE, self._api.get(f"issue/{number}", **asked))
        except NotFound:
            return []
        return [found] if found.bears(key) else []

    def _searched(self, key: str) -> list[Issue]:
        wanted = {
            "jql": f'project = "{self._tickets.project}" AND labels = "{label_of(key)}" ORDER BY created ASC',
            "fields": list(shapes.READ),
            "properties": [shapes.PROPERTY],
            "maxResults": 50,
        }
        found = readable("Jira", shapes.FOUND, self._api.post("search/jql", wanted)).issues
        return [issue for issue in found if issue.bears(key)]

    def _awaited(self, key: str, number: str) -> list[Issue]:
        """What search says once it knows this issue, or at last; "" waits for any."""
        for seconds in (*INDEX_SECONDS, 0):
            found = self._searched(key)
            if any(number in ("", issue.key) for issue in found) or not seconds:
                return found
            self._sleep(seconds)
        return []

    def _standing(self, key: str, found: list[Issue], mine: str = "") -> Issue | None:
        """The oldest open one, its twins closed; else the newest closed one.

        A racing writer closes its own (`mine`) only: all of them see the same oldest one.
        """
        by_id = {int(issue.id): issue for issue in found}
        every = [by_id[number] for number in sorted(by_id)]
        issues = [issue for issue in every if not issue.duplicate]
        unfinished = [issue for issue in issues if not issue.closed]
        left_open = [issue for issue in every if issue.duplicate and not issue.closed]
        for twin in [*unfinished[1:], *left_open]:
            if mine in ("", twin.key):
                self._dismiss(key, twin, (unfinished or [twin])[0])
        return unfinished[0] if unfinished else issues[-1] if issues else None

    def _dismiss(self, key: str, twin: Issue, older: Issue) -> None:
        """Said and marked before it is closed, so that a run that dies is repeated from there."""
        if not twin.duplicate:
            said = f"Filed twice at the same time. {older.key} stands; this one is closed."
            if not self._said(twin.key, said):
                self._say(twin.key, said)
            mark = {"key": shapes.PROPERTY, "value": {"key": key, "duplicate": older.key}}
            effects.once(
                lambda: self._changed(twin.key, {"properties": [mark]}),
                lambda: any(each.duplicate for each in self._numbered(key, twin.key)) or None,
            )
        # Where the workflow has no way to Done for us, what was said must do.
        with suppress(Misconfigured):
            move(self._api, twin.key, done=True)

    def _create(self, ticket: Ticket) -> str:
        """The new issue's number."""
        tickets = self._tickets
        fields: dict[str, Any] = {
            **tickets.fields,
            "project": {"key": tickets.project},
            "issuetype": {"name": tickets.type},
            "summary": ticket.title,
            "description": document.document(outgoing.checked(ticket.body, MAX_TEXT_BYTES)),
            "labels": [*tickets.labels, label_of(ticket.key)],
            **({"priority": {"name": tickets.priority}} if tickets.priority else {}),
            **({"assignee": {"accountId": tickets.assignee}} if tickets.assignee else {}),
        }
        mark = {"key": shapes.PROPERTY, "value": {"key": ticket.key, "incident": ticket.incident_id}}
        wanted = {"fields": fields, "properties": [mark]}
        return effects.once(
            lambda: readable("Jira", shapes.CREATED, self._api.post("issue", wanted)).key,
            lambda: next((issue.key for issue in self._awaited(ticket.key, "")), None),
        )

    def _changed(self, number: str, change: dict[str, Any]) -> bool:
        self._api.put(f"issue/{number}", change)
        return True

    def _outdated(self, number: str, standing: str) -> dict[str, Any] | None:
        """The description as it should be; None where it is so, or the section was taken out."""
        found = readable("Jira", shapes.ISSUE, self._api.get(f"issue/{number}", fields=",".join(shapes.READ)))
        there = found.fields.description or {}
        wanted = document.replaced(there, standing)
        same = wanted is None or document.markdown(wanted) == document.markdown(there)
        return None if same else wanted

    def _linked(self, at: str, name: str) -> bool:
        try:
            return bool(self._api.get(at, globalId=name))
        except NotFound:
            return False

    def _said(self, number: str, body: str) -> bool:
        wanted = document.markdown(document.document(body))
        return any(document.markdown(comment) == wanted for comment in self._comments(number))

    def _comments(self, number: str) -> list[dict[str, Any]]:
        found = list[dict[str, Any]]()
        for start in range(0, MAX_COMMENTS, PAGE):
            asked = {"startAt": start, "maxResults": PAGE, "orderBy": "-created"}
            page = readable("Jira", shapes.COMMENTS, self._api.get(f"issue/{number}/comment", **asked))
            found += [comment.body or {} for comment in page.comments]
            if start + PAGE >= page.total:
                break
        return found

    def _say(self, number: str, body: str) -> None:
        wanted = {"body": document.document(outgoing.checked(body, MAX_TEXT_BYTES))}
        effects.once(
            lambda: bool(readable("Jira", shapes.COMMENT, self._api.post(f"issue/{number}/comment", wanted))),
            lambda: self._said(number, body) or None,
        )

"""The TicketTracker port on Linear, whose texts are Markdown.

Issues, comments, links and labels get ids that mendloop chooses from what they stand for. So an issue is found by its
id, at once and wherever it was moved, and of racing writers Linear itself lets only the first one through.
"""

from collections.abc import Mapping

from mendloop.adapters import effects
from mendloop.adapters.answers import readable
from mendloop.adapters.linear import operations, place
from mendloop.adapters.linear.api import Api
from mendloop.adapters.linear.names import ids_of, uuid_of
from mendloop.adapters.linear.operations import Issue
from mendloop.contracts.publication import Ticket
from mendloop.domain.catalog_tickets import LINEAR_PRIORITIES, Tickets
from mendloop.domain.errors import Misconfigured, NotFound
from mendloop.domain.outgoing_tickets import replaced

DONE = ("completed", "canceled")
OPEN = ("unstarted", "backlog", "started", "triage")
"""Types of states, the ones that are liked best first."""


class LinearIssues:
    """The issues of one team."""

    def __init__(self, api: Api, tickets: Tickets) -> None:
        self._api = api
        self._tickets = tickets

    def find(self, key: str, number: str = "") -> Ticket | None:
        """By the ids of the key; the number tells no more than they do."""
        found = self._standing(key)
        return _ticket(key, found) if found else None

    def file(self, ticket: Ticket) -> Ticket:
        """Linear makes one issue of one id, whoever asks."""
        known = self._found(ticket.key)
        return _ticket(ticket.key, _untrashed(ticket.key, known) or self._create(ticket, known))

    def comment(self, ticket: Ticket, body: str) -> None:
        """Once; a closed issue is opened first, since what it tells of has happened again."""
        issue = self._issue(ticket)
        if not self._said(issue, body):
            self._move(issue, OPEN)
            self._say(issue, body)

    def note(self, ticket: Ticket, body: str) -> None:
        """Once; a closed issue stays closed."""
        issue = self._issue(ticket)
        if not self._said(issue, body):
            self._say(issue, body)

    def close(self, ticket: Ticket, body: str) -> None:
        """Said before it is closed, so that a run that dies in between is repeated whole."""
        self.note(ticket, body)
        self._move(self._issue(ticket), DONE)

    def update(self, ticket: Ticket, standing: str) -> None:
        """Only the section of that name; what people wrote around it stays."""
        changed = self._outdated(ticket, standing)
        if changed is not None:
            at = self._issue(ticket).id
            effects.once(
                lambda: bool(self._api.run(operations.CHANGE, id=at, input={"description": changed})),
                lambda: self._outdated(ticket, standing) is None or None,
            )

    def link(self, ticket: Ticket, url: str, title: str) -> None:
        """As an attachment of the issue; Linear keeps one for each address."""
        issue = self._issue(ticket)
        wanted = {"id": uuid_of("link", issue.id, url), "issueId": issue.id, "url": url, "title": title}
        if not self._beside(issue, url=url):
            effects.once_or_there(
                lambda: bool(self._api.run(operations.TIE, input=wanted)),
                lambda: self._beside(issue, url=url) or None,
            )

    def is_public(self) -> bool:
        """Only members see a workspace."""
        return False

    def examine(self) -> str:
        """The team and what the catalog names in it."""
        found = place.look(self._api, self._tickets)
        made = f"; label {', '.join(found.missing)} will be made" if found.missing else ""
        return f"issues of the team {found.team.name} ({found.team.key}) at Linear{made}"

    def _found(self, key: str) -> dict[str, Issue]:
        found = readable("Linear", operations.FOUND, self._api.run(operations.FIND, ids=ids_of(key)))
        return {issue.id: issue for issue in found.issues.nodes}

    def _standing(self, key: str) -> Issue | None:
        return _untrashed(key, self._found(key))

    def _issue(self, ticket: Ticket) -> Issue:
        found = self._standing(ticket.key)
        if found is None:
            raise NotFound(
                f"Linear: {ticket.number} is not there any more", next_action="The next recurrence files another."
            )
        return found

    def _create(self, ticket: Ticket, taken: Mapping[str, Issue]) -> Issue:
        """`taken`: what was there when it was looked for; who reads again would step aside from a racing writer's."""
        free = next((each for each in ids_of(ticket.key) if each not in taken), None)
        if free is None:
            raise Misconfigured(
                f"Linear: all {len(taken)} issues of {ticket.key} were deleted",
                next_action="Restore one of them from the trash, or name another tracker in the catalog.",
            )
        there = place.with_labels(self._api, self._tickets)
        wanted = {
            "id": free,
            "teamId": there.team.id,
            "title": ticket.title,
            "description": ticket.body,
            "labelIds": there.labels,
            "priority": LINEAR_PRIORITIES[self._tickets.priority.lower()],
            **({"projectId": there.project} if there.project else {}),
            **({"assigneeId": there.assignee} if there.assignee else {}),
        }
        return effects.once_or_there(
            lambda: readable("Linear", operations.MADE, self._api.run(operations.MAKE, input=wanted)).made.issue,
            lambda: self._standing(ticket.key),
        )

    def _move(self, issue: Issue, to: tuple[str, ...]) -> None:
        """Nothing where it is there already."""
        told = readable("Linear", operations.WAYS, self._api.run(operations.STATES, id=issue.id)).issue
        if told.state.type in to:
            return
        ways = [state for state in told.team.states.nodes if state.type in to]
        if not ways:
            raise Misconfigured(
                f"Linear: the team of {issue.identifier} has no state of the types {', '.join(to)}",
                next_action="Add one in the team's workflow.",
            )
        best = min(ways, key=lambda state: (to.index(state.type), state.position))
        effects.once(
            lambda: bool(self._api.run(operations.CHANGE, id=issue.id, input={"stateId": best.id})),
            lambda: self._is_in(issue, to) or None,
        )

    def _is_in(self, issue: Issue, types: tuple[str, ...]) -> bool:
        told = readable("Linear", operations.WAYS, self._api.run(operations.STATES, id=issue.id))
        return told.issue.state.type in types

    def _outdated(self, ticket: Ticket, standing: str) -> str | None:
        """The description as it should be; None where it is so, or the section was taken out."""
        there = self._issue(ticket).description or ""
        changed = replaced(there, standing)
        return None if changed is None or _flat(changed) == _flat(there) else changed

    def _beside(self, issue: Issue, *, comment: str = "", url: str = "") -> bool:
        asked = {"id": issue.id, "comment": comment or uuid_of("none"), "url": url}
        found = readable("Linear", operations.KEPT, self._api.run(operations.BESIDE, **asked)).issue
        return bool(found.comments.nodes if comment else found.attachments.nodes)

    def _said(self, issue: Issue, body: str) -> bool:
        return self._beside(issue, comment=_comment_id(issue, body))

    def _say(self, issue: Issue, body: str) -> None:
        wanted = {"id": _comment_id(issue, body), "issueId": issue.id, "body": body}
        effects.once_or_there(
            lambda: bool(self._api.run(operations.SAY, input=wanted)), lambda: self._said(issue, body) or None
        )


def _comment_id(issue: Issue, body: str) -> str:
    return uuid_of("comment", issue.id, body)


def _untrashed(key: str, found: Mapping[str, Issue]) -> Issue | None:
    """The first that nobody threw away."""
    return next((found[each] for each in ids_of(key) if each in found and not found[each].trashed), None)


def _ticket(key: str, issue: Issue) -> Ticket:
    return Ticket(
        key=key,
        tracker="linear",
        number=issue.identifier,
        url=issue.url,
        title=issue.title,
        body=issue.description or "",
        incident_id="",
        closed=issue.closed,
    )


def _flat(text: str) -> list[str]:
    """Lines without what Linear writes its own way: blank lines, and the marks of lists."""
    return [line.strip().replace("* ", "- ", 1) for line in text.splitlines() if line.strip()]

"""A ticket tracker in memory."""

from mendloop.contracts.publication import Ticket
from mendloop.domain.outgoing_tickets import replaced


class InMemoryTracker:
    """Tickets, comments, links and what was closed, by key. `public`: whether anybody can read them."""

    def __init__(self, name: str = "memory", public: bool = False) -> None:
        self.name, self.public = name, public
        self.tickets: dict[str, Ticket] = {}
        self.comments: dict[str, list[str]] = {}
        self.links: dict[str, dict[str, str]] = {}
        self.closed: set[str] = set()

    def find(self, key: str, number: str = "") -> Ticket | None:
        found = self.tickets.get(key)
        return found and found.model_copy(update={"closed": key in self.closed})

    def file(self, ticket: Ticket) -> Ticket:
        if ticket.key not in self.tickets:
            number = f"T-{len(self.tickets) + 1}"
            filed = ticket.model_copy(
                update={"tracker": self.name, "number": number, "url": f"https://tickets.example.com/{number}"}
            )
            self.tickets[ticket.key] = filed
        return self.tickets[ticket.key]

    def comment(self, ticket: Ticket, body: str) -> None:
        if body not in self.comments.get(ticket.key, []):
            self.closed.discard(ticket.key)
        self.note(ticket, body)

    def close(self, ticket: Ticket, body: str) -> None:
        self.note(ticket, body)
        self.closed.add(ticket.key)

    def note(self, ticket: Ticket, body: str) -> None:
        said = self.comments.setdefault(ticket.key, [])
        if body not in said:
            said.append(body)

    def update(self, ticket: Ticket, standing: str) -> None:
        filed = self.tickets[ticket.key]
        changed = replaced(filed.body, standing)
        self.tickets[ticket.key] = filed.model_copy(update={"body": filed.body if changed is None else changed})

    def link(self, ticket: Ticket, url: str, title: str) -> None:
        self.links.setdefault(ticket.key, {})[url] = title

    def is_public(self) -> bool:
        return self.public

    def examine(self) -> str:
        return f"tickets of {self.name}"

"""A ticket tracker in memory."""

from mendloop.contracts.publication import Ticket


class InMemoryTracker:
    """Tickets by key, comments by key."""

    def __init__(self, name: str = "memory") -> None:
        self.name = name
        self.tickets: dict[str, Ticket] = {}
        self.comments: dict[str, list[str]] = {}
        self.closed: set[str] = set()

    def find(self, key: str) -> Ticket | None:
        return self.tickets.get(key)

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

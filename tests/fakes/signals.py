"""A signals queue in memory."""


class InMemorySignals:
    """`bodies` in the order they came."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def put(self, body: str) -> None:
        self.bodies.append(body)

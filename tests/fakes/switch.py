"""A pause switch in memory."""


class InMemorySwitch:
    """`everything` pauses all; `services` some."""

    def __init__(self, *services: str, everything: bool = False) -> None:
        self.services = set(services)
        self.everything = everything

    def paused(self, service: str) -> bool:
        return self.everything or service in self.services

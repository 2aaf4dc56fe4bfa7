"""Secrets in memory."""

from mendloop.domain.errors import Misconfigured


class InMemorySecrets:
    """Texts by name."""

    def __init__(self, **texts: str) -> None:
        self.texts = dict(texts)

    def get(self, name: str) -> str:
        if not self.texts.get(name):
            raise Misconfigured(f"the secret {name} is not set")
        return self.texts[name]

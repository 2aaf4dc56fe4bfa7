"""The exchanges of one conversation, each kept in the artifact store as soon as it was had.

A conversation is determined by its beginning and the model's replies, since the tools only read a pinned revision: a
step that is tried again goes through the kept replies and asks the model only for what is missing.
"""

from functions.draft_patch.meter import Exchange
from mendloop import documents
from mendloop.domain.errors import ContentChanged
from mendloop.ports import ArtifactStore


class Transcript:
    """`identity` is a hash of everything that the conversation begins with."""

    def __init__(self, artifacts: ArtifactStore, incident_id: str, identity: str) -> None:
        self._artifacts, self._incident_id, self._identity = artifacts, incident_id, identity

    def read(self, turn: int) -> Exchange | None:
        """The reply of that turn; None when there was none yet. Nothing that cannot be read is paid for twice."""
        content = self._artifacts.read(self._key(turn))
        if content is None:
            return None
        try:
            return Exchange.model_validate_json(content)
        except ValueError as error:
            raise ContentChanged(f"{self._key(turn)} is not a readable exchange") from error

    def keep(self, turn: int, exchange: Exchange) -> None:
        """Before it is settled: whoever finds it settles it again, which is done once."""
        documents.store(self._artifacts, self._key(turn), exchange)

    def _key(self, turn: int) -> str:
        return documents.key(self._incident_id, "draft_patch", f"transcript-{self._identity[:16]}-{turn}.json")

"""An artifact store in memory."""

from mendloop.contracts.base import ArtifactRef
from mendloop.domain.errors import ContentChanged, NotFound
from mendloop.domain.identity import sha256


class InMemoryArtifacts:
    """Contents by key."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.types: dict[str, str] = {}

    def put(self, key: str, content: bytes, content_type: str = "application/json") -> ArtifactRef:
        self.contents[key] = content
        self.types[key] = content_type
        return ArtifactRef(key=key, sha256=sha256(content), size=len(content))

    def get(self, ref: ArtifactRef) -> bytes:
        content = self.contents.get(ref.key)
        if content is None:
            raise NotFound(f"the artifact {ref.key} is gone")
        if len(content) != ref.size or sha256(content) != ref.sha256:
            raise ContentChanged(f"the artifact {ref.key} is not what was stored")
        return content

    def read(self, key: str) -> bytes | None:
        return self.contents.get(key)

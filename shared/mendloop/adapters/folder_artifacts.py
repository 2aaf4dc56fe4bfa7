"""The ArtifactStore port in a folder of this machine, for commands that need no cloud."""

from pathlib import Path

from mendloop.contracts.base import ArtifactRef
from mendloop.domain.errors import ContentChanged, NotFound
from mendloop.domain.identity import sha256


class FolderArtifacts:
    """Keys are paths below the folder; they are made by mendloop alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: bytes, content_type: str = "application/json") -> ArtifactRef:
        """The type is not kept: nobody is served from here."""
        place = self._folder / key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return ArtifactRef(key=key, sha256=sha256(content), size=len(content))

    def get(self, ref: ArtifactRef) -> bytes:
        """NotFound when it is gone, ContentChanged when it is not what was stored."""
        content = self.read(ref.key)
        if content is None:
            raise NotFound(f"the artifact {ref.key} is gone")
        if len(content) != ref.size or sha256(content) != ref.sha256:
            raise ContentChanged(f"the artifact {ref.key} is not what was stored")
        return content

    def read(self, key: str) -> bytes | None:
        """None when there is none."""
        place = self._folder / key
        return place.read_bytes() if place.is_file() else None

"""Contracts in the artifact store: written as canonical JSON, read back only when size and hash still match."""

from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from mendloop.contracts.base import ArtifactRef
from mendloop.domain.errors import ContentChanged
from mendloop.domain.identity import canonical_json, sha256
from mendloop.ports import ArtifactStore

Document = TypeVar("Document", bound=BaseModel)


def key(incident_id: str, step: str, name: str) -> str:
    """Where a step keeps a document of an incident, e.g. `incidents/inc-…/map_code/mapping.json`."""
    return f"incidents/{incident_id}/{step}/{name}"


def store(artifacts: ArtifactStore, at: str, document: BaseModel) -> ArtifactRef:
    """Write the document's canonical JSON at a key."""
    return artifacts.put(at, canonical_json(document).encode())


def store_beside(artifacts: ArtifactStore, at: str, document: BaseModel) -> ArtifactRef:
    """As `store`, but `mapping.json` is kept as `mapping-<hash>.json`, for what is found anew at each attempt.

    An attempt that was given up on and writes late must not take away what the attempt after it has referred to.
    """
    content = canonical_json(document).encode()
    stem, suffix = at.rsplit(".", 1)
    return artifacts.put(f"{stem}-{sha256(content)[:12]}.{suffix}", content)


def load(artifacts: ArtifactStore, ref: ArtifactRef, document: type[Document]) -> Document:
    """Read a document; ContentChanged when it is not what `ref` names or not such a document."""
    loaded: Document = load_any(artifacts, ref, TypeAdapter(document))
    return loaded


def load_any(artifacts: ArtifactStore, ref: ArtifactRef, adapter: TypeAdapter[Any]) -> Any:
    """As `load`, for a union such as Draft."""
    try:
        return adapter.validate_json(artifacts.get(ref))
    except ValidationError as error:
        raise ContentChanged(f"{ref.key} is not a readable document: {error.error_count()} errors") from error

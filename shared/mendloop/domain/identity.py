"""Identities derived from content, so that the same thing seen twice has the same name."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


def sha256(content: bytes | str) -> str:
    """Hex digest. Half a surrogate pair, which JSON may smuggle in, is hashed as it is."""
    return hashlib.sha256(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content).hexdigest()


def canonical_json(value: BaseModel | Mapping[str, Any]) -> str:
    """The one JSON text of a value: sorted keys, no spaces. What is hashed and what is stored are the same bytes."""
    data = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_hash(value: BaseModel | Mapping[str, Any]) -> str:
    """Hex digest of the canonical JSON."""
    return sha256(canonical_json(value))


def incident_id(*parts: str) -> str:
    """`inc-` and 16 hex digits, deterministic from what identifies the signal."""
    return "inc-" + sha256("\x1f".join(parts))[:16]


def occurrence_id(*parts: str) -> str:
    """`occ-` and 16 hex digits."""
    return "occ-" + sha256("\x1f".join(parts))[:16]

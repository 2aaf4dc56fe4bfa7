"""The identity of a fault: service, exception type, own frames by module and function; no lines, no values."""

import re
from collections.abc import Sequence
from typing import Protocol

from mendloop.domain.identity import sha256

LENGTH = 16
MAX_FRAMES = 40

_FOREIGN = re.compile(
    r"/(?:site|dist)-packages/|^/var/(?:runtime|lang|rapid)/|/lib(?:64)?/python\d|^/opt/python/|^<|/node_modules/"
    r"|^node:|^internal/|/usr/local/go/src/|^java[x]?/|^jdk/|^sun/"
)
_VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|\b0x[0-9a-fA-F]+\b|\b[0-9a-fA-F-]{8,}\b|\d+(?:\.\d+)?")


class FrameLike(Protocol):
    """What a frame must tell: the contract's frames and the domain's both do."""

    @property
    def path(self) -> str:
        """As printed."""

    @property
    def function(self) -> str:
        """As printed."""


def fingerprint(
    service: str, type_: str, frames: Sequence[FrameLike], *, runtime_root: str = "", message: str = ""
) -> str:
    """16 hex digits. `message` only counts, by its template, where there is no frame at all."""
    chosen = own_frames(frames, runtime_root) or list(frames)
    places = dict.fromkeys(f"{_module(frame.path, runtime_root)}:{_name(frame.function)}" for frame in chosen)
    parts = [service, type_, *list(places)[-MAX_FRAMES:]]
    if not places:
        parts.append(template(message))
    return sha256("\x1f".join(parts))[:LENGTH]


def own_frames(frames: Sequence[FrameLike], runtime_root: str = "") -> list[FrameLike]:
    """Frames which look like the service's own; whether they are is decided when the repository is known."""
    likely = [frame for frame in frames if not _FOREIGN.search(frame.path)]
    root = runtime_root.rstrip("/") + "/"
    rooted = [frame for frame in likely if runtime_root and frame.path.startswith(root)]
    return rooted or likely


def template(message: str) -> str:
    """A message without its values."""
    return _VALUE.sub("#", message.split("\n", 1)[0])[:200]


def _module(path: str, runtime_root: str) -> str:
    root = runtime_root.rstrip("/") + "/"
    relative = path.removeprefix(root) if runtime_root else path
    if relative.startswith("/"):
        relative = "/".join(relative.split("/")[-2:])
    return re.sub(r"\.\w{1,4}$", "", relative).removesuffix("/__init__")


def _name(function: str) -> str:
    """Without receivers' pointers and the numbers that compilers give to closures."""
    return re.sub(r"\d+", "", function.replace("<locals>.", ""))

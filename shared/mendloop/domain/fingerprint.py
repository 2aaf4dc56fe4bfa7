"""The identity of a fault: service, exception type, its frames by module and function; no lines, no values, no folders.

The same failure is printed in many ways: below other folders, with a package installed or in place, with the type's
short or full name, by the runtime with fewer frames, with causes apart. What counts is what all of them share.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from mendloop.domain.identity import sha256

LENGTH = 16
MAX_PLACES = 40

_RUNTIME = re.compile(
    r"^/var/(?:runtime|lang|rapid)/|/lib(?:64)?/python[\d.]+/(?!(?:site|dist)-packages/)|^<|^node:|^internal/"
    r"|/usr/local/go/src/|^javax?/|^jdk/|^sun/|^/rustc/|/lib/ruby/\d[^/]*/(?!gems/)"
)
_GO_RUNTIME = re.compile(
    r"^(?:panic$|(?:archive|bufio|bytes|cmp|compress|container|context|crypto|database|debug|encoding|errors|expvar|flag|fmt"
    r"|go|hash|html|image|internal|io|iter|log|maps|math|mime|net|os|path|reflect|regexp|runtime|slices|sort|strconv"
    r"|strings|sync|syscall|testing|text|time|unicode|unique|unsafe)(?:/[a-z0-9/]{1,60})?\.[\w(])"
)
"""Go's own packages, wherever it is installed; what others publish begins with a domain."""
_VALUE = re.compile(r"'[^']*'|\"[^\"]*\"|\b0x[0-9a-fA-F]+\b|\b[0-9a-fA-F-]{8,}\b|\d+(?:\.\d+)?")
_TELLS_NOTHING = {"Exception", "Error", "Throwable"}
"""What a runtime writes for an exception whose type it does not know."""


class FrameLike(Protocol):
    """What a frame must tell: the contract's frames and the domain's both do."""

    @property
    def path(self) -> str:
        """As printed."""

    @property
    def function(self) -> str:
        """As printed."""

    @property
    def waiting(self) -> bool:
        """Of a goroutine that only stood beside the one that failed."""


class TraceLike(Protocol):
    """What an exception must tell."""

    @property
    def type(self) -> str:
        """As printed."""

    @property
    def message(self) -> str:
        """As printed."""

    @property
    def frames(self) -> Sequence[FrameLike]:
        """Crash frame last."""

    @property
    def causes(self) -> Sequence["TraceLike"]:
        """In printed order."""


def fingerprint(service: str, trace: TraceLike) -> str:
    """16 hex digits. The message only counts, by its template, where there is no frame at all."""
    blocks = [trace, *trace.causes]
    chosen: list[Sequence[FrameLike]] = [own for block in blocks if (own := _own(block.frames))] or [
        block.frames for block in blocks
    ]
    places = sorted({_place(frame) for frame in next(filter(None, chosen), [])})[:MAX_PLACES]
    parts = [service, _type(trace.type), *(places or [template(trace.message)])]
    return sha256("\x1f".join(parts))[:LENGTH]


def _own(frames: Iterable[FrameLike]) -> list[FrameLike]:
    """Without the frames of the language's own runtime. Whose the others are only the repository tells."""
    return [frame for frame in frames if not (frame.waiting or _RUNTIME.search(frame.path) or _of_go(frame))]


def _of_go(frame: FrameLike) -> bool:
    return frame.path.endswith((".go", ".s", ".c")) and bool(_GO_RUNTIME.match(frame.function))


def _type(name: str) -> str:
    """The last part of the name, without the numbers of anonymous classes."""
    short = re.split(r"[.$#+]|::", re.sub(r"\$\d+", "", name).split("<")[0])[-1]
    return "" if short in _TELLS_NOTHING else short


def _place(frame: FrameLike) -> str:
    file = re.split(r"[/\\]+", frame.path.rstrip("/"))
    name = re.sub(r"\.\w{1,5}$", "", file[-1])
    if name == "__init__" and len(file) > 1:
        name = file[-2]
    if frame.path.endswith((".java", ".kt", ".scala", ".groovy")):
        return re.sub(r"\d+", "", frame.function)  # the class's full name
    return f"{name}:{_function(frame.function)}"


def _function(printed: str) -> str:
    """The last part of the name, without receivers, aliases and the numbers that compilers give to closures."""
    plain = re.sub(r" ?\[[^\]]*\]|\d+|<(?:locals|anonymous)>", "", printed.rsplit("/", 1)[-1])
    return re.split(r"[.#:]+", plain.rstrip(". "))[-1]


def template(message: str) -> str:
    """A message without its values."""
    return _VALUE.sub("#", message.split("\n", 1)[0])[:200]

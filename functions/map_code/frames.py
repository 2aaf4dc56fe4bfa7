"""From a frame as production printed it to a file of the repository."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from functions.map_code.snapshot import Snapshot
from mendloop.contracts.evidence import Frame, StackTrace
from mendloop.domain.catalog import Service
from mendloop.domain.python_source import Function

_FOREIGN = re.compile(r"(^<)|/(site|dist)-packages/|^/var/(lang|runtime)/|/lib/python3[.\d]*/|^/opt/python/|\.zip/")
_VENDORED = re.compile(r"(^|/)(vendor|vendored|third_party|_vendor|node_modules|site-packages)/")


@dataclass(frozen=True)
class Place:
    """One own frame in the repository."""

    frame: Frame
    path: str
    function: Function | None
    line: int
    certainty: float
    """1 for the one file it can be; less where several fit or the source does not say what the frame says."""
    note: str


@dataclass(frozen=True)
class Located:
    """Places from the entry to the crash, and the frames that led nowhere with the reason."""

    places: list[list[Place]]
    """One list per own frame; more than one place where the frame is ambiguous."""
    unmapped: list[str]
    below_own: bool
    """The crash itself lies in a dependency; the last own frame is the call site."""


def locate(trace: StackTrace, service: Service, snapshot: Snapshot) -> Located:
    """Own frames of a Python trace and its causes, entry first, root cause's crash last."""
    frames = _all_frames(trace)
    places, unmapped, below_own = [], [], False
    for frame in frames:
        paths, reason = _candidates(frame, service, snapshot.paths)
        found = _verified(frame, paths, snapshot)
        if found:
            places.append(found)
        else:
            unmapped.append(f"{frame.path[:200]}:{frame.line or '?'} in {frame.function[:80]}: {reason}")
        below_own = not found
    return Located(places, unmapped, below_own and bool(places))


def _all_frames(trace: StackTrace) -> list[Frame]:
    """The final exception's frames, then those of what caused it: Python prints the root cause first."""
    frames = list(trace.frames)
    for cause in reversed(trace.causes):
        frames += _all_frames(cause)
    return frames


def _candidates(frame: Frame, service: Service, paths: frozenset[str]) -> tuple[list[str], str]:
    printed = re.sub(r"^[A-Za-z]:", "", frame.path.replace("\\", "/"))
    if _FOREIGN.search(printed) or _VENDORED.search(printed):
        return [], "a dependency's or the runtime's frame"
    root = service.root.strip("/")
    runtime = service.runtime_root.rstrip("/") + "/"
    inside = printed.startswith(runtime)
    relative = printed.removeprefix(runtime) if inside else printed.lstrip("/").removeprefix("./")
    exact = f"{root}/{relative}" if root else relative
    if exact in paths:
        return [exact], ""
    matches = _by_suffix(relative, (path for path in paths if not _VENDORED.search(path)), whole=inside)
    in_root = [path for path in matches if not root or path.startswith(root + "/")]
    return sorted(in_root or matches), "no file of the repository ends like this path"


def _by_suffix(relative: str, paths: Iterable[str], *, whole: bool) -> list[str]:
    """Paths with the longest common tail. Under the runtime root the whole path must match: the rest is a dependency.

    Elsewhere two parts must agree, or one where the frame has no folder.
    """
    wanted = relative.split("/")
    least = len(wanted) if whole else min(2, len(wanted))
    best, found = least, list[str]()
    for path in paths:
        common = _common_tail(wanted, path.split("/"))
        if common > best:
            best, found = common, [path]
        elif common == best:
            found.append(path)
    return found


def _common_tail(left: list[str], right: list[str]) -> int:
    count = 0
    for a, b in zip(reversed(left), reversed(right), strict=False):
        if a != b:
            break
        count += 1
    return count


def _verified(frame: Frame, paths: list[str], snapshot: Snapshot) -> list[Place]:
    places = [place for path in paths if (place := _place(frame, path, len(paths), snapshot))]
    return sorted(places, key=lambda place: -place.certainty)[:3]


def _place(frame: Frame, path: str, alternatives: int, snapshot: Snapshot) -> Place | None:
    source = snapshot.source(path)
    line = frame.line or 0
    if source is None or not 1 <= line <= len(source.lines):
        return None
    function = source.enclosing(line)
    certainty, notes = 1 / alternatives, []
    if alternatives > 1:
        notes.append(f"one of {alternatives} files that fit")
    if frame.text and frame.text.strip() != source.lines[line - 1].strip():
        certainty, notes = certainty * 0.4, [*notes, "the source line reads differently there"]
    expected = function.short if function else "<module>"
    if frame.function and not frame.function.startswith("<") and frame.function.rsplit(".", 1)[-1] != expected:
        certainty, notes = certainty * 0.4, [*notes, "another function stands at that line"]
    return Place(frame, path, function, line, certainty, "; ".join(notes))

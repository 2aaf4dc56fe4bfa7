"""A stack trace as the page shows it: the service's own frames open, the libraries' folded."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from mendloop.contracts.evidence import Frame, StackTrace
from mendloop.contracts.mapping import CodeMap

MOST_FRAMES = 24
MOST_CAUSES = 3
_PLACE = re.compile(r"(?P<path>[^\s:]+):(?P<line>\d{1,9})")


@dataclass(frozen=True)
class Shown:
    """One frame; `crash` marks the one that raised."""

    frame: Frame
    id: str
    own: bool
    open: bool
    crash: bool


@dataclass(frozen=True)
class Group:
    """Frames that stand together. `left_out` stands for so many that are not shown at all."""

    frames: tuple[Shown, ...] = ()
    folded: bool = False
    left_out: int = 0


def groups(trace: StackTrace, mapping: CodeMap, cited: Collection[str] = (), prefix: str = "frame") -> list[Group]:
    """Outermost first. What raised and what is cited as `path:line` is never folded.

    Of a deep recursion both ends are shown, the rest is counted.
    """
    frames = list(trace.frames)
    own = {target.path for target in mapping.targets} | {step.split("::")[0] for step in mapping.code_path}
    shown = [
        Shown(
            frame,
            f"{prefix}-{number}",
            own=any(same_file(frame, path) for path in own),
            open=number == len(frames) or any(is_at(frame, *place_of(citation)) for citation in cited),
            crash=number == len(frames),
        )
        for number, frame in enumerate(frames, 1)
    ]
    left = len(shown) - MOST_FRAMES
    if left <= 0:
        return list(_grouped(shown))
    half = MOST_FRAMES // 2
    return [*_grouped(shown[:half]), Group(left_out=left), *_grouped(shown[-half:])]


def causes(trace: StackTrace, mapping: CodeMap) -> list[tuple[StackTrace, list[Group]]]:
    """What it was raised from, in printed order."""
    return [
        (cause, groups(cause, mapping, prefix=f"cause-{n}")) for n, cause in enumerate(trace.causes[:MOST_CAUSES], 1)
    ]


def same_file(frame: Frame, path: str) -> bool:
    """A frame's path is longer than the repository's where the code is deployed below a folder, shorter in Java."""
    return f"/{frame.path}".endswith(f"/{path}") or ("/" in frame.path and path.endswith(f"/{frame.path}"))


def place_of(citation: str) -> tuple[str, int]:
    """`path:line` in its parts; line 0 where there is none."""
    found = _PLACE.fullmatch(citation)
    return (found["path"], int(found["line"])) if found else (citation, 0)


def is_at(frame: Frame, path: str, line: int) -> bool:
    """Whether the frame stands at this line of the repository's file."""
    return bool(line) and frame.line == line and same_file(frame, path)


def _grouped(shown: list[Shown]) -> Iterator[Group]:
    known = any(one.own for one in shown)
    for folded, run in groupby(shown, key=lambda one: known and not one.own and not one.open):
        yield Group(tuple(run), folded)

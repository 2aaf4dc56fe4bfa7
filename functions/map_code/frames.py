"""From a frame as production printed it to a function of the repository."""

import re
from dataclasses import dataclass
from itertools import pairwise

from functions.map_code.chain import calling, joined_at
from functions.map_code.frame_functions import function_of
from functions.map_code.outcomes import WORDS
from functions.map_code.paths import Match, PathIndex
from functions.map_code.printed import read_path
from functions.map_code.roots import Taught
from functions.map_code.snapshot import Snapshot
from mendloop.contracts.evidence import Frame, StackTrace
from mendloop.contracts.mapping import Outcome
from mendloop.domain.catalog import Service
from mendloop.domain.source_code import Function

_NAMELESS = re.compile(r"\.func·\d+$")
"""How Go before 1.5 named a closure: by a number, without the function that it stands in."""


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
    of_file: float = 1.0
    """The part of `certainty` that is about which file it is; the rest is about the line."""


@dataclass(frozen=True)
class Located:
    """Places from the entry to the crash, and the frames that led nowhere with the reason."""

    places: list[list[Place]]
    """One list per own frame; more than one place where the frame is ambiguous."""
    unmapped: list[str]
    below_own: bool
    """The crash itself lies in a dependency; the last own frame is the call site."""
    language: str = ""
    error: str = ""
    """The type of the innermost cause."""
    message: str = ""
    """Of every block, untrusted."""
    roots: tuple[tuple[str, str], ...] = ()
    """Learnt: the folder at run time and the one in the repository."""
    outcomes: tuple[Outcome, ...] = ()
    """Of the frames that led to no function, each once."""


def locate(trace: StackTrace, service: Service, snapshot: Snapshot, taught: Taught | None = None) -> Located:
    """Own frames of a trace and its causes, entry first, root cause's crash last."""
    language = trace.language
    index = PathIndex.of(snapshot.by_name(), service)
    if taught:
        index.remembered, index.named = taught.roots, taught.named
    blocks = _blocks(trace)
    chains = [_of_failing(block) for block in blocks]
    frames = [frame for chain in chains for frame in chain]
    index.learn(frames, language)
    places, unmapped, outcomes = list[list[Place]](), list[str](), list[Outcome]()
    next_is_own = list[bool]()
    below = [one for chain in chains for one in [*chain[1:], None][: len(chain)]]
    for frame, called in zip(frames, below, strict=True):
        matches, reason = index.find(frame, language)
        found = sorted(
            (place for match in matches if (place := _place(frame, match, snapshot))), key=lambda one: -one.certainty
        )
        if found:
            places.append([calling(place, called, snapshot) if called else place for place in found])
            next_is_own.append(True)
        else:
            next_is_own[-1:] = [False] if next_is_own else []
            outcome, why = _why(frame, matches, reason, snapshot)
            outcomes.append(outcome)
            unmapped.append(f"{frame.path[:200]}:{frame.line or '?'} in {frame.function[:80]}: {why}")
    whole = language != "java" or len(blocks) > 1
    cut = 0 if whole else joined_at([one[0] for one in places], next_is_own, snapshot)
    places, next_is_own = places[cut:] + places[:cut], next_is_own[cut:] + next_is_own[:cut]
    messages = "\n".join(f"{block.type}: {block.message}" for block in blocks)
    known, below_own = tuple(index.learnt[:10]), bool(places) and not next_is_own[-1]
    if any(place.function is None and WORDS[Outcome.LINES_ONLY] in place.note for one in places for place in one):
        outcomes.append(Outcome.LINES_ONLY)
    distinct = tuple(dict.fromkeys(outcomes))
    return Located(places, unmapped, below_own, language, blocks[-1].type, messages, known, distinct)


def _why(frame: Frame, matches: list[Match], reason: Outcome | None, snapshot: Snapshot) -> tuple[Outcome, str]:
    """And in words: nobody should have to guess what became of a frame."""
    if not matches:
        detour = snapshot.detour(read_path(frame.path).text)
        if detour:
            return detour[1], f"{detour[0]} is {WORDS[detour[1]]}"
        outcome = reason or Outcome.NO_FILE
        return outcome, WORDS[outcome]
    unread = (said for match in matches if (said := snapshot.unread(match.path)))
    outcome = next(unread, Outcome.NO_LINE)
    return outcome, WORDS[outcome]


def _blocks(trace: StackTrace) -> list[StackTrace]:
    """The outermost exception first, what caused it last: its crash is where it began."""
    order = trace.causes if trace.language in {"java", "javascript"} else trace.causes[::-1]
    return [trace, *(block for cause in order for block in _blocks(cause))]


def _of_failing(block: StackTrace) -> list[Frame]:
    """The frames of the goroutine that failed; a closure without a name takes that of what started it, in its file."""
    own = [frame for frame in block.frames if not frame.waiting]
    named = own[:1]
    for starts, frame in pairwise(own):
        inside = _NAMELESS.search(frame.function) and frame.path == starts.path
        named.append(frame.model_copy(update={"function": starts.function}) if inside else frame)
    return named


def _place(frame: Frame, match: Match, snapshot: Snapshot) -> Place | None:
    source = snapshot.source(match.path)
    notes = [match.note] if match.note else []
    if source is None:
        lines = snapshot.lines(match.path)
        if lines is None or not 1 <= (frame.line or 0) <= len(lines):
            return None
        notes.append(WORDS[Outcome.LINES_ONLY])
        return Place(frame, match.path, None, frame.line or 0, match.certainty, "; ".join(notes), match.certainty)
    function, line, share, note = function_of(frame, source)
    if note:
        notes.append(note)
    if line > len(source.lines) or line < 1:
        return None
    return Place(frame, match.path, function, line, match.certainty * share, "; ".join(notes), match.certainty)

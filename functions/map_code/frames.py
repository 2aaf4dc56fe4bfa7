"""From a frame as production printed it to a function of the repository."""

import re
from dataclasses import dataclass

from functions.map_code.paths import Match, PathIndex
from functions.map_code.snapshot import Snapshot
from mendloop.contracts.evidence import Frame, StackTrace
from mendloop.domain.catalog import Service
from mendloop.domain.source_code import Function, SourceFile

_ANONYMOUS = re.compile(r"^$|^<(?!c?l?init)|^anonymous$|^null$|^func\W?\d+$|^lambda\$?\d*$|^\W*$")
_CERTAIN_ENOUGH = 0.05


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
    language: str = ""
    error: str = ""
    """The type of the innermost cause."""
    message: str = ""
    """Of every block, untrusted."""
    roots: tuple[tuple[str, str], ...] = ()
    """Learnt: the folder at run time and the one in the repository."""


def locate(trace: StackTrace, service: Service, snapshot: Snapshot) -> Located:
    """Own frames of a trace and its causes, entry first, root cause's crash last."""
    language = trace.language
    index = PathIndex.of(snapshot.paths, service)
    blocks = _blocks(trace)
    frames = [frame for block in blocks for frame in block.frames]
    index.learn(frames, language)
    places, unmapped, below_own = list[list[Place]](), list[str](), False
    for frame in frames:
        matches, reason = index.find(frame, language)
        found = sorted(
            (place for match in matches if (place := _place(frame, match, snapshot))), key=lambda one: -one.certainty
        )
        if found:
            places.append(found)
        else:
            why = reason or "the file has no such line"
            unmapped.append(f"{frame.path[:200]}:{frame.line or '?'} in {frame.function[:80]}: {why}")
        below_own = not found
    messages = "\n".join(f"{block.type}: {block.message}" for block in blocks)
    return Located(
        places, unmapped, below_own and bool(places), language, blocks[-1].type, messages, tuple(index.learnt[:10])
    )


def _blocks(trace: StackTrace) -> list[StackTrace]:
    """The outermost exception first, what caused it last: its crash is where it began."""
    order = trace.causes if trace.language in {"java", "javascript"} else trace.causes[::-1]
    return [trace, *(block for cause in order for block in _blocks(cause))]


def _place(frame: Frame, match: Match, snapshot: Snapshot) -> Place | None:
    source = snapshot.source(match.path)
    if source is None:
        return None
    notes = [match.note] if match.note else []
    function, line, share, note = _function(frame, source)
    if note:
        notes.append(note)
    if line > len(source.lines) or line < 1:
        return None
    return Place(frame, match.path, function, line, match.certainty * share, "; ".join(notes))


def _function(frame: Frame, source: SourceFile) -> tuple[Function | None, int, float, str]:
    """The function, its line there, how sure that is, and what is odd. A revision apart, lines drift; names stay."""
    line = frame.line or 0
    fits = 1 <= line <= len(source.lines)
    at = source.enclosing(line) if fits else None
    short = short_name(frame.function)
    if frame.text and fits and source.lines[line - 1].strip() != frame.text.strip():
        return _moved(frame, source, short, at, line)
    if at and (_anonymous(short) or _same(at, short, frame, source)):
        return at, line, 1.0, ""
    if at is None and fits and (_anonymous(short) or short == "<module>"):
        return None, line, 1.0, ""
    named = _nearest(source, frame, short, line)
    if named:
        inside = line if named.holds(line) else named.start
        return named, inside, 0.7 if line else 0.9, "another function stands at that line" if line else ""
    if _is_class_level(short, frame, source):
        return None, line if fits else 1, 0.8, ""
    return (at, line, 0.4, "another function stands at that line") if fits else (None, 0, 0.0, "")


def _moved(
    frame: Frame, source: SourceFile, short: str, at: Function | None, line: int
) -> tuple[Function | None, int, float, str]:
    """The line reads differently: where the text stands now, in the function of that name."""
    wanted = frame.text.strip()
    inside = source.ending(short)
    standing = [number for number, text in enumerate(source.lines, 1) if text.strip() == wanted and len(wanted) > 3]
    named = [(number, one) for number in standing for one in inside if one.holds(number)]
    if named:
        number, function = min(named, key=lambda pair: abs(pair[0] - line))
        return source.enclosing(number) if function is None else function, number, 0.8, "the line has moved"
    nearest = _nearest(source, frame, short, line)
    if nearest:
        note = "the source line reads differently there"
        return nearest, line if nearest.holds(line) else nearest.start, 0.4, note
    if standing and (_anonymous(short) or short == "<module>"):
        number = min(standing, key=lambda one: abs(one - line))
        return source.enclosing(number), number, 0.6, "the line has moved"
    return at, line, 0.16, "the source line reads differently there; another function stands at that line"


def _nearest(source: SourceFile, frame: Frame, short: str, line: int) -> Function | None:
    named = [] if _anonymous(short) else source.ending(short)
    owner = _owner(frame.function)
    owned = [one for one in named if owner and one.owner.rsplit(".", 1)[-1] == owner]

    def distance(one: Function) -> int:
        return 0 if one.holds(line) else min(abs(one.start - line), abs(one.end - line))

    return min(owned or named, key=distance, default=None)


def _same(at: Function, short: str, frame: Frame, source: SourceFile) -> bool:
    if at.short == short:
        return True
    created = frame.function.startswith("new ") and at.short == "constructor"
    return created or (short in at.name.split(".") and source.language == "python")


def _is_class_level(short: str, frame: Frame, source: SourceFile) -> bool:
    """Python's class bodies, Java's field initialisers and static blocks carry no function of their own."""
    if short in {"<init>", "<clinit>"}:
        return any(one.short == _owner(frame.function) for one in source.classes)
    return any(one.short == short for one in source.classes)


def short_name(function: str) -> str:
    """The last name part without closures, receivers and aliases; empty for an anonymous function."""
    name = re.sub(r"\s*\[as ([^\]]+)\]", "", function)
    name = re.sub(r"^(?:async|new|get|set|static) +", "", name.strip())
    name = re.sub(r"<locals>\.|\[\.\.\.\]|[()*]", "", name)
    name = re.sub(r"(?:\.func\d+|[.-]fm|\.\d+|\.gowrap\d+|·\d+)+$", "", name)
    lambda_ = re.search(r"lambda\$(\w+)\$\d+$", name)
    if lambda_:
        return lambda_.group(1)
    return re.split(r"[./]", name)[-1].strip()


def _owner(function: str) -> str:
    """The class a frame names: `com.example.Cart$Line.total` → Line, `(*Cart).total` → Cart."""
    parts = re.split(r"[./$]", re.sub(r"[()*]|\.func\d+.*$|lambda\$", "", function))
    named = [part for part in parts[:-1] if part and not part.isdigit()]
    return named[-1] if named else ""


def _anonymous(short: str) -> bool:
    return bool(_ANONYMOUS.match(short)) and short != "<module>"

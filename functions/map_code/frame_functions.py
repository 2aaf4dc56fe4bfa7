"""Which function of a file a frame means: names stay where lines drift, by a revision apart."""

import re

from mendloop.contracts.evidence import Frame
from mendloop.domain.source_code import Function, SourceFile

_ANONYMOUS = re.compile(r"^$|^<(?!c?l?init)|^anonymous$|^null$|^func\W?\d+$|^lambda\$?\d*$|^\W*$")


def function_of(frame: Frame, source: SourceFile) -> tuple[Function | None, int, float, str]:
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

"""The few lines of a function that make the values on one of its lines: what a change must touch to matter there."""

import re
from dataclasses import dataclass

from mendloop.domain.python_source import Function, PythonSource

_ASSIGNS = re.compile(
    r"^\s*(?:for\s+(?P<each>.+?)\s+in\b|with\b.*\bas\s+(?P<opened>\w+)"
    r"|(?P<left>\(?[\w.\[\]\"', *]+\)?)\s*(?::[^=]+)?(?://|\*\*|[-+*/|&^%@])?=(?!=))"
)
_STEPS = 2


@dataclass(frozen=True)
class Slice:
    """Lines, stripped, and the identifiers on them."""

    lines: frozenset[str]
    names: frozenset[str]

    def concerned_by(self, changed: frozenset[str]) -> bool:
        """Whether one of the changed lines (stripped) is among them, or assigns a value that they use."""
        return any(line in self.lines or assigned(line) & self.names for line in changed)


def slice_of(source: PythonSource, function: Function, line: int) -> Slice:
    """The line, and the lines assigning what it uses, two steps back."""
    inside = [text.strip() for text in source.lines[function.start - 1 : function.end]]
    lines = {source.lines[line - 1].strip()}
    names = set().union(*map(_identifiers, lines))
    for _ in range(_STEPS):
        lines |= {text for text in inside if assigned(text) & names}
        names |= set().union(*map(_identifiers, lines))
    return Slice(frozenset(lines), frozenset(names))


def assigned(line: str) -> set[str]:
    """Names that a line gives a value."""
    match = _ASSIGNS.match(line)
    if not match:
        return set()
    targets = next((text for text in match.groupdict().values() if text), "")
    return {re.split(r"[.\[]", part.strip(" ()*"))[0] for part in targets.split(",")} - {""}


def _identifiers(line: str) -> set[str]:
    return PythonSource(line.encode()).identifiers

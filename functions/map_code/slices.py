"""The few lines of a function that make the values on one of its lines: what a change must touch to matter there."""

import re
from dataclasses import dataclass

from mendloop.domain.source_code import Function, SourceFile

_ASSIGNS = re.compile(
    r"^\s*(?:for\s+(?P<each>.+?)\s+in\b|with\b.*\bas\s+(?P<opened>\w+)"
    r"|(?P<left>\(?[\w.\[\]\"', *<>$]*[\w\])])\s*(?::[^=]+)?(?://|\*\*|[-+*/|&^%@:])?=(?![=>]))"
)
_WORD = re.compile(r"[^\W\d]\w*")
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_STEPS = 2


@dataclass(frozen=True)
class Slice:
    """Lines, stripped, and the identifiers on them."""

    lines: frozenset[str]
    names: frozenset[str]

    def concerned_by(self, changed: frozenset[str]) -> bool:
        """Whether one of the changed lines (stripped) is among them, or assigns a value that they use."""
        return any(line in self.lines or assigned(line) & self.names for line in changed)


def slice_of(source: SourceFile, function: Function, line: int) -> Slice:
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
    # Where a type or `const` stands before the name, the name is the last word.
    words = (re.split(r"[.\[]", part.strip(" ()*"))[0].split() for part in targets.split(","))
    return {found[-1] for found in words if found}


def _identifiers(line: str) -> set[str]:
    return set(_WORD.findall(_STRING.sub("", line)))

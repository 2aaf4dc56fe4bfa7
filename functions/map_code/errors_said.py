"""What the exception's type and message say about how it came about."""

import re
from dataclasses import dataclass, field

_NOTHING = re.compile(
    r"NullPointer|NoneType|nil pointer|invalid memory address|of undefined|of null|is undefined|is null"
    r"|is not a function|None\b|not iterable",
)
_MISSING = re.compile(
    r"KeyError|IndexError|IndexOutOf|out of range|NoSuchElement|out of bounds|AttributeError|NotFound"
)
_REFUSED = re.compile(
    r"Illegal(?:Argument|State)|ValueError|AssertionError|Precondition|Unsupported|Invalid|RangeError|Assert|TypeError"
)
_ENDLESS = re.compile(
    r"StackOverflow|RecursionError|maximum recursion|Maximum call stack|MaxCountExceeded|timed out|Timeout"
    r"|OutOfMemory|MemoryError|heap out of memory"
)
_OBJECT = re.compile(r"'(\w+)' object has no attribute '(\w+)'|type object '(\w+)' has no attribute '(\w+)'")
_CALLED = re.compile(r"\b([A-Za-z_]\w*)\(\) (?:takes|got|missing|expected|keywords|argument)")
_QUOTED = re.compile(r"""['"`]([A-Za-z_][\w.-]{3,60})['"`]""")
_DOTTED = re.compile(r"\b[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?:\$\w+)*")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")


_IDENTIFIER = re.compile(r"\b([a-z]+(?:[A-Z][a-z0-9]+)+|[a-z]+(?:_[a-z0-9]+)+|(?:[A-Z][a-z0-9]+){2,})\b")
_PLAIN = re.compile(r"(?<![\w.'\"(\[/])[a-z]{4,}(?![\w./(:=])")
_OF_EVERY_MESSAGE = {
    *(
        "already",
        "argument",
        "arguments",
        "been",
        "both",
        "bound",
        "bounds",
        "call",
        "called",
        "cannot",
        "could",
        "does",
    ),
    *("error", "exception", "exist", "exists", "expected", "fail", "failed", "false", "found", "from", "given", "have"),
    *("illegal", "index", "instead", "into", "invalid", "less", "longer", "many", "missing", "more", "must", "name"),
    *("none", "nothing", "null", "object", "only", "other", "please", "range", "report", "same", "should", "some"),
    *("state", "such", "than", "that", "this", "true", "type", "unable", "unexpected", "unknown", "value", "values"),
    *("when", "which", "while", "will", "with", "without", "would", "your"),
}


@dataclass(frozen=True)
class Said:
    """Read from type and message."""

    kind: str
    """`nothing` (a null was used), `missing`, `refused` (a check said no), `endless`, or `other`."""
    called: tuple[str, ...] = ()
    """Functions that were called wrongly, by the message."""
    classes: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    """Attributes the message says are missing."""
    words: frozenset[str] = field(default_factory=frozenset)
    spoken: frozenset[str] = field(default_factory=frozenset)
    """Plain words in small letters, the exceptions' own types left out."""
    dotted: tuple[str, ...] = ()
    """Names with dots that may be a class or a module: `com.example.Cart$Line`; at most five."""
    quoted: tuple[str, ...] = ()
    """What the message puts in quotes and could stand in code; at most five."""
    identifiers: tuple[str, ...] = ()
    """Words of the message that are written like names in code; at most five."""


def read_error(error: str, message: str) -> Said:
    """From the innermost type and all messages."""
    text = f"{error}: {message}"
    told = _said_only(message)
    kinds = {"nothing": _NOTHING, "endless": _ENDLESS, "missing": _MISSING, "refused": _REFUSED}
    kind = next((name for name, pattern in kinds.items() if pattern.search(text)), "other")
    objects = [(a or c, b or d) for a, b, c, d in _OBJECT.findall(message)]
    words = frozenset(word.lower() for word in _WORD.findall(message[:3000]))
    return Said(
        kind,
        tuple(dict.fromkeys(_CALLED.findall(message))),
        tuple(dict.fromkeys(name for name, _ in objects if name not in {"NoneType", "str", "int", "dict", "list"})),
        tuple(dict.fromkeys(name for _, name in objects)),
        words,
        frozenset(_PLAIN.findall(told)) - _OF_EVERY_MESSAGE,
        tuple(dict.fromkeys(_DOTTED.findall(told)))[:5],
        tuple(dict.fromkeys(_QUOTED.findall(message[:3000])))[:5],
        tuple(dict.fromkeys(word for word in _IDENTIFIER.findall(told) if len(word) > 7))[:5],
    )


def _said_only(message: str) -> str:
    """Without the exceptions' own types, which start each block."""
    lines = (line.partition(": ")[2] if ": " in line else line for line in message[:3000].split("\n"))
    return "\n".join(lines)

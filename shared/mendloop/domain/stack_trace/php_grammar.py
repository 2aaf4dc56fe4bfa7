"""How PHP prints what was thrown, where, and the calls that led there."""

import re
from dataclasses import dataclass, replace

_NAME = r"\\{0,2}[A-Za-z_]\w{0,200}(?:\\{1,2}\w{1,200}){0,15}"
_PLACE = re.compile(r"(?P<path>[^\n]{1,600}?)(?::| on line )(?P<line>\d{1,9})$")
LEVEL = re.compile(r"(?:PHP )?(?:Recoverable fatal error|Fatal error|Warning|Notice|Parse error):\s{1,4}|Uncaught ")
_WHAT = re.compile(
    rf"(?P<next>Next )?(?:Uncaught )?(?:exception '(?P<old>{_NAME})'(?: with message '(?P<said>.*)')?"
    rf"|(?P<type>{_NAME})(?:: (?P<message>.*))?)$",
    re.DOTALL,
)
_OBJECT = re.compile(
    rf"\[object\] \((?P<type>{_NAME})\(code: [^)]{{0,40}}\): (?P<message>.*?) at (?P<place>\S[^\n)]*)\)"
)
CALL = re.compile(
    r"#(?P<number>\d{1,6}) (?:(?P<path>[^\n]{1,600}?)\((?P<line>\d{1,9})\)|\[internal function\]): "
    r"(?P<callee>[^\n(]{1,400})\("
)
MAIN = re.compile(r"#\d{1,6} \{main\}")
AT = re.compile(
    rf"^\s+at (?P<function>(?:{_NAME}(?:::|->|\.))?(?:{_NAME}|\{{closure\}}))"
    r"\((?P<path>[\w./\\ -]{1,400}\.(?:php|phtml|inc)):(?P<line>\d{1,9})\)\s*$"
)
HEADER = re.compile(rf"^(?:.{{0,200}}\s)?(?P<type>{_NAME}(?:Exception|Error)|Exception|Error)(?:: (?P<message>.*))?$")
CAUSE = re.compile(rf"^\s*Caused by: (?P<type>{_NAME})(?:: (?P<message>.*))?$")
STACK = re.compile(r"(?:^|\s)(?:PHP )?(?:Stack trace:|\[stacktrace\])\s*$")


@dataclass(frozen=True)
class Thrown:
    """An exception with its place; `following`: it was thrown while the one printed above was handled."""

    type: str
    message: str
    path: str
    line: int
    following: bool = False
    previous: bool = False
    """It was caught by the one printed above."""


def level_at(text: str) -> int:
    """Where the message begins behind a log prefix."""
    level = LEVEL.search(text)
    return level.start() if level else 0


def thrown_in(text: str) -> Thrown | None:
    """`TYPE: MESSAGE in PATH:LINE`, in the spellings of several versions; Monolog's `[object] (…)`."""
    if "[object] (" in text:
        logged = _OBJECT.search(text)
        if logged is None:
            return None
        found = _placed(logged["type"].replace("\\\\", "\\"), logged["message"], logged["place"])
        return replace(found, previous="[previous exception]" in text[: logged.start()]) if found else None
    cut = text.rfind(" in ")
    if cut < 0 or not text[-1:].isdigit():
        return None
    head = text[:cut]
    level = LEVEL.search(head)
    what = _WHAT.match(head[level.end() :].removeprefix("Uncaught ") if level else head)
    if what is None:
        return None
    name, message = what["type"] or what["old"], what["message"] or what["said"] or ""
    return _placed(name, message, text[cut + 4 :], following=bool(what["next"]))


def _placed(name: str, message: str, place: str, *, following: bool = False) -> Thrown | None:
    found = _PLACE.match(place)
    return Thrown(name, message, found["path"], int(found["line"]), following) if found else None

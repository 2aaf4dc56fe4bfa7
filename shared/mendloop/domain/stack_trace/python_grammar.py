"""How Python prints: the patterns, and a line without the log prefix that its header had."""

import re
from dataclasses import dataclass, field

from mendloop.domain.stack_trace.model import FrameList, Line, Rank, Trace

HEADER = re.compile(r"(?:Exception Group )?Traceback \((?:most recent call last|innermost last)\):")
FRAME = re.compile(r'File "([^"]{1,1000})", line (\d{1,9})(?:, in (.{1,300}))?')
EXCEPTION = re.compile(r"([A-Za-z_]\w{0,200}(?:\.(?:[A-Za-z_]\w{0,200}|<locals>)){0,20})(?::(?: (.*)|$)|\s*$)")
INDENTED = re.compile(r"\s{1,12}([A-Za-z_][\w.]{0,200}(?:Error|Exception|Warning|Exit|Interrupt|Timeout)): (.*)$")
RUNTIME = re.compile(r"\[ERROR\] ([A-Za-z_][\w.]{0,300})(?:: (.*))?$")
CHAIN = re.compile(
    r"During handling of the above exception, another exception occurred:"
    r"|The above exception was the direct cause of the following exception:"
)
LEVELS = frozenset(
    [
        "INFO",
        "DEBUG",
        "WARN",
        "WARNING",
        "ERROR",
        "CRITICAL",
        "FATAL",
        "TRACE",
        "NOTICE",
        "START",
        "END",
        "REPORT",
    ]
)
GROUP = re.compile(r"^\s*(?:\+-\+-+ .+ -+|\+-+ .+ -+|\+-+|[|+])(?: |$)?")
SEPARATOR = re.compile(r"^\s*\+[-+]+(?: (?:\d+|\.\.\.) -+)?$")
STARTS_ANOTHER = re.compile(
    r"(?:panic|fatal error|PHP Fatal error): |goroutine \d+ \[|(?:START|END|REPORT) RequestId: |\{\""
    r"|\d{4}-\d\d-\d\d[T ]\d\d:"
    r"|\[?(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)\b[\]:\s]|Exception in thread |thread '[^']{0,100}' panicked"
    r"|\s+at \S.{0,400}[:\d]\)?$"
)
"""What a message of several lines never goes on with: another failure, or another log line."""
CALM_PREFIX = re.compile(r"\b(?:INFO|DEBUG|NOTICE)\b")
LIKELY_NAME = re.compile(
    r"(?:Error|Exception|Warning|Exit|Interrupt|Iteration|Fault|Failure|Timeout|Group)$|\.|^[A-Z]\w*[a-z]"
)


@dataclass
class OpenTrace:
    """A traceback that is being read."""

    first: Line
    prefix: str
    rank: Rank
    known: tuple[str, str] | None = None
    grouped: bool = False
    frames: FrameList = field(default_factory=FrameList)
    causes: list[Trace] = field(default_factory=list)
    type: str = ""
    message: list[str] = field(default_factory=list)
    noise: int = 0
    last_event: int = 0
    wants_text: bool = False


def body_of(current: OpenTrace, text: str) -> str | None:
    """The line without the prefix its header had; None when it has another one."""
    if current.grouped:
        return GROUP.sub("", text, count=1)
    prefix = current.prefix
    if not prefix:
        return text
    if prefix.strip() == "":
        return text[len(prefix) :] if text.startswith(prefix) else text.lstrip()
    if _skeleton(text[: len(prefix)]) == _skeleton(prefix):
        return text[len(prefix) :]
    return text if not _looks_prefixed(text) else None


def _looks_prefixed(text: str) -> bool:
    return bool(re.match(r"\s*(?:\[|\d{2,4}[-/:]|[A-Z]{4,8}\b)", text))


def _skeleton(text: str) -> str:
    return re.sub(r"[0-9a-f]+", "0", text)


def is_decoration(body: str | None) -> bool:
    """Markers below a source line, and lines that stand for others."""
    if body is None:
        return False
    stripped = body.strip()
    return not stripped.strip("~^") or stripped.startswith("[Previous line repeated") or stripped == "..."


def module_of(path: str) -> str:
    """`app/orders.py` → `orders`; a package's `__init__.py` → the package."""
    parts = [part for part in re.split(r"[/\\]", path) if part]
    if not parts:
        return ""
    name = parts[-1].removesuffix(".py")
    return parts[-2] if name == "__init__" and len(parts) > 1 else name

"""Java and other JVM languages: Caused by, Suppressed, `... n more`, module and class-loader prefixes."""

import re

from mendloop.domain.stack_trace.model import TraceFrame
from mendloop.domain.stack_trace.sections import Grammar, SectionReader

_TYPE = r"(?P<type>(?:[A-Za-z_$][\w$]{0,100}\.){0,15}[A-Za-z_$][\w$]{0,200})"
_PLACE = re.compile(
    r"(?:^|\s)(?:at )?(?:[\w.@+-]{0,200}/{1,2}){0,3}(?P<class>[\w$.<>-]{1,400}?)\.(?P<method>[\w$<>-]{1,200})"
    r"\((?P<file>[\w$.-]{1,200}\.(?:java|kt|kts|scala|groovy|clj)|Native Method|Unknown Source)"
    r"(?::(?P<line>\d{0,9}))?\)(?=$|[\s~\[])"
)
_AT = re.compile(r"\bat\s")
_CAUSE = re.compile(r"(?:Caused by|Suppressed|Wrapped by): " + _TYPE + r"(?::\s?(?P<message>.*))?$")
_MORE = re.compile(r"^\s*\.\.\. \d+ (?:more|common frames omitted)|^\s*\[CIRCULAR REFERENCE")


def place(text: str) -> TraceFrame | None:
    """`com.example.Cart.total(Cart.java:12)`; the path is the package's folder and the file's name."""
    match = _PLACE.search(text)
    if not match:
        return None
    class_name, method, file, line = match["class"], match["method"], match["file"], match["line"]
    package = ".".join(part for part in class_name.split(".")[:-1])
    known = "." in file
    path = "/".join([*package.split("."), file]) if known and package else file if known else class_name
    return TraceFrame(path, f"{class_name}.{method}", package, int(line) if line else None)


def _frame(text: str) -> TraceFrame | None:
    return place(text) if _AT.search(text[:400]) else None


GRAMMAR = Grammar(
    "java",
    re.compile(
        r"(?:^|[\s:>\]|-])(?P<type>(?:[A-Za-z_$][\w$]{0,100}\.){0,15}(?:[A-Z][\w$]{0,200}?)?"
        r"(?:Exception|Error|Throwable|Failure|Fault|Timeout)(?:\$\w{1,100})?)(?:$|:(?:\s(?P<message>.*))?$)"
    ),
    _CAUSE,
    _MORE,
    re.compile(
        r"(?:Exception in thread \"[^\"]{0,200}\" )?(?P<type>(?:[a-z_][\w$]{0,100}\.){1,15}[A-Z][\w$]{0,200})"
        r"(?:$|:(?:\s(?P<message>.*))?$)"
    ),
    _frame,
)


class JavaReader(SectionReader):
    """Reads what Java prints."""

    def __init__(self) -> None:
        super().__init__(GRAMMAR)

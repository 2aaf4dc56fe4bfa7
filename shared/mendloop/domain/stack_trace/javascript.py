"""JavaScript and TypeScript: Node's frames (async, `[cause]`, constructors, eval, bare places), browsers' `f@url`."""

import re

from mendloop.domain.stack_trace.model import Line, TraceFrame
from mendloop.domain.stack_trace.sections import Grammar, SectionReader

_AT = re.compile(r"(?:^|\s)(?:eval )?at (?P<rest>\S.{0,1500})$")
_PLACE = re.compile(r"^(?P<path>.{1,1000}?):(?P<line>\d{1,9}):(?P<column>\d{1,9})$")
_ENDING = re.compile(r",$| \{$")
"""What follows the last frame of an error that is listed, or has fields of its own."""
_CALL = re.compile(r"^(?P<function>[\w$.<>\[\]#-]{1,300})\((?P<inside>.+)$")
_EVAL = re.compile(r"\(([^()\s]{1,600}:\d{1,9}:\d{1,9})\)")
_FILE = re.compile(r"\.(?:[cm]?[jt]sx?|bundle|vue|svelte|html?|coffee)(?:$|[?#)])|^(?:node|webpack|internal|ext|file):")
_URL = re.compile(r"^[a-zA-Z][\w+.-]{1,20}:/")
_WINDOWS = re.compile(r"^[A-Za-z]:[\\/]")
_GENERATED = {"repl", "<anonymous>", "[eval]", "evalmachine.<anonymous>", "native"}
_BROWSER = re.compile(
    r"^\s*(?:(?P<function>[\w$.</>*\[\]]{0,200})@)?(?P<path>[^\s@()\"']{1,600}?)"
    r"(?: line (?P<outer>\d{1,9}) > \S.{0,200})?:(?P<line>\d{1,9})(?::(?P<column>\d{1,9}))?$"
)
_NATIVE = re.compile(r"^\s*(?:(?P<function>[\w$.]{1,200})@)?\[native code\]$")


def _frame(text: str) -> TraceFrame | None:
    at = _AT.search(text) if "at " in text[:400] else None
    if at:
        return _called(_ENDING.sub("", at["rest"].strip()))
    likely = text[-1:].isdigit() or text.endswith("]")
    return _browser(text) if likely and len(text) < 1_000 else None


def place(text: str) -> TraceFrame | None:
    """An entry of a report's `stackTrace`, with or without `at`."""
    return _frame(text) or _called(text.strip())


def _called(rest: str) -> TraceFrame | None:
    """What follows `at`: `f (place)`, `f(place)`, or a bare place."""
    split = rest.find(" (eval at ")
    if split > 0:
        inner = _EVAL.search(rest)
        return _placed(rest[:split], inner.group(1)) if inner else None
    split = rest.find(" (", 1)
    if split > 0:
        return _placed(rest[:split], _closed(rest[split + 2 :]))
    call = _CALL.match(rest)
    if call and _PLACE.match(_closed(call["inside"])):
        return _placed(call["function"], _closed(call["inside"]))
    return _placed("", rest.removeprefix("async "), bare=True)


def _closed(inside: str) -> str:
    """Without the closing bracket, which a cut line may lack."""
    return inside[:-1] if inside.endswith(")") else inside if _PLACE.match(inside) else ""


def _placed(function: str, where: str, *, bare: bool = False) -> TraceFrame | None:
    name = re.sub(r"^async ", "", function.strip())[:300]
    found = _PLACE.match(where)
    if found is None:
        known = where in _GENERATED or (not bare and _FILE.search(where) and " " not in where)
        return TraceFrame(where.removeprefix("file://"), name) if known and (name or where == "native") else None
    path = found["path"]
    if not _is_path(path):
        return None
    return TraceFrame(path.removeprefix("file://"), name, "", int(found["line"]), int(found["column"]))


def _is_path(path: str) -> bool:
    """Not a time of day, an address or a sentence; not Rust's, which prints places alike."""
    if path.endswith(".rs"):
        return False
    if " " in path and not path.startswith("/") and not _WINDOWS.match(path) and not _URL.match(path):
        return False
    known = path in _GENERATED or bool(_FILE.search(path) or _URL.match(path) or _WINDOWS.match(path))
    return known or (bool(re.search(r"[A-Za-z]", path)) and ("/" in path or "\\" in path))


def _browser(text: str) -> TraceFrame | None:
    native = _NATIVE.match(text)
    if native:
        return TraceFrame("[native code]", native["function"] or "")
    found = _BROWSER.match(text)
    if found is None or not (_FILE.search(found["path"]) or (_URL.match(found["path"]) and "@" in text)):
        return None
    if (found["function"] is None and not found["column"]) or not _one_place(found["path"]):
        return None
    line = found["outer"] or found["line"]
    column = int(found["column"]) if found["column"] and not found["outer"] else None
    return TraceFrame(found["path"], found["function"] or "", "", int(line), column)


def _one_place(path: str) -> bool:
    """A colon belongs to a scheme or a drive: `host:org/repo.js` is no file."""
    return ":" not in path or bool(_URL.match(path) or _WINDOWS.match(path))


_ERRORS = re.compile(r"\[errors\]: \[\s*$")
_LISTED = re.compile(r"\s{0,40}\]")
GRAMMAR = Grammar(
    "javascript",
    re.compile(
        r"(?:^|[\s>\]|-])(?:Uncaught |UnhandledPromiseRejectionWarning: )?"
        r"(?P<type>(?:[A-Za-z_$][\w$.]{0,200}?)?(?:Error|Exception|Rejection|Warning))"
        r"(?: \[[\w-]{1,60}\])?(?:$|:(?:\s(?P<message>.*))?$| (?P<brace>\{)$)"
    ),
    re.compile(
        r"\[(?:cause|errors)\]: (?P<type>[A-Za-z_$][\w$.]{0,200})(?: \[[\w-]{1,60}\])?(?::\s?(?P<message>.*))?$"
    ),
    re.compile(r"^\s*\.\.\. \d+ (?:more )?lines? matching"),
    re.compile(
        r"(?:Uncaught )?(?P<type>[A-Z][a-z\d]{1,60}(?:[A-Z][A-Za-z\d]{0,60}){1,8})(?: \[[\w-]{1,60}\])?"
        r"(?:$|:(?:\s(?P<message>.*))?$| (?P<brace>\{)$)"
    ),
    _frame,
)


class JavascriptReader(SectionReader):
    """Reads what JavaScript engines print."""

    def __init__(self) -> None:
        super().__init__(GRAMMAR)
        self._listing = False

    def feed(self, line: Line) -> None:
        """The next line; the errors that an `AggregateError` lists are its causes."""
        if self.open and _ERRORS.search(line.text):
            self._listing = True
            self.goes_on(line)
            return
        header = GRAMMAR.header.search(line.text.rstrip()) if self._listing and self.open else None
        if header and line.text[:1].isspace():
            self.add_cause(line, header)
            return
        self._listing = self._listing and not _LISTED.match(line.text)
        super().feed(line)

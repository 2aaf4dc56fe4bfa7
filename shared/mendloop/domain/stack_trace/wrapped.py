"""A log line that wraps another: JSON behind a log prefix, and traces written on one line with escaped line ends."""

import re

MAX_PREFIX = 200
_ENDS_PREFIX = re.compile(r"(?:[\t|>:\]-]|[\t ][FP]) ?$")
"""What stands before a whole JSON line: a delimiter, or a container runtime's `stderr F`; not a word of a sentence."""
_TELLS = re.compile(r"(?:\\r)?\\n(?:\\t|[\s|+])*(?:at |File \\?\"|from |#\d+ |\S{1,300}\.go:\d|\d+: )")
_CALM = re.compile(r"(?i)\b(?:info|debug|notice)\b")
_QUOTED = re.compile(r"(?P<key>[\w.@-]{1,60})=\"(?P<value>(?:[^\"\\]|\\.){1,100000})\"")
_KEY = re.compile(r"(?i)stack|trace|err|exc|thrown")
_SIGNS = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "/": "/"}
_SIGN = re.compile(r"\\([ntr\"\\/])")


def json_behind_prefix(text: str) -> tuple[str, str]:
    """(prefix, JSON text); two empty texts where the line is none."""
    if not text.rstrip().endswith("}"):
        return "", ""
    start = text.find("{", 1, MAX_PREFIX)
    if start < 0 or "\n" in text[:start] or not _ENDS_PREFIX.search(text[:start]):
        return "", ""
    return text[:start], text[start:]


def unescaped(text: str) -> list[str]:
    """The texts of several lines that one line holds: a quoted value, else the whole; [] where there is none.

    What a calm line quotes, or a field of another name, is not taken for the program's own failure.
    """
    if "\\n" not in text or "\n" in text or _CALM.search(text[:MAX_PREFIX]) or not _TELLS.search(text):
        return []
    quoted = [(match["key"], match["value"]) for match in _QUOTED.finditer(text) if _TELLS.search(match["value"])]
    values = [value for key, value in quoted if _KEY.search(key)] if quoted else [text]
    if not quoted and text[: text.find("\\n")].count('"') % 2:
        return []  # inside a string that the line quotes
    return [_SIGN.sub(lambda sign: _SIGNS[sign.group(1)], value) for value in values]

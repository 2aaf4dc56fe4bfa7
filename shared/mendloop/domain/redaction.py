"""Secrets and personal data out of text, before anything is stored or sent.

A placeholder is `[redacted-<kind>-<6 hex digits>]`: equal values keep equal placeholders, so that people can still see
what belongs together, and JSON stays JSON. Our own placeholders are left alone: redacting twice is redacting once.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from mendloop.domain.identity import sha256
from mendloop.domain.redaction_contexts import SECRET_KEY
from mendloop.domain.redaction_personal import IP_ADDRESS
from mendloop.domain.redaction_rule import Rule, is_value
from mendloop.domain.redaction_rules import RULES

MAX_KEY_LINES = 200
_KEY_LINE = re.compile(
    r"(?:^|[\s|>\"])(?P<body>[A-Za-z0-9+/]{2,76}={0,2}|(?:Proc-Type|DEK-Info): .{0,80})(?:\\n)?[\"\s]*$"
)


def redact(text: str) -> str:
    """The text with every secret and personal datum replaced."""
    for rule in RULES:
        if _worth_trying(rule, text):
            text = rule.pattern.sub(_replacement(rule), text)
    return text


def redact_json(value: Any, key: str = "") -> Any:
    """The same for a parsed JSON value: its shape stays, so that it can still be used as input."""
    if isinstance(value, dict):
        return {redact(name): redact_json(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [redact_json(inner, key) for inner in value]
    if isinstance(value, str):
        secret = bool(SECRET_KEY.fullmatch(key)) and is_value(value) and not value.startswith("[redacted-")
        return _placeholder("password", value) if secret else redact(value)
    if isinstance(value, int) and not isinstance(value, bool):
        shown = redact(str(value))
        return value if shown == str(value) else shown
    return value


def without_addresses(value: Any) -> Any:
    """A text, or a parsed JSON value with all its texts, without IP addresses; for services that ask for it."""
    if isinstance(value, dict):
        return {name: without_addresses(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_addresses(inner) for inner in value]
    return IP_ADDRESS.pattern.sub(_replacement(IP_ADDRESS), value) if isinstance(value, str) else value


def key_lines(lines: Iterable[tuple[str, str]]) -> dict[int, str]:
    """Of lines (source, text) those that go on with a private key begun on an earlier one; redacted, by their place."""
    left: dict[str, int] = {}
    found: dict[int, str] = {}
    for place, (source, text) in enumerate(lines):
        if begun := left.pop(source, 0):
            body = _KEY_LINE.search(text)
            if body:
                found[place] = text[: body.start("body")] + _placeholder("private-key", body["body"])
                left[source] = begun - 1
        last = text.rfind("-----BEGIN ")
        if last >= 0 and "PRIVATE KEY" in text[last:] and "-----END " not in text[last:]:
            left[source] = MAX_KEY_LINES
    return found


def find_secrets(text: str) -> list[str]:
    """Kinds of secrets that still stand in a text, for the check of everything that goes out; never the values."""
    return sorted({rule.kind for rule in RULES if rule.secret and _worth_trying(rule, text) and _stands_in(rule, text)})


def _worth_trying(rule: Rule, text: str) -> bool:
    return not rule.hints or any(hint in text for hint in rule.hints)


def _stands_in(rule: Rule, text: str) -> bool:
    return any(_stands(rule, match) for match in rule.pattern.finditer(text))


def _replacement(rule: Rule) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        if not _stands(rule, match):
            return match.group(0)
        whole, start = match.group(0), match.start()
        placeholder = _placeholder(rule.kind, match.group("value"))
        return whole[: match.start("value") - start] + placeholder + whole[match.end("value") - start :]

    return replace


def _placeholder(kind: str, value: str) -> str:
    return f"[redacted-{kind}-{sha256(value)[:6]}]"


def _stands(rule: Rule, match: re.Match[str]) -> bool:
    value = match.group("value")
    return not value.startswith("[redacted-") and (rule.check is None or rule.check(value))

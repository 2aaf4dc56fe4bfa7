"""What a rule of redaction is, and what a value must be besides its form."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """The group `value` is what is replaced; one of the `hints` must occur before the pattern is tried."""

    kind: str
    pattern: re.Pattern[str]
    hints: tuple[str, ...] = ()
    check: Callable[[str], bool] | None = None
    secret: bool = True


def rule(kind: str, pattern: str, *hints: str, check: Callable[[str], bool] | None = None, secret: bool = True) -> Rule:
    """A rule from its pattern's text."""
    return Rule(kind, re.compile(pattern), hints, check, secret)


def _luhn(value: str) -> bool:
    digits = [int(char) for char in value if char.isdigit()]
    if digits[0] not in {2, 3, 4, 5, 6} or len(set(digits)) < 2:
        return False
    doubled = [sum(divmod(digit * 2, 10)) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def card(value: str) -> bool:
    """An issuer's range with the length of its numbers, and the check digit right."""
    digits = re.sub(r"\D", "", value)
    return bool(_RANGES.fullmatch(digits)) and _luhn(digits)


_RANGES = re.compile(
    r"4\d{15}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|220\d{13}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|35\d{14}|62\d{14}|(?:5018|5020|5038|6304|6759|676[1-3])\d{12}"
)


def account(value: str) -> bool:
    """An IBAN, by its check digits."""
    plain = value.replace(" ", "")
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def odd(value: str) -> bool:
    """No word of a sentence: letters together with digits or signs."""
    return is_value(value) and bool(re.search(r"[A-Za-z]", value) and re.search(r"[\d!#$%&*+@^~]", value))


def mixed(value: str) -> bool:
    """A random value rather than a word, a path, or one repeated letter."""
    return bool(re.search(r"\d", value) and re.search(r"[A-Za-z]", value)) and len(set(value)) >= 10


def is_value(value: str) -> bool:
    """Not a type name, an empty word, a variable or a folder, which code and messages write after `password=`."""
    plain = value.strip("*").lower()
    return not (plain in _NO_VALUES or value.startswith(_NO_BEGINNINGS) or _FOLDER.fullmatch(value))


def no_word(value: str) -> bool:
    """`invalid token: unexpected end of input` is a sentence."""
    word = value.rstrip(".,!")
    return is_value(value) and not (word.isdigit() or word.isalpha() and (word.islower() or word.istitle()))


_NO_BEGINNINGS = ("${", "{{", "<", "os.", "self.", "/var/", "/home/", "/usr/", "/opt/", "/app/")


_FOLDER = re.compile(r"(?:/[A-Za-z_.-]{1,40}){1,20}/?")
_NO_VALUES = {
    "include",
    "same-origin",
    "omit",
    "loaded",
    "changed",
    "rotated",
    "updated",
    "reset",
    "found",
    "",
    "none",
    "null",
    "true",
    "false",
    "undefined",
    "str",
    "string",
    "required",
    "missing",
    "invalid",
    "incorrect",
    "wrong",
    "expired",
    "not",
    "must",
    "too",
    "...",
}

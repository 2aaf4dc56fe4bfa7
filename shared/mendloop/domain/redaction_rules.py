"""What counts as a secret or as personal data. Every repeat is bounded: no pattern backtracks over a hostile line."""

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


def _luhn(value: str) -> bool:
    digits = [int(char) for char in value if char.isdigit()]
    if digits[0] not in {2, 3, 4, 5, 6} or len(set(digits)) < 2:
        return False
    doubled = [sum(divmod(digit * 2, 10)) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _mixed(value: str) -> bool:
    """A random value rather than a word, a path, or one repeated letter."""
    return bool(re.search(r"\d", value) and re.search(r"[A-Za-z]", value)) and len(set(value)) >= 10


def is_value(value: str) -> bool:
    """Not a type name, an empty word, a variable or a folder, which code and messages write after `password=`."""
    return value.strip("*").lower() not in _NO_VALUES and not value.startswith(_NO_BEGINNINGS)


def _no_word(value: str) -> bool:
    """`invalid token: unexpected end of input` is a sentence."""
    return is_value(value) and not (value.rstrip(".,!").isalpha() and value.islower())


_NO_BEGINNINGS = ("${", "{{", "<", "os.", "self.", "/var/", "/home/", "/usr/", "/opt/", "/app/")


_NO_VALUES = {
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
_KEYS = (
    r"(?:[\w.-]{0,40}[_.-])?(?:pass(?:word|wd|phrase)?|pwd|secret(?:[_.-]?(?:access[_.-]?)?key)?|api[_.-]?key|apikey"
    r"|access[_.-]?key|private[_.-]?key|client[_.-]?secret|(?:access|auth|refresh|session|bearer|id|api)?[_.-]?token"
    r"|credentials?|x-api-key|connection[_.-]?string|account[_.-]?key|sharedaccesskey)"
)
_BEFORE = r"(?i)(?<![\w-])(?<!\d:)\\{0,2}[\"']?"
"""An ARN of a secret holds `:123456789012:secret:`."""
_KEYED = _BEFORE + _KEYS + r"\\{0,2}[\"']?\s{0,3}(?::|=>|=)\s{0,3}"
_ASSIGNED = _BEFORE + _KEYS + r"\s{0,3}(?:=>|=)\s{0,3}"
_TOLD = _BEFORE + _KEYS + r"[\"']?\s{0,3}:\s{0,3}"
_TOLD_PASSWORD = _BEFORE + r"(?:[\w.-]{0,40}[_.-])?(?:pass(?:word|wd|phrase)?|pwd)[\"']?\s{0,3}:\s{0,3}"
_BARE = r"(?P<value>[^\s\"',;&{}()\[\]\\]{3,512})"
SECRET_KEY = re.compile(_KEYS, re.IGNORECASE)
"""A field name whose value is a secret whatever it looks like."""


def _rule(
    kind: str, pattern: str, *hints: str, check: Callable[[str], bool] | None = None, secret: bool = True
) -> Rule:
    return Rule(kind, re.compile(pattern), hints, check, secret)


RULES: tuple[Rule, ...] = (
    _rule(
        "private-key",
        r"(?P<value>-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[\s\S]{0,20000}?"
        r"(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z))",
        "PRIVATE KEY",
    ),
    _rule("jwt", r"(?<![\w-])(?P<value>eyJ[\w-]{8,4096}\.eyJ[\w-]{4,8192}\.[\w-]{10,2048})", "eyJ"),
    _rule(
        "aws-key",
        r"(?<![A-Z0-9])(?P<value>(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{12,16}[A-Z0-9]{0,4})(?![A-Z0-9])",
        "AKIA",
        "ASIA",
        "ABIA",
        "ACCA",
    ),
    _rule(
        "github-token",
        r"(?P<value>(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}))",
        "gh",
        "github_pat_",
    ),
    _rule("gitlab-token", r"(?P<value>gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\w-]{20,64})", "gl"),
    _rule(
        "slack-token",
        r"(?P<value>xox[abposre](?:-[A-Za-z0-9]{1,64}){2,6}|xapp-\d-[A-Z0-9]{5,20}-\d{5,20}-[a-z0-9]{20,80})",
        "xox",
        "xapp",
    ),
    _rule(
        "slack-webhook",
        r"(?P<value>https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,80})",
        "hooks.slack",
    ),
    _rule(
        "stripe-key",
        r"(?P<value>(?:[srp]k|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,99}|whsec_[A-Za-z0-9+/=]{24,64})",
        "k_",
        "whsec_",
    ),
    _rule("google-key", r"(?<![\w-])(?P<value>AIza[\w-]{35})(?![\w-])", "AIza"),
    _rule("google-token", r"(?P<value>ya29\.[\w-]{20,300}|GOCSPX-[\w-]{28})", "ya29.", "GOCSPX-"),
    _rule("anthropic-key", r"(?P<value>sk-ant-[\w-]{20,200})", "sk-ant-"),
    _rule(
        "openai-key",
        r"(?<![\w-])(?P<value>sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,200})(?![\w-])",
        "sk-",
        check=_mixed,
    ),
    _rule("sendgrid-key", r"(?P<value>SG\.[\w-]{16,32}\.[\w-]{16,64})", "SG."),
    _rule("twilio-key", r"(?<![\w])(?P<value>(?:SK|AC)[0-9a-f]{32})(?!\w)", "SK", "AC"),
    _rule("mailgun-key", r"(?<!\w)(?P<value>key-[0-9a-f]{32})(?!\w)", "key-"),
    _rule("npm-token", r"(?P<value>npm_[A-Za-z0-9]{36})", "npm_"),
    _rule("pypi-token", r"(?P<value>pypi-AgE[\w-]{50,1000})", "pypi-"),
    _rule("digitalocean-token", r"(?P<value>do[opr]_v1_[a-f0-9]{64})", "_v1_"),
    _rule("shopify-token", r"(?P<value>shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})", "shp"),
    _rule("square-token", r"(?P<value>(?:EAAA|sq0[a-z]{3}-)[\w-]{22,64})", "EAAA", "sq0"),
    _rule(
        "hashicorp-token", r"(?P<value>hv[sb]\.[\w-]{24,300}|[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,70})", "hv", ".atlasv1."
    ),
    _rule("telegram-token", r"(?<!\d)(?P<value>\d{8,10}:A[A-Za-z0-9_-]{34})(?![\w-])", ":A"),
    _rule("discord-token", r"(?<![\w-])(?P<value>[MNO][\w-]{23,27}\.[\w-]{6,7}\.[\w-]{27,40})(?![\w-])", "."),
    _rule(
        "azure-key",
        r"(?i)(?:AccountKey|SharedAccessKey|sig)=(?P<value>[A-Za-z0-9+/%]{30,120}={0,2})",
        "Key=",
        "sig=",
        "key=",
    ),
    _rule(
        "url-password", r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s:/@'\"<>]{0,256}:(?P<value>[^\s/@'\"<>]{1,256})@", "://"
    ),
    _rule("authorization", r"(?i)\b(?:bearer|basic|token)\s{1,3}(?P<value>[A-Za-z0-9+/_.=~-]{16,2048})", check=_mixed),
    _rule(
        "password",
        _KEYED + r"\\{0,2}\"(?P<value>[^\"\\\n]{3,512})",
        "=",
        ":",
        check=is_value,
    ),
    _rule("password", _KEYED + r"'(?P<value>[^'\n]{3,512})", "=", ":", check=is_value),
    _rule("password", _ASSIGNED + _BARE, "=", check=is_value),
    _rule("password", _TOLD_PASSWORD + _BARE, ":", check=is_value),
    _rule("password", _TOLD + _BARE, ":", check=_no_word),
    _rule(
        "email",
        r"(?<![\w.+-])(?P<value>[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24})(?![\w-])",
        "@",
        secret=False,
    ),
    _rule("card", r"(?<![\w.-])(?P<value>\d(?:[ -]?\d){13,18})(?!\w|[.-]\d)", check=_luhn, secret=False),
    _rule(
        "phone",
        r"(?<![\w.+-])(?P<value>\+\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}"
        r"|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})(?![\w-]|\.\d)",
        "+",
        "-",
        secret=False,
    ),
)

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
IP_ADDRESS = _rule(
    "ip",
    rf"(?<![\w.-])(?P<value>(?:{_OCTET}\.){{3}}{_OCTET}|(?:[0-9a-fA-F]{{1,4}}:){{7}}[0-9a-fA-F]{{1,4}}"
    r"|(?:[0-9a-fA-F]{1,4}:){1,6}:(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,5})?)(?![\w-]|\.\d)",
    ".",
    ":",
    secret=False,
)
"""Only where the catalog asks for it: addresses help to find the network that fails."""

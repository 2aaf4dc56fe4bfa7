"""Secrets that nothing but their surroundings tell: beside a name, in an address, behind a flag, in a sentence."""

import re

from mendloop.domain.redaction_rule import Rule, is_value, mixed, no_word, odd, rule

_KEYS = (
    r"(?:[\w.-]{0,40}pass(?:word|wd|phrase)|(?:[\w.-]{0,40}(?:[_.-]|(?-i:(?<=[a-z0-9])(?=[A-Z]))))?"
    r"(?<!next)(?<!next[_.-])(?<!page)(?<!page[_.-])(?<!continuation)"
    r"(?:pass|pwd|secret(?:[_.-]?(?:access[_.-]?)?key)?|api[_.-]?key|apikey|access[_.-]?key|private[_.-]?key"
    r"|client[_.-]?secret|(?:access|auth|refresh|session|security|bearer|id|api)?[_.-]?token"
    r"|credentials?|x-api-key|connection[_.-]?string|account[_.-]?key|sharedaccesskey))"
)
"""`dbPassword`, `DB_PASSWORD`, `PGPASSWORD`, `db.password`; what leads to a next page is no secret."""
_QUOTE = r"\\{0,7}[\"']"
_BEFORE = rf"(?i)(?<![\w-])(?<!\d:)(?:[bru]?{_QUOTE})?"
"""An ARN of a secret holds `:123456789012:secret:`."""
_SEPARATOR = r"\s{0,3}(?::|=>|=)\s{0,3}"
_KEYED = _BEFORE + _KEYS + rf"(?:{_QUOTE})?" + _SEPARATOR + r"[bru]?\\{0,7}"
_ASSIGNED = _BEFORE + _KEYS + r"\s{0,3}(?:=>|=)\s{0,3}"
_TOLD = _BEFORE + _KEYS + r"[\"']?\s{0,3}:\s{0,3}"
_TOLD_PASSWORD = _BEFORE + r"[\w.-]{0,40}(?:pass(?:word|wd|phrase)|pwd)[\"']?\s{0,3}:\s{0,3}"
_BARE = r"(?P<value>[^\s\"',;&{}()\[\]\\<>]{3,512})"
_NAMED = (
    rf"(?i)(?:name|key){_QUOTE}{_SEPARATOR}{_QUOTE}{_KEYS}{_QUOTE}\s?,\s?{_QUOTE}value{_QUOTE}{_SEPARATOR}{_QUOTE}"
    r"(?P<value>[^\"'\\\n]{3,512})"
)
"""`{"name": "DB_PASSWORD", "value": "…"}`, as containers' definitions have it."""
_WORDS = ("ass", "ASS", "wd", "WD", "ecret", "ECRET", "ey", "EY", "oken", "OKEN", "redential", "REDENTIAL", "tring")
"""One of them stands in every name; most lines have none."""
SECRET_KEY = re.compile(_KEYS, re.IGNORECASE)
"""A field name whose value is a secret whatever it looks like."""


CONTEXTS: tuple[Rule, ...] = (
    rule(
        "azure-key",
        r"(?i)(?:AccountKey|SharedAccessKey|sig)=(?P<value>[A-Za-z0-9+/%]{30,120}={0,2})",
        "Key=",
        "sig=",
        "key=",
    ),
    rule("url-password", r"[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s:/@'\"<>]{0,256}:(?P<value>[^\s/@'\"<>]{1,256})@", "://"),
    rule("url-password", r"://(?P<value>[^\s:/@'\"<>]{20,256})@", "://", check=mixed),
    rule("url-password", r"jdbc:oracle:\w{1,10}:[^\s/@]{1,64}/(?P<value>[^\s@]{2,256})@", "jdbc:oracle"),
    rule("authorization", r"(?i)\b(?:bearer|basic|token)\s{1,3}(?P<value>[A-Za-z0-9+/_.=~-]{16,2048})", check=mixed),
    rule(
        "password",
        _KEYED + r"\"(?P<value>[^\"\\\n]{3,512})",
        *_WORDS,
        check=is_value,
    ),
    rule("password", _KEYED + r"'(?P<value>[^'\n]{3,512})", *_WORDS, check=is_value),
    rule("password", _ASSIGNED + _BARE, *_WORDS, check=is_value),
    rule("password", _TOLD_PASSWORD + _BARE, *_WORDS[:4], check=is_value),
    rule("password", _TOLD + _BARE, *_WORDS, check=no_word),
    rule("password", _NAMED, "alue", "ALUE", check=is_value),
    rule(
        "password",
        rf"(?i)<(?:\w{{1,20}}:)?{_KEYS}(?: [^<>]{{0,100}})?>(?P<value>[^<>\n]{{3,512}})</",
        "</",
        check=is_value,
    ),
    rule(
        "password",
        rf"(?i)\(\s?b?[\"']{_KEYS}[\"'],\s?b?[\"'](?P<value>[^\"'\n]{{3,512}})[\"']\s?\)",
        "('",
        '("',
        check=odd,
    ),
    rule(
        "password",
        r"(?i)--(?:[\w-]{0,40}-)?(?:password|passwd|token|secret|api-key|secret-key)\s(?P<value>[^\s-]\S{2,511})",
        "--",
        check=odd,
    ),
    rule("password", r"(?:-u|--user)\s[\w.@-]{1,64}:(?P<value>[^\s\"']{3,256})", "-u ", "--user"),
    rule("password", r"\blogin\s{1,3}\S{1,100}\s{1,3}password\s{1,3}(?P<value>\S{3,256})", "login"),
    rule(
        "password",
        r"(?i)\b(?:password|passphrase|passwd|api key|secret key|access token)\s(?:is|was)\s"
        r"[\"']?(?P<value>[^\s\"',;]{6,256})",
        " is ",
        " was ",
        check=odd,
        secret=False,
    ),
    rule(
        "cookie",
        r"(?i)\b(?:[\w.-]{0,30}sess(?:ion)?(?:[_.-]?id)?|connect\.sid|sid|auth[\w-]{0,20}|remember[\w-]{0,60})"
        r"=(?P<value>[^;\s\"',&]{16,2048})",
        "ookie",
        check=mixed,
    ),
)

"""Personal data: mail addresses, phone and card numbers, accounts; IP addresses for services that ask for it."""

from mendloop.domain.redaction_rule import Rule, account, card, rule

PERSONAL: tuple[Rule, ...] = (
    rule(
        "email",
        r"(?<![\w.+-])(?!git@)(?P<value>\w[\w.+'-]{0,63}(?:@|%40)"
        r"(?:[^\W_](?:[\w-]{0,62})\.){1,6}[^\W\d_]{2,24})(?![\w-])",
        "@",
        "%40",
        secret=False,
    ),
    rule(
        "card",
        r"(?<![\w.-])(?P<value>\d(?:[ -]?\d){13,18}|\d{4}\.\d{4}\.\d{4}\.\d{4})(?!\w|[.-]\d)",
        check=card,
        secret=False,
    ),
    rule(
        "iban",
        r"(?<![\w-])(?P<value>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?)(?![\w-])",
        check=account,
        secret=False,
    ),
    rule(
        "ssn",
        r"(?i)\b(?:ssn|social[ _-]?security(?:[ _-]?number)?)"
        r"[\"']?\s?[:=]?\s?[\"']?(?P<value>\d{3}-?\d{2}-?\d{4})(?!\d)",
        "s",
        "S",
        secret=False,
    ),
    rule(
        "phone",
        r"(?<![\w.+-])(?P<value>\+\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}"
        r"|00[1-9]\d[ -]\d{2,4}[ -]?\d{5,9}"
        r"|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4}|(?<!@)[2-9]\d{2}\.\d{3}\.\d{4})(?![\w-]|\.\d)",
        "+",
        "-",
        "00",
        ".",
        secret=False,
    ),
    rule(
        "phone",
        r"(?i)(?:phone|mobile|msisdn|telephone|\btel|fax)(?:[_ ]?(?:number|no))?\\{0,7}[\"']?\s?[:=]\s?\\{0,7}[\"']?"
        r"(?P<value>\+?\(?\d[\d ()./-]{5,18}\d)(?![\w-])",
        "one",
        "ONE",
        "obile",
        "msisdn",
        "tel",
        "fax",
        secret=False,
    ),
)

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
IP_ADDRESS = rule(
    "ip",
    rf"(?<![\w.-])(?P<value>(?:{_OCTET}\.){{3}}{_OCTET}|(?:[0-9a-fA-F]{{1,4}}:){{7}}[0-9a-fA-F]{{1,4}}"
    r"|(?:[0-9a-fA-F]{1,4}:){1,6}:(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){0,5})?)(?![\w-]|\.\d)",
    ".",
    ":",
    secret=False,
)
"""Only where the catalog asks for it: addresses help to find the network that fails."""

"""What counts as a secret or as personal data. Every repeat is bounded: no pattern backtracks over a hostile line.

To add what an issuer's keys look like: a line in `mendloop.domain.redaction_issuers`.
"""

import re

from mendloop.domain.redaction_contexts import CONTEXTS
from mendloop.domain.redaction_issuers import FORMS
from mendloop.domain.redaction_personal import PERSONAL
from mendloop.domain.redaction_rule import Rule, mixed, rule


def _issued(kind: str, form: str, hints: tuple[str, ...]) -> Rule:
    return Rule(kind, re.compile(rf"(?<![\w-])(?P<value>{form})(?![\w-])"), hints, mixed)


_BEGIN = r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
_END = r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
OWN_FORMS: tuple[Rule, ...] = (
    rule(
        "private-key",
        rf"(?P<value>{_BEGIN}(?:[\s\S]{{0,20000}}?(?:{_END}|\Z)|[\s\S]{{20000}}))",
        "PRIVATE KEY",
    ),
    rule(
        "private-key",
        r"(?P<value>PuTTY-User-Key-File-\d(?:[\s\S]{0,20000}?(?:Private-MAC: [0-9a-f]{40,64}|\Z)|[\s\S]{20000}))",
        "PuTTY-User",
    ),
    rule(
        "aws-secret",
        r"(?:AKIA|ASIA)[A-Z2-7]{16}[\"']?[\s:,/|;]{1,3}[\"']?(?P<value>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])",
        "AKIA",
        "ASIA",
    ),
    rule("jwt", r"(?<![\w-])(?P<value>eyJ[\w-]{8,4096}\.eyJ[\w-]{4,8192}\.[\w-]{10,2048})", "eyJ"),
    rule(
        "aws-key",
        r"(?<![A-Z0-9])(?P<value>(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{12,16}[A-Z0-9]{0,4})(?![A-Z0-9])",
        "AKIA",
        "ASIA",
        "ABIA",
        "ACCA",
    ),
    rule(
        "github-token",
        r"(?P<value>(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}))",
        "gh",
        "github_pat_",
    ),
    rule("gitlab-token", r"(?P<value>gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[\w-]{20,64})", "gl"),
    rule(
        "slack-token",
        r"(?P<value>xox[abposre](?:-[A-Za-z0-9]{1,64}){2,6}|xapp-\d-[A-Z0-9]{5,20}-\d{5,20}-[a-z0-9]{20,80})",
        "xox",
        "xapp",
    ),
    rule(
        "slack-webhook",
        r"(?P<value>https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,80})",
        "hooks.slack",
    ),
    rule(
        "stripe-key",
        r"(?P<value>(?:[srp]k|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,99}|whsec_[A-Za-z0-9+/=]{24,64})",
        "k_",
        "whsec_",
    ),
    rule("google-key", r"(?<![\w-])(?P<value>AIza[\w-]{35})(?![\w-])", "AIza"),
    rule("google-token", r"(?P<value>ya29\.[\w-]{20,300}|GOCSPX-[\w-]{28})", "ya29.", "GOCSPX-"),
    rule("anthropic-key", r"(?P<value>sk-ant-[\w-]{20,200})", "sk-ant-"),
    rule(
        "openai-key",
        r"(?<![\w-])(?P<value>sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,200})(?![\w-])",
        "sk-",
        check=mixed,
    ),
    rule("sendgrid-key", r"(?P<value>SG\.[\w-]{16,32}\.[\w-]{16,64})", "SG."),
    rule("twilio-key", r"(?<![\w])(?P<value>(?:SK|AC)[0-9a-f]{32})(?!\w)", "SK", "AC"),
    rule("mailgun-key", r"(?<!\w)(?P<value>key-[0-9a-f]{32})(?!\w)", "key-"),
    rule("npm-token", r"(?P<value>npm_[A-Za-z0-9]{36})", "npm_"),
    rule("pypi-token", r"(?P<value>pypi-AgE[\w-]{50,1000})", "pypi-"),
    rule("digitalocean-token", r"(?P<value>do[opr]_v1_[a-f0-9]{64})", "_v1_"),
    rule("shopify-token", r"(?P<value>shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})", "shp"),
    rule("square-token", r"(?P<value>(?:EAAA|sq0[a-z]{3}-)[\w-]{22,64})", "EAAA", "sq0"),
    rule(
        "hashicorp-token", r"(?P<value>hv[sb]\.[\w-]{24,300}|[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,70})", "hv", ".atlasv1."
    ),
    rule("telegram-token", r"(?<!\d)(?P<value>\d{8,10}:A[A-Za-z0-9_-]{34})(?![\w-])", ":A"),
    rule("discord-token", r"(?<![\w-])(?P<value>[MNO][\w-]{23,27}\.[\w-]{6,7}\.[\w-]{27,40})(?![\w-])", "."),
    *(_issued(*form) for form in FORMS),
    rule("hashicorp-token", r"(?<![\w.-])(?P<value>s\.[A-Za-z0-9]{24})(?![\w.-])", "s.", check=mixed),
)
RULES: tuple[Rule, ...] = (*OWN_FORMS, *CONTEXTS, *PERSONAL)

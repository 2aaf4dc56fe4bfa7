"""Ordinary logs with secrets and personal data planted in them, whose places are known.

    python -m tests.evals.redaction_plants --seed 1 --megabytes 5 --plants 600 --out FOLDER

Writes `log.txt` and `plants.jsonl` ({"line", "kind", "value"}; a value over several lines names its first). The forms
are those that issuers publish and that the public rule lists of gitleaks and detect-secrets collect. Nothing here
knows how mendloop redacts.
"""

import argparse
import base64
import json
import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HEX, UPPER, ALNUM = "0123456789abcdef", string.ascii_uppercase + string.digits, string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
URL64 = ALNUM + "-_"
B64 = ALNUM + "+/"
BASE32 = string.ascii_uppercase + "234567"
WORDS = ("amber", "brook", "cedar", "delta", "ember", "flint", "grove", "heath", "inlet", "jetty", "kettle", "larch")


def run(chance: random.Random, alphabet: str, length: int) -> str:
    """Random characters, a digit and a letter among them, as keys that were drawn at random have."""
    while True:
        drawn = "".join(chance.choices(alphabet, k=length))
        if any(c.isdigit() for c in drawn) and any(c.isalpha() for c in drawn):
            return drawn


def digits(chance: random.Random, length: int) -> str:
    return str(chance.randrange(1, 10)) + "".join(chance.choices(string.digits, k=length - 1))


def card(chance: random.Random) -> str:
    """A number with a valid check digit of an issuer's range, plain, in groups or with hyphens."""
    start, length = chance.choice([("4", 16), ("51", 16), ("55", 16), ("34", 15), ("37", 15), ("6011", 16)])
    body = start + "".join(chance.choices(string.digits, k=length - 1 - len(start)))
    doubled = [sum(divmod(int(d) * 2, 10)) if place % 2 == 0 else int(d) for place, d in enumerate(reversed(body))]
    number = body + str(-sum(doubled) % 10)
    mark = chance.choice(["", "", " ", "-"])
    return mark.join(number[at : at + 4] for at in range(0, length, 4)) if length == 16 else number


def jwt(chance: random.Random) -> str:
    def part(content: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    head = part({"alg": chance.choice(["HS256", "RS256", "ES256"]), "typ": "JWT"})
    return f"{head}.{part({'sub': digits(chance, 10), 'name': run(chance, ALNUM, 12)})}.{run(chance, URL64, 43)}"


def private_key(chance: random.Random) -> str:
    kind = chance.choice(["RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED "])
    body = "\n".join(run(chance, B64, 64) for _ in range(chance.randrange(3, 14)))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{body}\n-----END {kind}PRIVATE KEY-----"


def phone(chance: random.Random) -> str:
    return chance.choice(
        [
            f"+49 1{digits(chance, 2)} {digits(chance, 7)}",
            f"+1 {digits(chance, 3)}-{digits(chance, 3)}-{digits(chance, 4)}",
            f"+44 7{digits(chance, 3)} {digits(chance, 6)}",
            f"({digits(chance, 3)}) {digits(chance, 3)}-{digits(chance, 4)}",
            f"+33 6 {digits(chance, 2)} {digits(chance, 2)} {digits(chance, 2)} {digits(chance, 2)}",
        ]
    )


def email(chance: random.Random) -> str:
    name = chance.choice([".", "_", "-", "+"]).join(chance.sample(WORDS, 2)) + str(chance.randrange(100))
    return f"{name}@{chance.choice(WORDS)}{chance.choice(['.com', '.co.uk', '.io', '.example.org'])}"


def password(chance: random.Random) -> str:
    return chance.choice(WORDS).title() + chance.choice("!#%+*-_.") + digits(chance, 4) + chance.choice(WORDS)


Make = Callable[[random.Random], str]
ANYWHERE = ("{}", "using {} for the call", "value={}", '{{"value": "{}", "n": 3}}', "got '{}' from the vault", "[{}]")
KEYED = (
    "{key}={}",
    "{key}: {}",
    '{{"{key}": "{}"}}',
    "{{'{key}': '{}', 'n': 3}}",
    '{key} = "{}"',
    '{{\\"{key}\\": \\"{}\\"}}',
)


@dataclass(frozen=True)
class Kind:
    """How a value is made, and the sentences it stands in; `keys` are the names it stands beside."""

    make: Make
    around: tuple[str, ...] = ANYWHERE
    keys: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "aws access key id": Kind(lambda c: c.choice(["AKIA", "ASIA", "ABIA", "ACCA"]) + run(c, BASE32, 16)),
    "aws secret access key": Kind(
        lambda c: run(c, B64, 40), KEYED, ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "SecretAccessKey")
    ),
    "github token": Kind(lambda c: c.choice(["ghp_", "gho_", "ghu_", "ghs_", "ghr_"]) + run(c, ALNUM, 36)),
    "github fine-grained token": Kind(lambda c: f"github_pat_{run(c, ALNUM, 22)}_{run(c, ALNUM, 59)}"),
    "gitlab token": Kind(lambda c: c.choice(["glpat-", "gldt-", "glrt-", "glptt-"]) + run(c, URL64, 20)),
    "slack token": Kind(lambda c: f"{c.choice(['xoxb', 'xoxp'])}-{digits(c, 12)}-{digits(c, 12)}-{run(c, ALNUM, 24)}"),
    "slack webhook": Kind(
        lambda c: f"https://hooks.slack.com/services/T{run(c, UPPER, 8)}/B{run(c, UPPER, 10)}/{run(c, ALNUM, 24)}"
    ),
    "stripe key": Kind(lambda c: c.choice(["sk_live_", "rk_live_", "sk_test_"]) + run(c, ALNUM, c.choice([24, 99]))),
    "google api key": Kind(lambda c: "AIza" + run(c, URL64, 35)),
    "google oauth secret": Kind(lambda c: "GOCSPX-" + run(c, URL64, 28)),
    "anthropic key": Kind(lambda c: f"sk-ant-api03-{run(c, URL64, 93)}AA"),
    "openai key": Kind(
        lambda c: c.choice(
            [
                f"sk-{run(c, ALNUM, 20)}T3BlbkFJ{run(c, ALNUM, 20)}",
                f"sk-proj-{run(c, URL64, 74)}T3BlbkFJ{run(c, URL64, 74)}",
            ]
        )
    ),
    "sendgrid key": Kind(lambda c: f"SG.{run(c, URL64, 22)}.{run(c, URL64, 43)}"),
    "twilio key": Kind(lambda c: "SK" + run(c, HEX, 32)),
    "mailgun key": Kind(lambda c: "key-" + run(c, HEX, 32)),
    "npm token": Kind(lambda c: "npm_" + run(c, ALNUM, 36)),
    "pypi token": Kind(lambda c: "pypi-AgEIcHlwaS5vcmc" + run(c, URL64, 70)),
    "digitalocean token": Kind(lambda c: c.choice(["dop_v1_", "doo_v1_", "dor_v1_"]) + run(c, HEX, 64)),
    "shopify token": Kind(lambda c: c.choice(["shpat_", "shpca_", "shppa_", "shpss_"]) + run(c, HEX, 32)),
    "square token": Kind(lambda c: c.choice(["sq0atp-" + run(c, URL64, 22), "sq0csp-" + run(c, URL64, 43)])),
    "vault token": Kind(lambda c: "hvs." + run(c, URL64, 90)),
    "telegram token": Kind(lambda c: f"{digits(c, 10)}:A{run(c, URL64, 34)}"),
    "discord token": Kind(lambda c: f"{c.choice('MN')}{run(c, ALNUM, 23)}.{run(c, URL64, 6)}.{run(c, URL64, 27)}"),
    "azure storage key": Kind(
        lambda c: run(c, B64, 86) + "==",
        ("DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={};EndpointSuffix=core.windows.net",),
    ),
    "jwt": Kind(jwt),
    "private key": Kind(private_key, ("{}", "loaded key:\n{}")),
    "password in a URL": Kind(
        lambda c: run(c, ALNUM + "!$*+-_.", c.randrange(8, 24)),
        tuple(
            f"{s}://shop:{{}}@db.internal:{p}/x"
            for s, p in (("postgres", 5432), ("mongodb+srv", 27017), ("amqp", 5672), ("https", 443), ("redis", 6379))
        ),
    ),
    "bearer token": Kind(
        lambda c: run(c, URL64, c.randrange(24, 60)),
        ("Authorization: Bearer {}", '{{"authorization": "Bearer {}"}}', "> authorization: bearer {}"),
    ),
    "password": Kind(
        password,
        KEYED,
        ("password", "DB_PASSWORD", "passwd", "pwd", "client_secret", "api_key", "auth_token", "secret"),
    ),
    "email": Kind(email, ("mail to {} sent", '{{"email": "{}"}}', "user {} signed in", "<{}>", "from={},")),
    "phone": Kind(phone, ("call {} back", '{{"phone": "{}"}}', "sms to {} failed")),
    "card": Kind(card, ("card {} declined", '{{"card": "{}"}}', "pan={}, amount=12.50", "charged '{}'")),
    "airtable token": Kind(lambda c: f"pat{run(c, ALNUM, 14)}.{run(c, HEX, 64)}"),
    "alibaba key": Kind(lambda c: "LTAI" + run(c, LOWER, 20)),
    "artifactory key": Kind(lambda c: "AKCp" + run(c, ALNUM, 69)),
    "atlassian token": Kind(lambda c: "ATATT3" + run(c, URL64, 186)),
    "clojars token": Kind(lambda c: "CLOJARS_" + run(c, LOWER, 60)),
    "databricks token": Kind(lambda c: "dapi" + run(c, HEX, 32)),
    "discord webhook": Kind(lambda c: f"https://discord.com/api/webhooks/{digits(c, 18)}/{run(c, URL64, 68)}"),
    "doppler token": Kind(lambda c: "dp.pt." + run(c, ALNUM, 43)),
    "dynatrace token": Kind(lambda c: f"dt0c01.{run(c, UPPER, 24)}.{run(c, UPPER, 64)}"),
    "easypost key": Kind(lambda c: c.choice(["EZAK", "EZTK"]) + run(c, ALNUM, 54)),
    "grafana token": Kind(lambda c: f"glsa_{run(c, ALNUM, 32)}_{run(c, HEX, 8)}"),
    "hugging face token": Kind(lambda c: "hf_" + run(c, ALNUM, 34)),
    "linear key": Kind(lambda c: "lin_api_" + run(c, ALNUM, 40)),
    "mailchimp key": Kind(lambda c: f"{run(c, HEX, 32)}-us{c.randrange(1, 30)}"),
    "new relic key": Kind(lambda c: "NRAK-" + run(c, UPPER, 27)),
    "notion token": Kind(lambda c: f"ntn_{digits(c, 11)}{run(c, ALNUM, 35)}"),
    "openshift token": Kind(lambda c: "sha256~" + run(c, URL64, 43)),
    "planetscale token": Kind(lambda c: "pscale_tkn_" + run(c, URL64, 43)),
    "postman key": Kind(lambda c: f"PMAK-{run(c, HEX, 24)}-{run(c, HEX, 34)}"),
    "pulumi token": Kind(lambda c: "pul-" + run(c, HEX, 40)),
    "rubygems key": Kind(lambda c: "rubygems_" + run(c, HEX, 48)),
    "sentry token": Kind(lambda c: "sntryu_" + run(c, HEX, 64)),
    "shippo token": Kind(lambda c: "shippo_live_" + run(c, HEX, 40)),
    "sonar token": Kind(lambda c: c.choice(["squ_", "sqp_"]) + run(c, URL64, 40)),
    "session cookie": Kind(
        lambda c: run(c, ALNUM, 32), ("Set-Cookie: sessionid={}; Path=/", "> Cookie: lang=en; connect.sid={}; a=b")
    ),
    "password of a command": Kind(
        password, ("mysql --password {} -h db", "curl -u admin:{} https://x.y", "PGPASSWORD={} psql -h db")
    ),
    "password of an environment": Kind(
        password, ('{{"name":"DB_PASSWORD","value":"{}"}}', "<password>{}</password>", "dbPassword={}, pool=4")
    ),
}
ORDINARY = (
    "INFO request {uuid} handled in {n} ms status=200 path=/orders/{n}",
    "START RequestId: {uuid} Version: $LATEST",
    "REPORT RequestId: {uuid}\tDuration: {n}.{n} ms\tMax Memory Used: {n} MB",
    "XRAY TraceId: 1-{hex8}-{hex24} SegmentId: {hex16} Sampled: true",
    "deployed revision {hex40} of shop to eu-central-1",
    "image 123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop@sha256:{hex64} pulled",
    "arn:aws:lambda:eu-central-1:{digits12}:function:shop-{word}:{n} invoked",
    '{{"level":"INFO","ts":{digits13},"msg":"order {n} stored","items":{n}}}',
    '{{"level":"ERROR","logger":"shop.{word}","message":"no price for {word}","tokens":{n}}}',
    '  File "/var/task/shop/{word}.py", line {n}, in {word}_{word}',
    "\tat com.shop.{word}.Cart.run(Cart.java:{n})",
    "KeyError: 'password'",
    "KeyError: '{word}'",
    '{ip} - - [20/Nov/2026:10:00:00 +0000] "GET /healthz?x={n} HTTP/1.1" 200 {n}',
    "s3://shop-{word}/2026/11/20/{hex32}.parquet etag={hex32}",
    "pool {word}-{n}: {n} connections, timeout=30s, max_tokens={n}",
    "installed {word}@{n}.{n}.{n} from https://registry.npmjs.org/{word}",
    "DEBUG cache miss key=user:{n}:{word} ttl={n}",
    "WARN token expired, reading secret from arn:aws:secretsmanager:eu-central-1:123456789012:secret:{word}",
    "ERROR invalid token: unexpected end of input at {n}",
    "WARN login of user {n} failed: password: incorrect",
    "started in pwd=/var/task/{word}, credentials: found in the role, api_key is missing",
    "checksum {base64} ok, {n} bytes",
    "2026-11-20T10:00:00.123Z {word}[{n}]: job {n} done",
    "nextToken={base64} returned {n} items",
    "password is too short (min {n})",
    "password reset requested for user {n}",
    "idempotency-key: {uuid} etag={hex32}",
    "traceparent: 00-{hex32}-{hex16}-01 dd.trace_id={digits19}",
    "pod/shop-{hex8}-{word} started, session={uuid}",
    "SyntaxError: Unexpected token ) in JSON at position {n}",
    "integrity sha512-{base64} of {word}@{n}.{n}.{n}",
    "cookie consent=true, Set-Cookie: theme=dark; Path=/",
    "credentials: same-origin, pass=1 fail={n}",
    "duration 3.14159265358{n} s, epoch {digits10}.{n}",
    "git@github.com:shop/{word}.git fetched",
)


class Drawn(dict[str, str]):
    """Fills a template; every mention of a name is drawn anew."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance

    def __missing__(self, name: str) -> str:
        kind, length = name.rstrip(string.digits), int(name.lstrip(string.ascii_letters) or 0)
        make: dict[str, Make] = {
            "hex": lambda c: run(c, HEX, length),
            "digits": lambda c: digits(c, length),
            "n": lambda c: str(c.randrange(10 ** c.randrange(1, 8))),
            "word": lambda c: c.choice(WORDS),
            "uuid": uuid,
            "ip": ip,
            "base": lambda c: base64.b64encode(c.randbytes(32)).decode(),
        }
        return make[kind](self.chance)


def uuid(chance: random.Random) -> str:
    return "-".join(run(chance, HEX, length) for length in (8, 4, 4, 4, 12))


def ip(chance: random.Random) -> str:
    return ".".join(str(chance.randrange(1, 255)) for _ in range(4))


@dataclass(frozen=True)
class Plant:
    """One planted value; `line` counts from 0."""

    line: int
    kind: str
    value: str


def corpus(seed: int, size: int, plants: int) -> tuple[list[str], list[Plant]]:
    """Lines of about `size` characters in all, and what was planted where."""
    chance = random.Random(seed)
    lines: list[str] = []
    while size > 0:
        lines.append(chance.choice(ORDINARY).format_map(Drawn(chance)))
        size -= len(lines[-1]) + 1
    kinds = (list(KINDS) * (plants // len(KINDS) + 1))[:plants]
    planted = []
    for place, kind in zip(sorted(chance.sample(range(len(lines)), plants)), chance.sample(kinds, plants), strict=True):
        value, text = plant(chance, KINDS[kind])
        lines[place] = text
        planted.append(Plant(place, kind, value))
    return lines, planted


def plant(chance: random.Random, kind: Kind) -> tuple[str, str]:
    """A value, and a line around it."""
    value, around = kind.make(chance), chance.choice(kind.around)
    text = around.format(value, key=chance.choice(kind.keys) if kind.keys else "")
    return value, chance.choice(["", "INFO ", "2026-11-20T10:00:00Z ERROR "]) + text


def main() -> None:
    """Write a corpus and its key."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--megabytes", type=float, default=5)
    parser.add_argument("--plants", type=int, default=600)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    lines, planted = corpus(given.seed, int(given.megabytes * 1_000_000), given.plants)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "log.txt").write_text("\n".join(lines) + "\n")
    (given.out / "plants.jsonl").write_text("".join(json.dumps(vars(one)) + "\n" for one in planted))


if __name__ == "__main__":
    main()

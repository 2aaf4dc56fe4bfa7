"""Nothing secret or personal passes; what belongs together stays recognisable; ordinary lines stay as they are."""

import json
import random
import string
import time

import pytest

from mendloop.domain.redaction import find_secrets, key_lines, redact, redact_json, without_addresses
from tests.evals.redaction import score

HEX, ALNUM = "0123456789abcdef", string.ascii_letters + string.digits


def made(alphabet: str, length: int, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


SECRETS = {
    "aws-key": "AKIA" + made("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
    "github-token": "ghp_" + made(ALNUM, 36),
    "gitlab-token": "glpat-" + made(ALNUM, 20),
    "slack-token": "xoxb-" + "123456789012-1234567890123-" + made(ALNUM, 24),
    "slack-webhook": "https://hooks.slack.com/services/T"
    + made(ALNUM, 8)
    + "/B"
    + made(ALNUM, 8)
    + "/"
    + made(ALNUM, 24),
    "stripe-key": "sk_live_" + made(ALNUM, 24),
    "jwt": f"eyJ{made(ALNUM, 20)}.eyJ{made(ALNUM, 30)}.{made(ALNUM, 43)}",
    "google-key": "AIza" + made(ALNUM, 35),
    "anthropic-key": "sk-ant-api03-" + made(ALNUM, 40),
    "npm-token": "npm_" + made(ALNUM, 36),
    "sendgrid-key": "SG." + made(ALNUM, 22) + "." + made(ALNUM, 43),
}


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize(
    "around", ["{}", "token is {} today", '{{"field": "{}"}}', "a={},b", "<{}>", "({})", "x\n{}\ny"]
)
def test_a_secret_of_a_published_form_is_found_and_replaced(kind: str, around: str) -> None:
    text = around.format(SECRETS[kind])

    clean = redact(text)

    assert SECRETS[kind] not in clean and "[redacted-" in clean
    assert find_secrets(text) and find_secrets(clean) == []
    assert redact(clean) == clean


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password=hunter22x", "hunter22x"),
        ('{"db_password": "correct horse"}', "correct horse"),
        ("{'api_key': 'abcd1234'}", "abcd1234"),
        (r"{\"client_secret\": \"abcd1234\"}", "abcd1234"),
        ("DB_PASSWORD: s3cr3t!", "s3cr3t!"),
        ("postgres://app:sw0rdfish@db:5432/shop", "sw0rdfish"),
        ("Authorization: Bearer abcDEF1234567890abcd", "abcDEF1234567890abcd"),
        (
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ),
        ("DefaultEndpointsProtocol=https;AccountKey=" + "Zm9v" * 21 + "==", "Zm9v" * 21),
        ("mail to dana.o-neil+x@example.co.uk now", "dana.o-neil+x@example.co.uk"),
        ("call +49 170 1234567 please", "170 1234567"),
        ("call (212) 555-0123", "555-0123"),
        ("card 4111 1111 1111 1111 declined", "4111 1111 1111 1111"),
        ("card 5555555555554444", "5555555555554444"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----", "MIIEow"),
    ],
)
def test_values_in_context(text: str, secret: str) -> None:
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        '  File "/var/task/app/password.py", line 3, in check_token',
        "KeyError: 'password'",
        "max_tokens=4096 tokens: 512 used",
        "2026-11-23T09:00:00.123Z 1763889284123 order 1234567890123456",
        "request cceacba8-49ad-4f8e-9980-68c61ba573e5 took 31 ms",
        "commit 1f2e3d4c5b6a79880000111122223333aaaabbbb",
        "arn:aws:lambda:eu-central-1:123456789012:function:shop",
        "password=None token=null secret=${SECRET}",
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop",
        "invalid token: unexpected end of input; password: incorrect; pwd=/var/task/shop",
        "revision 3f609289c4121387051477aedbfadeb7dc56f766 at 4356504966047",
        "10.0.13.17 - - GET /healthz HTTP/1.1 200",
        "https://example.com:8443/a?b=c@d",
    ],
)
def test_ordinary_lines_stay(text: str) -> None:
    assert redact(text) == text


def test_equal_values_get_equal_placeholders_and_others_do_not() -> None:
    first, again, other = redact("a@example.com a@example.com b@example.com").split(" ")

    assert first == again != other


def test_json_keeps_its_shape() -> None:
    value = {"user": {"password": "x y z", "age": 41, "ok": True}, "cards": [4111111111111111], "n": None, "f": 1.5}

    clean = redact_json(value)

    assert clean["user"]["password"].startswith("[redacted-password-")
    assert clean["cards"][0].startswith("[redacted-card-")
    assert (clean["user"]["age"], clean["user"]["ok"], clean["n"], clean["f"]) == (41, True, None, 1.5)
    assert json.loads(redact(json.dumps(value | {"cards": []})))["user"]["age"] == 41


@pytest.mark.parametrize(
    "unit", ["a", "1 ", "a@", "A.", "password=", "eyJ", "http://a:", ":", "+1 ", "sk-", '"', "Bearer "]
)
def test_hostile_lines_take_linear_time(unit: str) -> None:
    began = time.process_time()

    redact(unit * (100_000 // len(unit)))

    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "address", ["10.0.13.17", "255.255.255.255", "2001:db8:0:0:0:0:2:1", "2001:db8::2:1", "fe80::1"]
)
def test_addresses_go_where_a_service_asks_for_it(address: str) -> None:
    line = f"from {address}:443 at 10:00:00, version 1.2.3"

    assert redact(line) == line
    clean = without_addresses({"a": [line], "n": 1})["a"][0]
    assert address not in clean and clean.startswith("from [redacted-ip-")
    assert clean.endswith(" at 10:00:00, version 1.2.3")


@pytest.mark.parametrize("seed", [11, 12])
def test_the_floors_of_recall_and_calm_hold(seed: int) -> None:
    """A small one of what `python -m tests.evals.redaction` measures."""
    found = score(seed, 400_000, 320)

    assert len(found.planted) >= 25 and found.ordinary > 3_000
    assert (found.missed, found.good) == ([], True)


def test_a_private_key_over_many_events_is_redacted_line_by_line() -> None:
    body = "MIIEpAIBAAKCAQEA7bq9Zf3xT2uYhVw8cR1nLsKjQeGdPaMoXiUtBvFyHzJlSkDr"
    log = [
        ("s", "loaded -----BEGIN RSA PRIVATE KEY-----"),
        ("s", body),
        ("other", "deployed 0123456789abcdef"),
        ("s", f"2026-11-20T10:00:00Z stderr F {body}"),
        ("s", "k1=="),
        ("s", "-----END RSA PRIVATE KEY-----"),
        ("s", "then 0123456789abcdef"),
        ("s", "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----"),
        ("s", "done"),
    ]

    found = key_lines(log)

    assert sorted(found) == [1, 3, 4]
    assert found[3].startswith("2026-11-20T10:00:00Z stderr F [redacted-private-key-")
    assert not any(body in line or "k1" in line for line in found.values())


HEX, BASE = "0123456789abcdef" * 8, "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA" * 8
ISSUED = {
    "airtable": f"pat{BASE[:14]}.{HEX[:64]}",
    "atlassian": f"ATATT3x{BASE[:180]}",
    "artifactory": f"AKCp{BASE[:69]}",
    "azure": f"aB38Q~{BASE[:34]}",
    "clojars": f"CLOJARS_{BASE[:60].lower()}",
    "databricks": f"dapi{HEX[:32]}",
    "discord": f"https://discord.com/api/webhooks/123456789012345678/{BASE[:68]}",
    "doppler": f"dp.pt.{BASE[:43]}",
    "dynatrace": f"dt0c01.{BASE[:24].upper()}.{BASE[:64].upper()}",
    "easypost": f"EZAK{BASE[:54]}",
    "grafana": f"glsa_{BASE[:32]}_{HEX[:8]}",
    "huggingface": f"hf_{BASE[:34]}",
    "linear": f"lin_api_{BASE[:40]}",
    "mailchimp": f"{HEX[:32]}-us20",
    "newrelic": f"NRAK-{BASE[:27].upper()}",
    "notion": f"ntn_12345678901{BASE[:35]}",
    "openshift": f"sha256~{BASE[:43]}",
    "planetscale": f"pscale_tkn_{BASE[:43]}",
    "postman": f"PMAK-{HEX[:24]}-{HEX[:34]}",
    "pulumi": f"pul-{HEX[:40]}",
    "rubygems": f"rubygems_{HEX[:48]}",
    "sentry": f"sntryu_{HEX[:64]}",
    "shippo": f"shippo_live_{HEX[:40]}",
    "sonar": f"squ_{BASE[:40]}",
    "sourcegraph": f"sgp_{HEX[:40]}",
    "typeform": f"tfp_{BASE[:59]}",
}
WORD = "Hor5e-battery"
TOLD = (
    f"dbPassword={WORD}",
    f"PGPASSWORD={WORD} psql",
    f"mysql --password {WORD} -h db",
    f"curl -u admin:{WORD} https://x.y",
    f"machine git.example login bob password {WORD}",
    f"<password>{WORD}</password>",
    f"('password', '{WORD}')",
    f"{{b'password': b'{WORD}'}}",
    f'{{"name":"DB_PASSWORD","value":"{WORD}"}}',
    json.dumps({"a": json.dumps({"b": json.dumps({"password": WORD})})}),
    f"the password is {WORD}",
    f"jdbc:oracle:thin:scott/{WORD}@h:1521/x",
    f"https://{WORD}0123456789@github.com/x/y.git",
    f"Set-Cookie: sessionid={WORD}0123456789; Path=/",
    "user bob.o'brien@example.com",
    "GET /u?email=bob.obrien%40example.com",
    "jürgen.obrien@müller.de",
)


@pytest.mark.parametrize("issuer", ISSUED)
def test_what_issuers_give_is_found_anywhere(issuer: str) -> None:
    for around in ("{}", "using {} here", '{{"value": "{}"}}', "x={}, y=1"):
        assert ISSUED[issuer] not in redact(around.format(ISSUED[issuer]))


@pytest.mark.parametrize("line", TOLD)
def test_what_only_its_surroundings_tell_is_found(line: str) -> None:
    clean = redact(line)

    assert WORD not in clean and "brien" not in clean


@pytest.mark.parametrize(
    "line",
    [
        "token: null",
        "password is too short (min 8)",
        '["password", "email"]',
        "('password', 'email')",
        "credentials: same-origin",
        "pwd=/app",
        "nextToken=AQICAHi5y3kx1pZQ pageToken=abc12345",
        "tests pass: 376290",
        "class com.shop.Password: loaded",
        "git@github.com:org/repo.git fetched",
        "duration 3.141592653589793 s, epoch 1795482631711000",
        "dd.trace_id=5577006791947779410",
        "invalid_token: The access token expired",
        "Cookie: lang=en; theme=dark-and-very-long-name",
        "test_0123456789abcdef0123456789abcdef passed",
    ],
)
def test_what_only_looks_alike_stays(line: str) -> None:
    assert redact(line) == line

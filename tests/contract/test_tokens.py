"""Tokens: made of an App's key at GitHub, and asked for at the broker's function."""

import io
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mendloop.adapters.github.app import GitHubApp
from mendloop.adapters.patience import Patience
from mendloop.adapters.token_brokers import LambdaTokens, SecretTokens
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import (
    AccessDenied,
    BadDecision,
    MendloopError,
    Misconfigured,
    Permanent,
    Throttled,
    TooManyOpen,
    Unavailable,
)
from mendloop.domain.github_permissions import PUBLISH, READ, app_permissions
from tests.contract import github_shapes as shapes
from tests.contract import specifications
from tests.contract.wire import Exchange, Refusal, Wire
from tests.fakes.secrets import InMemorySecrets

REPOSITORY = Repository(host="github", location="acme/shop")
REST, HOST = "github_rest_trimmed.json", "https://api.github.com"
APP, INSTALLATION = 4711, 12


@cache
def key() -> tuple[str, Any]:
    """A private key and its public half; made once, for it takes a while."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return text.decode(), made.public_key()


class AppDouble:
    """GitHub as an App sees it: the statement's signature is checked, the token's cut is kept."""

    def __init__(self) -> None:
        self.installed = {"acme/shop"}
        self.more: dict[str, Any] = {}
        self.suspended = False
        self.granted = app_permissions()

    def __call__(self, exchange: Exchange) -> tuple[int, Any]:
        said = exchange.headers["authorization"].removeprefix("Bearer ")
        try:
            claims = jwt.decode(said, key()[1], algorithms=["RS256"])
        except jwt.PyJWTError:
            raise Refusal(401, {"message": "A JSON web token could not be decoded"}) from None
        assert claims["iss"] == str(APP) and claims["exp"] - claims["iat"] <= 600
        if exchange.method == "GET":
            return self._installation(exchange.path.removeprefix("/repos/").removesuffix("/installation"))
        if self.suspended:
            raise Refusal(403, {"message": "This installation has been suspended"})
        asked = exchange.body
        given = {"token": "ghs_made", "expires_at": "2026-11-24T03:00:00Z", "permissions": asked["permissions"]}
        return 201, {**given, "repository_selection": "selected", **self.more}

    def _installation(self, location: str) -> tuple[int, Any]:
        if location not in self.installed:
            raise Refusal(404, {"message": "Not Found"})
        urls = dict.fromkeys(("access_tokens_url", "repositories_url", "html_url"), "https://github.com")
        made = {
            **{
                "id": INSTALLATION,
                "account": shapes.user("acme"),
                "repository_selection": "selected",
                **urls,
                "app_id": APP,
            },
            **{
                "target_id": 1,
                "target_type": "Organization",
                "permissions": self.granted,
                "events": [],
                "app_slug": "mendloop",
            },
            **{"created_at": "2026-11-24T02:00:00Z", "updated_at": "2026-11-24T02:00:00Z"},
            **{"single_file_name": None, "suspended_by": None, "suspended_at": None},
        }
        return 200, made


@pytest.fixture
def double() -> AppDouble:
    return AppDouble()


@pytest.fixture
def wire(double: AppDouble) -> Iterator[Wire]:
    with Wire(double) as wire:
        yield wire


def app(wire: Wire, secret: str = "") -> GitHubApp:
    return GitHubApp(secret or json.dumps({"app_id": APP, "private_key": key()[0]}), wire.url, patience=Patience(0))


def test_a_token_is_cut_to_one_repository_and_to_what_was_asked(wire: Wire) -> None:
    minted = app(wire).issue(REPOSITORY, PUBLISH)
    assert minted.token == "ghs_made"
    assert wire.seen[-1].body == {"repositories": ["shop"], "permissions": dict(PUBLISH)}


def test_its_exchanges_are_as_github_describes_them(wire: Wire) -> None:
    specifications.folder()
    app(wire).issue(REPOSITORY, READ)
    for exchange in wire.seen:
        specifications.check(exchange, REST, HOST)
    assert len(wire.seen) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"repositories": [{"name": "shop"}, {"name": "vault"}]},
        {"repository_selection": "all"},
        {"permissions": {**PUBLISH, "administration": "write"}},
        {"permissions": {**READ, "contents": "write"}},
    ],
)
def test_a_token_that_may_more_than_was_asked_is_not_used(wire: Wire, double: AppDouble, more: dict[str, Any]) -> None:
    double.more = more
    with pytest.raises(Permanent, match="not used"):
        app(wire).issue(REPOSITORY, READ)


def test_an_app_that_is_not_installed_or_suspended_says_so(wire: Wire, double: AppDouble) -> None:
    double.installed.clear()
    with pytest.raises(AccessDenied, match="not installed on acme/shop") as caught:
        app(wire).issue(REPOSITORY, READ)
    assert "Install the App" in caught.value.next_action
    double.installed, double.suspended = {"acme/shop"}, True
    with pytest.raises(AccessDenied, match="suspended") as caught:
        app(wire).issue(REPOSITORY, READ)
    assert "suspension" in caught.value.next_action


def test_what_was_never_granted_is_named_and_members_are_not_missed(wire: Wire, double: AppDouble) -> None:
    double.granted = {"contents": "read", "deployments": "read", "metadata": "read", "pull_requests": "read"}
    app(wire).issue(REPOSITORY, READ)
    assert wire.seen[-1].body["permissions"].keys() == READ.keys() - {"members"}
    with pytest.raises(AccessDenied, match="contents: write, pull_requests: write in acme/shop"):
        app(wire).issue(REPOSITORY, PUBLISH)


@pytest.mark.parametrize(
    "secret", ["", "{}", "ghp_a_token", '{"app_id": 1, "private_key": "-----BEGIN SECRET"}', '{"app_id": "x"}']
)
def test_a_key_that_is_none_is_said_and_not_shown(secret: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        GitHubApp(secret)
    assert "SECRET" not in str(caught.value) and "create-app" in caught.value.next_action


def test_a_strangers_key_is_refused_by_github(wire: Wire) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(Misconfigured):
        app(wire, json.dumps({"app_id": APP, "private_key": other.decode()})).issue(REPOSITORY, READ)


@pytest.mark.parametrize(("fault", "kind"), [("429", Throttled), ("500", Unavailable), ("malformed", Unavailable)])
def test_weather(wire: Wire, fault: str, kind: type[MendloopError]) -> None:
    wire.fault = fault
    with pytest.raises(kind):
        app(wire).issue(REPOSITORY, READ)


class FunctionDouble:
    """Lambda, as far as a function is invoked and waited for."""

    def __init__(self, answer: object, *, failed: bool = False) -> None:
        self.answer, self.failed = answer, failed
        self.asked: list[dict[str, Any]] = []

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        assert FunctionName == "mendloop-mint-token"
        self.asked.append(json.loads(Payload))
        said = {"Payload": io.BytesIO(json.dumps(self.answer).encode())}
        return {**said, "FunctionError": "Unhandled"} if self.failed else said


def broker(function: FunctionDouble) -> LambdaTokens:
    made = LambdaTokens("mendloop-mint-token")
    made.__dict__["_client"] = function
    return made


def test_the_broker_is_asked_by_purpose() -> None:
    function = FunctionDouble({"token": "ghs_made", "expires_at": "2026-11-24T03:00:00Z"})
    tokens = broker(function)
    assert {
        tokens.read(REPOSITORY),
        tokens.publish(REPOSITORY, "inc-1"),
        tokens.follow(REPOSITORY, "inc-1"),
    } == {"ghs_made"}
    assert [(each["purpose"], each["incident_id"]) for each in function.asked] == [
        ("read", ""),
        ("publish", "inc-1"),
        ("follow", "inc-1"),
    ]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"errorType": "TooManyOpen", "errorMessage": "5 are open"}, TooManyOpen),
        ({"errorType": "BadDecision", "errorMessage": "nobody has decided"}, BadDecision),
        ({"errorType": "names_of", "errorMessage": "x"}, Unavailable),
        ({"errorType": "Runtime.ExitError", "errorMessage": "x"}, Unavailable),
        ("text", Unavailable),
    ],
)
def test_what_the_broker_refuses_is_refused_here(answer: object, kind: type[MendloopError]) -> None:
    with pytest.raises(kind):
        broker(FunctionDouble(answer, failed=True)).publish(REPOSITORY, "inc-1")


def test_an_answer_without_a_token_is_not_repeated() -> None:
    with pytest.raises(Unavailable) as caught:
        broker(FunctionDouble({"token": "ghs_made"})).read(REPOSITORY)
    assert "ghs_made" not in str(caught.value)


def test_one_token_serves_every_purpose() -> None:
    tokens = SecretTokens(InMemorySecrets(github="github_pat_x\n"), "github")
    assert (
        tokens.read(REPOSITORY) == tokens.publish(REPOSITORY, "i") == tokens.follow(REPOSITORY, "i") == "github_pat_x"
    )

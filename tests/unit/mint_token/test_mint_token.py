"""No token, no push: what a room may have, and against what."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.mint_token.step import mint_token
from mendloop.contracts.approval import Action
from mendloop.contracts.tokens import MintedToken, Purpose, TokenRequest
from mendloop.domain.catalog import Autonomy, Repository
from mendloop.domain.errors import (
    BadDecision,
    ContentChanged,
    MendloopError,
    Misconfigured,
    NotFound,
    Paused,
    TooManyOpen,
)
from mendloop.domain.github_permissions import FOLLOW, PUBLISH, READ, app_permissions, exceeds
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.house import FAULT, INCIDENT, make_catalog, make_decision, make_publication
from tests.fakes.switch import InMemorySwitch
from tests.unit.publish_pull_request.scene import Scene

REPOSITORY = {"host": "github", "location": "acme/shop"}
SOON = datetime(2026, 11, 20, 11, tzinfo=UTC)


class Issuer:
    """Keeps what was asked of it."""

    def __init__(self) -> None:
        self.issued: list[tuple[str, Mapping[str, str]]] = []

    def issue(self, repository: Repository, permissions: Mapping[str, str]) -> MintedToken:
        self.issued.append((repository.location, permissions))
        return MintedToken(token=f"token-{len(self.issued)}", expires_at=SOON)


class Desk(Scene):
    """The scene of publishing, with its repository at GitHub."""

    def __init__(self, **service: Any) -> None:
        super().__init__()
        self.issuer = Issuer()
        self.catalogs = FixedCatalog(make_catalog(repository=REPOSITORY, **service))

    def mint(self, purpose: Purpose, incident: str = "", repository: str = "acme/shop") -> MintedToken:
        return mint_token(
            TokenRequest(purpose=purpose, repository=repository, incident_id=incident),
            catalogs=self.catalogs,
            incidents=self.incidents,
            decisions=self.decisions,
            issuer=lambda _: self.issuer,
            reading=lambda _, token: self.code,
            switch=self.switch,
            clock=self.clock,
        )

    def refused(self, error: type[MendloopError], said: str, purpose: Purpose = Purpose.PUBLISH) -> None:
        """With no token that may write."""
        with pytest.raises(error, match=said):
            self.mint(purpose, INCIDENT)
        assert all("write" not in permissions.values() for _, permissions in self.issuer.issued)


def test_reading_is_cut_to_one_repository_and_to_reading() -> None:
    desk = Desk()
    assert desk.mint(Purpose.READ).token == "token-1"
    assert desk.issuer.issued == [("acme/shop", READ)] and "write" not in READ.values()


@pytest.mark.parametrize("purpose", list(Purpose))
def test_only_repositories_of_the_catalog(purpose: Purpose) -> None:
    desk = Desk()
    desk.approve()
    with pytest.raises(Misconfigured, match="acme/other"):
        desk.mint(purpose, INCIDENT, repository="acme/other")
    assert not desk.issuer.issued


def test_an_approved_change_gets_a_token_that_may_push_and_open() -> None:
    desk = Desk()
    desk.approve()
    desk.mint(Purpose.PUBLISH, INCIDENT)
    assert desk.issuer.issued[-1] == ("acme/shop", PUBLISH)


def test_nobody_asked_or_decided() -> None:
    Desk().refused(BadDecision, "nobody was ever asked")
    desk = Desk()
    desk.ask()
    desk.refused(BadDecision, "nobody has decided")


@pytest.mark.parametrize("action", [action for action in Action if action is not Action.APPROVE])
def test_every_other_decision_is_no_approval(action: Action) -> None:
    desk = Desk()
    desk.approve(action=action)
    desk.refused(BadDecision, "not approved")


def test_a_decision_by_a_stranger_too_late_or_on_another_content() -> None:
    for fields, kind in (
        ({"by": "mallory"}, BadDecision),
        ({"at": SOON + timedelta(days=9)}, BadDecision),
        ({"content_sha256": "0" * 64}, ContentChanged),
    ):
        desk = Desk()
        request = desk.ask()
        desk.decisions.decide(make_decision(request, **fields))
        desk.refused(kind, request.id)


def test_a_catalog_that_changed_since() -> None:
    desk = Desk()
    desk.approve()
    desk.catalogs = FixedCatalog(make_catalog(repository=REPOSITORY, limits={"files": 1}))
    desk.refused(ContentChanged, "the catalog")


def test_an_incident_of_another_repository_or_of_none() -> None:
    desk = Desk()
    with pytest.raises(NotFound):
        desk.mint(Purpose.PUBLISH, "inc-ffffffffffffffff")
    desk.approve()
    catalog = make_catalog(repository=REPOSITORY).services["shop"]
    other = catalog.model_copy(update={"name": "other", "repository": Repository(host="github", location="acme/b")})
    desk.catalogs = FixedCatalog(make_catalog(services={"shop": catalog, "other": other}))
    with pytest.raises(BadDecision, match="another repository"):
        desk.mint(Purpose.PUBLISH, INCIDENT, repository="acme/b")


def test_paused_or_held_back() -> None:
    desk = Desk()
    desk.approve()
    desk.switch = InMemorySwitch("shop")
    desk.refused(Paused, "no token")
    desk = Desk(autonomy=Autonomy.DRAFT)
    desk.approve()
    desk.refused(Misconfigured, "autonomy")


def test_no_token_at_the_cap_but_one_for_who_has_a_place() -> None:
    desk = Desk(limits={"open_pull_requests": 1})
    desk.approve()
    desk.mint(Purpose.PUBLISH, INCIDENT)
    desk.mint(Purpose.PUBLISH, INCIDENT)
    full = Desk(limits={"open_pull_requests": 1})
    full.approve()
    full.code.push_branch(full.repository, "mendloop/inc-other", full.base, [], "Other", ("a", "a@x"))
    full.code.open_pull_request(full.repository, "mendloop/inc-other", "t", "b")
    full.refused(TooManyOpen, "its limit is 1")


def test_only_what_was_published_is_followed() -> None:
    desk = Desk()
    desk.refused(BadDecision, "nothing was published", Purpose.FOLLOW)
    desk.incidents.save_publication(make_publication(fault=FAULT, incident_id=INCIDENT, number="1"))
    desk.mint(Purpose.FOLLOW, INCIDENT)
    assert desk.issuer.issued[-1] == ("acme/shop", FOLLOW)


def test_the_app_may_what_its_tokens_may_and_nothing_else() -> None:
    assert app_permissions() == {
        **{"checks": "read", "contents": "write", "deployments": "read", "members": "read", "metadata": "read"},
        **{"pull_requests": "write", "statuses": "read"},
    }
    assert app_permissions(tickets=True)["issues"] == "write"
    assert exceeds({"contents": "write", "issues": "read", "metadata": "read"}, READ) == ["contents", "issues"]


def test_a_token_has_no_place_in_a_repr() -> None:
    assert "secret" not in repr(MintedToken(token="secret", expires_at=SOON))

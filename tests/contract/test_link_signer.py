"""Every link signer: refuses what it did not sign itself, for this purpose, in time."""

import json
from datetime import timedelta

import pytest

from mendloop.adapters.hmac_signer import HmacSigner, accepted, rotated
from mendloop.domain.errors import BadLink, Misconfigured
from mendloop.ports import LinkClaims, LinkSigner
from tests.fakes.clock import NOW
from tests.fakes.secrets import InMemorySecrets
from tests.fakes.signer import InMemorySigner

CLAIMS = LinkClaims(
    request_id="inc-0123456789abcdef.0-abcd1234",
    approver="dana",
    content_sha256="c" * 64,
    expires_at=NOW + timedelta(hours=24, microseconds=123),
)
OLD, NEW = "o" * 32, "n" * 32


class CountingSecrets(InMemorySecrets):
    def __init__(self, **texts: str) -> None:
        super().__init__(**texts)
        self.asked = 0

    def get(self, name: str) -> str:
        self.asked += 1
        return super().get(name)


def signer_with(**secret: object) -> HmacSigner:
    return HmacSigner(InMemorySecrets(links=json.dumps(secret)), "links")


@pytest.fixture(params=["memory", "hmac"])
def signer(request: pytest.FixtureRequest) -> LinkSigner:
    return InMemorySigner() if request.param == "memory" else signer_with(current="k1", keys={"k1": OLD})


def test_what_was_signed_is_read_back(signer: LinkSigner) -> None:
    assert signer.verify(signer.sign(CLAIMS, "link"), "link", NOW) == CLAIMS


def test_the_text_fits_a_link(signer: LinkSigner) -> None:
    text = signer.sign(CLAIMS, "link")
    assert len(text) < 400
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def test_a_link_is_no_session(signer: LinkSigner) -> None:
    for made, used in (("link", "session"), ("session", "link")):
        with pytest.raises(BadLink):
            signer.verify(signer.sign(CLAIMS, made), used, NOW)


def test_a_link_expires(signer: LinkSigner) -> None:
    text = signer.sign(CLAIMS, "link")
    signer.verify(text, "link", CLAIMS.expires_at - timedelta(microseconds=1))
    with pytest.raises(BadLink, match="expired"):
        signer.verify(text, "link", CLAIMS.expires_at)


def test_every_changed_character_is_noticed(signer: LinkSigner) -> None:
    text = signer.sign(CLAIMS, "link")
    for at in range(len(text) - 1):  # the last one may hold unused bits of the encoding
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        with pytest.raises(BadLink):
            signer.verify(changed, "link", NOW)


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a.b", "k1..", "k1.e30." + "A" * 43, "k1.W10." + "A" * 43, "é.é.é", "x" * 5_000, "<b>", "k1.\n.\n"]
    + ["k1." + "W" * 1_000 + "." + "A" * 43, "../../etc/passwd", "k1.WzEsMiwzLDFlOTk5XQ." + "A" * 43],
)
def test_nonsense_is_a_bad_link(signer: LinkSigner, text: str) -> None:
    with pytest.raises(BadLink):
        signer.verify(text, "link", NOW)


def test_another_house_signs_for_itself_only() -> None:
    foreign = signer_with(current="k1", keys={"k1": NEW}).sign(CLAIMS, "link")
    with pytest.raises(BadLink, match="not ours"):
        signer_with(current="k1", keys={"k1": OLD}).verify(foreign, "link", NOW)


def test_the_former_key_is_accepted_until_it_is_taken_away() -> None:
    old = signer_with(current="k1", keys={"k1": OLD}).sign(CLAIMS, "link")
    both = signer_with(current="k2", keys={"k1": OLD, "k2": NEW})
    assert both.verify(old, "link", NOW) == CLAIMS
    assert both.sign(CLAIMS, "link").startswith("k2.")
    with pytest.raises(BadLink, match="not accepted any more"):
        signer_with(current="k2", keys={"k2": NEW}).verify(old, "link", NOW)


def test_a_key_id_cannot_be_swapped() -> None:
    both = signer_with(current="k2", keys={"k1": NEW, "k2": NEW})
    text = both.sign(CLAIMS, "link")
    with pytest.raises(BadLink):
        both.verify("k1" + text[2:], "link", NOW)


def test_the_keys_are_fetched_only_for_a_shape_that_has_not_expired() -> None:
    secrets = CountingSecrets(links=json.dumps({"current": "k1", "keys": {"k1": OLD}}))
    signer = HmacSigner(secrets, "links")
    text = signer.sign(CLAIMS, "link")
    secrets.asked = 0
    for bad in ("nonsense", "k1.W10." + "A" * 43):
        with pytest.raises(BadLink):
            signer.verify(bad, "link", NOW)
    with pytest.raises(BadLink, match="expired"):
        signer.verify(text, "link", NOW + timedelta(days=365))
    assert secrets.asked == 0
    signer.verify(text, "link", NOW)
    assert secrets.asked == 1


def test_the_form_that_cloudformation_can_generate_is_read() -> None:
    flat = signer_with(current="k1", k1=OLD)
    nested = signer_with(current="k1", keys={"k1": OLD})
    assert nested.verify(flat.sign(CLAIMS, "link"), "link", NOW) == CLAIMS


@pytest.mark.parametrize(
    "secret",
    [
        {"current": "k1", "keys": {}},
        {"current": "k2", "keys": {"k1": OLD}},
        {"current": "k1", "keys": {"k1": "short"}},
        {"current": "k1", "keys": {"k1": OLD, "k2": OLD, "k3": OLD}},
        {"keys": {"k1": OLD}},
    ],
)
def test_unusable_keys_are_a_misconfiguration_that_shows_none(secret: dict[str, object]) -> None:
    with pytest.raises(Misconfigured) as caught:
        signer_with(**secret).sign(CLAIMS, "link")
    assert OLD not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_expired_link_can_be_read_where_that_is_asked_for_but_not_forged(signer: LinkSigner) -> None:
    late, text = CLAIMS.expires_at + timedelta(days=400), signer.sign(CLAIMS, "link")
    assert signer.verify(text, "link", late, expired=True) == CLAIMS
    for other in (text[:-1] + ("A" if text[-1] != "A" else "B"), text[1:]):
        with pytest.raises(BadLink):
            signer.verify(other, "link", late, expired=True)
    with pytest.raises(BadLink):
        signer.verify(text, "session", late, expired=True)


def test_a_rotation_keeps_links_in_use_and_the_next_one_ends_them() -> None:
    first = json.dumps({"current": "k1", "k1": OLD})
    before = HmacSigner(InMemorySecrets(links=first), "links").sign(CLAIMS, "link")
    second = rotated(first, NEW)
    signer = HmacSigner(InMemorySecrets(links=second), "links")
    assert accepted(second) == ["k1", "k2"]
    assert signer.verify(before, "link", NOW) == CLAIMS, "valid until it ends"
    between = signer.sign(CLAIMS, "link")
    assert between.startswith("k2.")
    third = HmacSigner(InMemorySecrets(links=rotated(second, "x" * 32)), "links")
    assert third.verify(between, "link", NOW) == CLAIMS
    with pytest.raises(BadLink, match="not accepted any more"):
        third.verify(before, "link", NOW)


def test_what_holds_no_keys_is_not_rotated() -> None:
    for text in ("", "{}", '{"current": "k1"}', '{"current": "k1", "k1": "short"}'):
        with pytest.raises(Misconfigured) as caught:
            rotated(text, NEW)
        assert "short" not in str(caught.value)

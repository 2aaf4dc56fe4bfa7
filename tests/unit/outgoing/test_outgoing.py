"""Outgoing text: harmless shapes, measured, scanned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendloop.domain import outgoing, outgoing_mails, outgoing_tickets
from mendloop.domain.errors import SecretFound
from mendloop.domain.outgoing import Facts
from mendloop.domain.outgoing_reasons import in_words, next_action, reason_code

SECRET = "AKIA" + "IOSFODNN7SECRETS"


@given(st.text())
def test_no_text_gets_out_of_a_code_span(text: str) -> None:
    assert outgoing.code(text).strip("`").count("`") == 0
    assert "\n" not in outgoing.code(text)


@given(st.text())
def test_a_sentence_holds_no_mark_up(text: str) -> None:
    assert not set(outgoing.sentence(text)) & set("<>[]`*#@|\\!&\n\r\x1b")


@given(st.text())
def test_an_identifier_is_one_word(text: str) -> None:
    said = outgoing.identifier(text, "x")
    assert said and all(char.isalnum() or char in "._$" for char in said)


@pytest.mark.parametrize("limit", [100, 1_000, 65_000])
def test_text_is_cut_to_the_limit_in_bytes_at_a_line(limit: int) -> None:
    cut = outgoing.checked("ä line of text\n" * 10_000, limit)
    assert len(cut.encode()) <= limit
    assert cut.endswith(outgoing.CUT)
    assert cut.removesuffix(outgoing.CUT).endswith("text")


def test_a_secret_fails_closed_and_is_not_repeated() -> None:
    with pytest.raises(SecretFound) as raised:
        outgoing.checked(f"key {SECRET}")
    assert SECRET not in str(raised.value)


def test_a_secret_beyond_the_cut_is_found_too() -> None:
    with pytest.raises(SecretFound):
        outgoing.checked("x\n" * 40_000 + SECRET)


def test_linked_incidents_are_named_except_on_a_public_repository() -> None:
    facts = Facts(incident_id="inc-1", service="shop", address="https://x/incidents/inc-1", linked=["inc-2"])
    assert "- Another fault behind the same signal: inc-2" in outgoing_tickets.body(facts, "no_target")
    assert "inc-2" not in outgoing_tickets.body(facts.model_copy(update={"public": True}), "no_target")


def test_a_title_is_one_short_line() -> None:
    assert outgoing.title_of("a\nb " + "c" * 300) == "a b " + "c" * 116


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("no_trace", "no_trace"),
        ("MoneyExhausted", "money_exhausted"),
        ("<b>", "unknown"),
        ("", "unknown"),
        ("No Spaces", "unknown"),
    ],
)
def test_reason_codes(given_: str, expected: str) -> None:
    assert reason_code(given_) == expected


def test_an_unlisted_reason_is_told_as_it_is() -> None:
    assert in_words("odd_case") == "Reason: odd case."


def test_the_next_action_is_that_of_the_error_class() -> None:
    assert "mendloop resume" in next_action("Paused")
    assert next_action("os") == next_action("NoSuchError") == next_action("")


FACTS = Facts(
    incident_id="inc-0123456789abcdef",
    service="shop",
    address="https://site.example.com/incidents/inc-0123456789abcdef",
    signal="alarm",
    resource="shop-errors",
    exception="TypeError",
    count=1,
    target="a.py::Cart.total",
)


def test_a_ticket_tells_why_what_where_and_next() -> None:
    body = outgoing_tickets.body(FACTS, "no_trace", "AccessDenied")
    for said in ("The logs hold no stack trace.", "TypeError was logged 1 time.", "`a.py::Cart.total`", FACTS.address):
        assert said in body
    assert outgoing_tickets.title(FACTS) == "shop: TypeError in Cart.total"


def test_a_public_ticket_hides_service_and_page() -> None:
    public = FACTS.model_copy(update={"public": True})
    text = outgoing_tickets.title(public) + outgoing_tickets.body(public, "no_trace")
    assert "`signals.log_groups`" in outgoing_tickets.body(public, "no_log_group")
    assert "shop" not in text
    assert "site.example.com" not in text


def test_a_mail_subject_is_ascii() -> None:
    odd = FACTS.model_copy(update={"service": "größe"})
    assert outgoing_mails.subject(odd, "ticket filed").isascii()


def test_lists_are_bounded_and_say_so() -> None:
    assert outgoing.listed(map(str, range(25)))[-1] == "- and 5 more"


def test_a_revision_that_is_only_assumed_is_never_called_the_running_one() -> None:
    known = Facts(incident_id="inc-1", service="shop", revision="a" * 40)
    assumed = known.model_copy(update={"revision_assumed": True})
    assert "Mapped at the running revision aaaaaaaaaaaa." in " ".join(outgoing.where(known))
    said = " ".join(outgoing.where(assumed))
    assert "aaaaaaaaaaaa, assumed to be what runs" in said and "the running revision" not in said

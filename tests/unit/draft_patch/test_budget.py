from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mendloop.domain.budget import DEAREST, PRICES, Tokens, at_most, cost, nearly_used, price_of, tokens_at_most

DAY = date(2026, 11, 23)


def test_a_known_family_has_its_price_and_an_unknown_one_the_dearest() -> None:
    assert cost("eu.anthropic.claude-haiku-4-5-v1:0", Tokens(1_000, 100), DAY) == 1_500
    assert cost("claude-sonnet-5", Tokens(1_000, 100), DAY) == 4_500
    assert cost("claude-opus-4-6", Tokens(1_000, 100), DAY) == 7_500
    assert cost("claude-opus-4-1", Tokens(1_000, 100), DAY) == 22_500
    assert cost("somebody-elses", Tokens(1_000, 100), DAY) == 37_500
    assert all((DEAREST.input, DEAREST.output) >= (price.input, price.output) for price in PRICES)


def test_a_price_counts_from_its_day_on() -> None:
    assert price_of("claude-opus-4-5", date(2025, 11, 23)).input == 15
    assert price_of("claude-opus-4-5", date(2025, 11, 24)).input == 5
    assert price_of("claude-haiku-4-5", date(2025, 1, 1)) == DEAREST


def test_the_cache_has_prices_of_its_own_and_a_part_of_a_micro_dollar_is_a_whole_one() -> None:
    assert cost("sonnet", Tokens(0, 0, cache_write=1_000), DAY) == 3_750
    assert cost("sonnet", Tokens(0, 0, cache_read=1_000), DAY) == 300
    assert cost("sonnet", Tokens(0, 0, cache_read=1), DAY) == 1


@given(
    model=st.sampled_from(["haiku", "sonnet", "opus", "opus-4-6", ""]),
    sent=st.tuples(*[st.integers(0, 10**5)] * 3),
    answer=st.integers(0, 10**4),
)
def test_a_reservation_covers_every_exchange_of_that_size(model: str, sent: tuple[int, int, int], answer: int) -> None:
    counted = tokens_at_most(10**9, sum(sent))
    assert cost(model, Tokens(sent[0], answer, sent[1], sent[2]), DAY) <= at_most(model, counted, answer, DAY)


def test_what_cannot_be_counted_is_taken_for_a_token_a_byte() -> None:
    assert tokens_at_most(1_000, None) == 1_000


def test_the_warning_comes_at_four_fifths() -> None:
    assert [nearly_used(spent, 1_000) for spent in (0, 799, 800, 1_000)] == [False, False, True, True]

from hypothesis import given
from hypothesis import strategies as st

from mendloop.domain.budget import at_most, cost


def test_a_known_family_has_its_price_and_an_unknown_one_the_dearest() -> None:
    assert cost("eu.anthropic.claude-haiku-4-5-v1:0", 1_000, 100) == 1_500
    assert cost("claude-sonnet-5", 1_000, 100) == 4_500
    assert cost("somebody-elses", 1_000, 100) == 22_500


@given(model=st.sampled_from(["haiku", "sonnet", "opus", ""]), size=st.integers(0, 10**6), answer=st.integers(0, 10**5))
def test_a_reservation_covers_every_exchange_of_that_size(model: str, size: int, answer: int) -> None:
    assert cost(model, size // 2, answer) <= at_most(size, answer)

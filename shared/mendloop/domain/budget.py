"""What an exchange with a model costs, in micro-dollars. One dollar per million tokens is one micro-dollar a token."""

from dataclasses import dataclass

PRICES_AS_OF = "2026-11"
"""The table below is checked by hand; a price that is too high only makes the ledger careful."""


@dataclass(frozen=True)
class Price:
    """Micro-dollars per token."""

    input: int
    output: int


_PRICES = (
    ("haiku", Price(1, 5)),
    ("sonnet", Price(3, 15)),
)
_DEAREST = Price(15, 75)
"""Of every other or unknown model: money that was not counted is worse than money that was."""

_BYTES_PER_TOKEN = 2
"""Fewer than any prose or source has, so that a reservation is never too small."""


def price_of(model: str) -> Price:
    """By the family in the model's name, with or without a provider's prefix."""
    return next((price for family, price in _PRICES if family in model), _DEAREST)


def cost(model: str, input_tokens: int, output_tokens: int) -> int:
    """Micro-dollars of an exchange as it was."""
    price = price_of(model)
    return price.input * input_tokens + price.output * output_tokens


def at_most(input_bytes: int, max_tokens: int) -> int:
    """Micro-dollars that an exchange can cost at the very most, before the model's answer names it."""
    return cost("", input_bytes // _BYTES_PER_TOKEN + 1, max_tokens)

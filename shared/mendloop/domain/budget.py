"""What an exchange with a model costs, in micro-dollars. One dollar per million tokens is one micro-dollar a token."""

from dataclasses import dataclass
from datetime import date

WARN_PERCENT = 80
"""From this share of a cap on, the page, the timeline and the metrics warn."""


@dataclass(frozen=True)
class Price:
    """Micro-dollars per token of a family of models, in force from a day on."""

    family: str
    input: int
    output: int
    since: date


@dataclass(frozen=True)
class Tokens:
    """What an exchange used. Input is what was neither written to nor read from the prompt cache."""

    input: int
    output: int
    cache_write: int = 0
    cache_read: int = 0


PRICES = (
    Price("haiku", 1, 5, date(2025, 10, 15)),
    Price("sonnet", 3, 15, date(2024, 6, 20)),
    Price("opus", 15, 75, date(2024, 3, 4)),
    *(Price(f"opus-4-{minor}", 5, 25, date(2025, 11, 24)) for minor in (5, 6, 7, 8)),
)
"""List prices, checked by hand in November 2026. The newest row of the longest family in a model's name counts."""
DEAREST = Price("", 25, 125, date.min)
"""Of every unknown model: money that was not counted is worse than money that was."""

_WRITE_PERCENT = 125
_READ_PERCENT = 10
"""The prompt cache's prices, in percent of the input's."""
_UNCOUNTED = 1_000
"""Tokens that a provider adds by itself, such as those that explain tools."""


def price_of(model: str, day: date) -> Price:
    """By the family in the model's name, with or without a provider's prefix, as it was on that day."""
    rows = [price for price in PRICES if price.family in model and price.since <= day]
    return max(rows, key=lambda price: (len(price.family), price.since), default=DEAREST)


def cost(model: str, used: Tokens, day: date) -> int:
    """Micro-dollars of an exchange as it was, rounded up."""
    price = price_of(model, day)
    percent = 100 * used.input + _WRITE_PERCENT * used.cache_write + _READ_PERCENT * used.cache_read
    return price.output * used.output - (-price.input * percent // 100)


def at_most(model: str, input_tokens: int, max_tokens: int, day: date) -> int:
    """Micro-dollars that an exchange can cost at the very most: all of its input written to the cache."""
    return cost(model, Tokens(0, max_tokens, cache_write=input_tokens + _UNCOUNTED), day)


def tokens_at_most(text_bytes: int, counted: int | None) -> int:
    """Of an input, before it is sent: as counted by the provider, and some; else a token for each byte."""
    return text_bytes if counted is None else counted + counted // 20


def nearly_used(spent: int, cap: int) -> bool:
    """Whether it is time to warn."""
    return spent * 100 >= cap * WARN_PERCENT

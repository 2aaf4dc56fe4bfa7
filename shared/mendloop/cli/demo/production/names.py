"""Names and values of the demo's service, drawn from the seed: packages, functions, people, amounts."""

import random
from dataclasses import dataclass

_CHOICES = {
    "pkg": ["orderdesk", "shopfront", "basketry", "tillhouse", "quotery", "parcelbox", "stallkeeper", "marketlane"],
    "noun": ["order", "basket", "purchase", "booking", "cart"],
    "api": ["api", "gateway", "web", "service"],
    "routes": ["routes", "quotes", "answers", "endpoints"],
    "quote": ["quote", "make_quote", "build_quote", "price_it"],
    "pricing": ["pricing", "money", "billing", "amounts"],
    "totals": ["totals", "sums", "figures"],
    "discounts": ["discounts", "loyalty", "savings", "rebates"],
    "shippings": ["shipping", "freight", "carriage", "postage"],
    "delivery": ["delivery", "places", "courier", "dispatch"],
    "address": ["address", "addresses", "location"],
    "text": ["text", "wording", "language"],
    "notes": ["notes", "remarks", "comments"],
    "line_total": ["line_total", "sum_lines", "total_of", "lines_amount"],
    "average_price": ["average_price", "mean_price", "price_per_piece", "unit_average"],
    "largest_line": ["largest_line", "dearest_line", "top_line"],
    "loyalty_discount": ["loyalty_discount", "tier_discount", "regulars_saving", "member_rebate"],
    "tier_names": ["tier_names", "list_tiers", "known_tiers"],
    "tiers": ["TIERS", "PERCENT", "LEVELS"],
    "shipping_rate": ["shipping_rate", "delivery_fee", "freight_fee", "postage_for"],
    "known_countries": ["known_countries", "covered_countries", "list_countries"],
    "rates": ["RATES", "FEES", "TARIFF"],
    "split_address": ["split_address", "parse_address", "read_address", "address_parts"],
    "one_line": ["one_line", "join_address", "flat_address"],
    "clean_note": ["clean_note", "trim_note", "tidy_note", "courier_note"],
    "initials": ["initials", "monogram", "short_name"],
    "shipping": ["shipping", "delivery", "postage"],
    "loyalty": ["loyalty", "tier discounts", "member savings"],
    "currency": ["EUR", "USD", "GBP", "SEK"],
    "home": ["DE", "FR", "SE", "NL", "IT"],
    "near": ["AT", "BE", "DK", "LU", "CH"],
}
_FIRST = ["Mara", "Jonas", "Priya", "Tomas", "Aisha", "Lena", "Ravi", "Nora", "Emil", "Sofia", "Bram", "Ines"]
_LAST = ["Holt", "Varga", "Nair", "Silva", "Lindqvist", "Okafor", "Berg", "Moreau", "Costa", "Keller", "Dunn", "Abel"]


@dataclass(frozen=True)
class Person:
    """An author."""

    name: str
    email: str
    login: str


@dataclass(frozen=True)
class Names:
    """All placeholders of the templates, and the people."""

    words: dict[str, str]
    people: tuple[Person, ...]


def draw_names(seed: int) -> Names:
    """The same seed draws the same names; another one draws others."""
    chance = random.Random(f"names {seed}")  # noqa: S311 - names, not secrets
    words = {key: chance.choice(options) for key, options in _CHOICES.items()}
    # A package must not be named like a module that stands beside it.
    for key, other in (("discounts", "loyalty"), ("pricing", "amounts")):
        if words[key] == other:
            words[key] = {"loyalty": "discounts", "amounts": "pricing"}[other]
    words.update(
        {
            "NOUN": words["noun"].upper(),
            "silver": str(chance.randint(2, 5)),
            "gold": str(chance.randint(6, 15)),
            "home_rate": str(chance.randrange(290, 590, 10)),
            "near_rate": str(chance.randrange(600, 990, 10)),
            "far_rate": str(chance.randrange(1500, 2900, 50)),
            "free_from": str(chance.randrange(5000, 9000, 500)),
            "longest": str(chance.choice([80, 120, 140, 200])),
        }
    )
    people = tuple(
        _person(first, last) for first, last in zip(chance.sample(_FIRST, 5), chance.sample(_LAST, 5), strict=True)
    )
    for role, person in zip(("owner", "pricing", "text", "delivery"), people, strict=False):
        words[f"{role}_login"] = person.login
    return Names(words, people)


def _person(first: str, last: str) -> Person:
    login = f"{first[0]}{last}".lower()
    return Person(f"{first} {last}", f"{first}.{last}@example.com".lower(), login)

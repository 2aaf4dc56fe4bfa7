"""The ways the demo's service can break: each takes a guard out of one function, as a plausible clean-up would."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Breakage:
    """One function, its sound and its broken text (templates), the test that would have seen it, and the request."""

    name: str
    file: str
    function: str
    sound: str
    broken: str
    message: str
    exception: str
    test_file: str
    guard_test: str
    request: dict[str, Any]
    innocent: tuple[str, str]
    """Another change of the same commit in the same file: (before, after)."""


BREAKAGES = (
    Breakage(
        name="dropped_tier_guard",
        file="${pkg}/${pricing}/${discounts}.py",
        function="${loyalty_discount}",
        sound='    tier = customer.get("tier")\n    if tier is None:\n        return 0\n'
        "    percent = ${tiers}.get(tier.lower(), 0)\n",
        broken='    percent = ${tiers}.get(customer.get("tier").lower(), 0)\n',
        message="Look the percentage up in one line",
        exception="AttributeError",
        test_file="tests/test_${discounts}.py",
        guard_test="\n\ndef test_no_tier_no_discount():\n    assert ${loyalty_discount}({}, 10000) == 0\n",
        request={"customer": {"name": "Guest"}},
        innocent=('"""The tiers there are, cheapest first."""', '"""The names of all tiers, the cheapest first."""'),
    ),
    Breakage(
        name="unknown_country",
        file="${pkg}/${pricing}/${shippings}.py",
        function="${shipping_rate}",
        sound="    return ${rates}.get(country, ELSEWHERE)\n",
        broken="    return ${rates}[country]\n",
        message="Read the rate straight from the table",
        exception="KeyError",
        test_file="tests/test_${shippings}.py",
        guard_test='\n\ndef test_far_away():\n    assert ${shipping_rate}("NZ", 1000) == ${far_rate}\n',
        request={"country": "NZ"},
        innocent=('"""Where a rate is known."""', '"""The countries that have a rate of their own."""'),
    ),
    Breakage(
        name="no_pieces",
        file="${pkg}/${pricing}/${totals}.py",
        function="${average_price}",
        sound='    pieces = sum(line["quantity"] for line in lines)\n    if pieces == 0:\n        return 0\n'
        "    return ${line_total}(lines) // pieces\n",
        broken='    return ${line_total}(lines) // sum(line["quantity"] for line in lines)\n',
        message="Shorten the average",
        exception="ZeroDivisionError",
        test_file="tests/test_${totals}.py",
        guard_test="\n\ndef test_no_pieces():\n    assert ${average_price}([]) == 0\n",
        request={"lines": []},
        innocent=('"""The line that costs most, or None."""', '"""The line that costs most; None without lines."""'),
    ),
    Breakage(
        name="street_only",
        file="${pkg}/${delivery}/${address}.py",
        function="${split_address}",
        sound='    city = parts[1] if len(parts) > 1 else ""\n    return {"street": parts[0], "city": city.title()}\n',
        broken='    return {"street": parts[0], "city": parts[1].title()}\n',
        message="Build the address in one expression",
        exception="IndexError",
        test_file="tests/test_${address}.py",
        guard_test='\n\ndef test_street_only():\n    assert ${split_address}("1 High St")["city"] == ""\n',
        request={"address": "7 Harbour Row"},
        innocent=('"""Back to one line."""', '"""The address on one line again."""'),
    ),
    Breakage(
        name="no_note",
        file="${pkg}/${text}/${notes}.py",
        function="${clean_note}",
        sound='    note = ${noun}.get("note") or ""\n    return " ".join(note.split())[:LONGEST]\n',
        broken='    return " ".join(${noun}.get("note").split())[:LONGEST]\n',
        message="Drop a variable nobody needs",
        exception="AttributeError",
        test_file="tests/test_${notes}.py",
        guard_test='\n\ndef test_no_note():\n    assert ${clean_note}({}) == ""\n',
        request={"note": None},
        innocent=('"""Capital initials of a name."""', '"""The capital initials of a person\'s name."""'),
    ),
)

"""Templates: each on a small copy of the failure that it was made after, and on near ones that it must leave alone."""

import pytest

from functions.draft_patch.drafters.templates.drafter import TEMPLATES
from functions.draft_patch.drafters.templates.shape import Cure, Hiding
from functions.draft_patch.site import Site
from mendloop.contracts.draft import CodeFix
from tests.unit.draft_patch.drafting import Drafting
from tests.unit.map_code.shop import GOOD, PATH, Shop

BY_NAME = {template.name: template.cure for template in TEMPLATES}
NO_LEN = "object of type 'NoneType' has no len()"
NO_OPERAND = "unsupported operand type(s) for *=: 'NoneType' and 'int'"
NO_TOTAL = "'Bar' object has no attribute 'total'"
NO_FILES = "'Local' object has no attribute 'files'"

MEASURED = "def copy(columns, other):\n    if len(columns) > 0:\n        return columns\n    return other\n"
SCALED = """\
def meter(n, total, scale):
    if total and n > total:
        total = None
    if scale:
        # custom
        total *= scale
    return total
"""
CALLED = """\
class Copy:
    @property
    def path(self):
        return "a"

    def run(self):
        return self.path() + self.name()
"""
RECEIVER = """\
class Local:
    def make(self, name):
        return name

    def move(self, name):
        self.files.make(name)
"""
LATE = """\
class Bar:
    def __init__(self, total, disable):
        if disable:
            self.n = 0
            return
        self.n = 1
        self.total = total

    def __len__(self):
        return self.total
"""


def cure(name: str, text: str, line: int, error: str, message: str) -> str:
    """The changed file, `hiding`, or nothing."""
    found = BY_NAME[name](Site("shop.py", "f", line, text, error, message))
    return found.text if isinstance(found, Cure) else "hiding" if isinstance(found, Hiding) else ""


@pytest.mark.parametrize(
    ("name", "text", "line", "error", "message", "old", "new"),
    [
        ("absent value measured", MEASURED, 2, "TypeError", NO_LEN, "len(columns) > 0", "columns and len(columns) > 0"),
        (
            "absent value measured", MEASURED.replace("> 0:", "> 0 or other:"), 2, "TypeError", NO_LEN,
            "len(columns) > 0", "(columns and len(columns) > 0)",
        ),
        (
            "absent value scaled", SCALED, 6, "TypeError", NO_OPERAND,
            "        total *= scale\n", "        if total is not None:\n            total *= scale\n",
        ),
        ("value called", CALLED, 7, "TypeError", "'str' object is not callable", "self.path()", "self.path"),
        ("wrong receiver", RECEIVER, 6, "AttributeError", NO_FILES, "self.files.make", "self.make"),
        (
            "attribute set too late", LATE, 10, "AttributeError", NO_TOTAL,
            "            return\n", "            self.total = total\n            return\n",
        ),
    ],
    ids=["measured", "measured-beside-or", "scaled", "called", "receiver", "late"],
)  # fmt: skip
def test_each_changes_its_shape_and_nothing_else(
    name: str, text: str, line: int, error: str, message: str, old: str, new: str
) -> None:
    found = cure(name, text, line, error, message)
    if name == "absent value scaled":
        assert "        # custom\n        if total is not None:\n            total *= scale\n" in found
    else:
        assert found == text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("name", "text", "line", "error", "message"),
    [
        ("absent value measured", MEASURED.replace("> 0", "< 3"), 2, "TypeError", NO_LEN),
        ("absent value measured", MEASURED, 2, "TypeError", "object of type 'int' has no len()"),
        ("absent value measured", "def f(x):\n    return len(x)\n", 2, "TypeError", NO_LEN),
        ("value called", CALLED.replace("@property", "@cached"), 7, "TypeError", "'str' object is not callable"),
        ("wrong receiver", RECEIVER.replace("def make", "def other"), 6, "AttributeError", NO_FILES),
        ("wrong receiver", RECEIVER.replace("return name", "self.files = name"), 6, "AttributeError", NO_FILES),
        ("wrong receiver", "files = None\n" + RECEIVER, 7, "AttributeError", "'Other' object has no attribute 'files'"),
        ("attribute set too late", LATE.replace("total = total", "total = total + 1"), 10, "AttributeError", NO_TOTAL),
        ("attribute set too late", LATE.replace("            return\n", ""), 9, "AttributeError", NO_TOTAL),
    ],
)
def test_what_only_looks_like_it_is_left_alone(name: str, text: str, line: int, error: str, message: str) -> None:
    assert cure(name, text, line, error, message) == ""


def test_a_guard_that_would_only_hide_the_failure_is_no_cure() -> None:
    blind = SCALED.replace("    if total and n > total:\n        total = None\n", "")
    assert cure("absent value scaled", blind, 4, "TypeError", NO_OPERAND) == "hiding"


def broken(source: str, line: str, error: str, message: str) -> Drafting:
    shop = Shop(drafters=["templates"])
    revision = shop.break_it(source)
    trace = shop.usual_trace(revision, line).model_copy(update={"type": error, "message": message})
    return Drafting(shop, revision, trace=trace)


def test_the_drafter_finds_the_line_again_on_a_later_base() -> None:
    source = GOOD.replace("    total = 0\n", "    total = 0\n    if len(items) > 0:\n        total = 1\n")
    room = broken(source, "if len(items)", "TypeError", NO_LEN)
    room.shop.commit({PATH: '"""New."""\n' + source}, days=0.1)
    fix = room.fix()
    assert (fix.drafter, fix.changed_lines - len(fix.regression.content.splitlines())) == ("templates", 2)
    assert "if items and len(items) > 0:" in room.patched(fix)[PATH]
    assert all(claim.citations for claim in fix.rationale)


def test_what_would_hide_the_failure_becomes_a_ticket_that_says_what_to_do() -> None:
    source = GOOD.replace("    total = 0\n", "    rate = None\n    rate *= 2\n    total = 0\n").replace(
        "rate = None", "rate = RATE"
    )
    room = broken(source, "rate *= 2", "TypeError", NO_OPERAND)
    explanation = room.explained()
    assert "provides for an absent rate: find out who passes it" in explanation.explanation


def test_no_shape_fits() -> None:
    room = broken(GOOD, "for item in items", "KeyError", "'price'")
    assert "no known shape of failure" in room.explained().explanation


def test_a_change_that_a_test_can_prove_goes_before_a_smaller_one_that_none_can() -> None:
    shop = Shop(drafters=["revert", "templates"])
    source = GOOD.replace("    total = 0\n", "    total = 0\n    if len(items) > 0:\n        total = 1\n")
    revision = shop.break_it(source)
    trace = shop.usual_trace(revision, "if len(items)").model_copy(update={"message": NO_LEN})
    fix = Drafting(shop, revision, trace=trace).fix()
    assert isinstance(fix, CodeFix)
    assert (fix.drafter, bool(fix.regression.test_id)) == ("revert", True)

"""The way through the code on the page: entry, what lies between, the function that should change."""

import pytest

from functions.review.way import MOST_STEPS, way
from mendloop.contracts.mapping import CodeMap, Outcome, Target
from tests.browser.sample import PATH, WORD, asked, mapping
from tests.fakes import house
from tests.unit.review.visitor import Visitor


def target(name: str, **fields: object) -> Target:
    sample = {"path": "a.py", "function": name, "start_line": 3, "end_line": 9, "score": 1.0, "reasons": [f"{name}!"]}
    return Target.model_validate({**sample, **fields})


def drawn(code_path: list[str], *targets: Target) -> CodeMap:
    return house.make_code_map(code_path=code_path, targets=list(targets))


def test_each_step_says_where_it_is_and_why_it_counts() -> None:
    found = way(drawn(["a.py::entry", "a.py::calls", "a.py::broken"], target("broken"), target("calls")))
    assert [(step.role, step.function, step.place) for step in found] == [
        ("entry", "entry", "a.py"),
        ("", "calls", "a.py:3-9"),
        ("target", "broken", "a.py:3-9"),
    ]
    assert [step.reasons for step in found] == [(), ("calls!",), ()]


def test_of_a_long_way_both_ends_are_drawn_and_the_rest_is_counted() -> None:
    names = [f"a.py::f{number}" for number in range(40)]
    found = way(drawn(names, target("f39")))
    assert (found[0].role, found[-1].role, len(found)) == ("entry", "target", MOST_STEPS + 1)
    assert [step.left_out for step in found if step.left_out] == [40 - MOST_STEPS]


def test_a_single_function_is_the_target_and_module_level_has_a_name() -> None:
    assert [step.role for step in way(drawn([], target("broken")))] == ["target"]
    assert way(drawn(["a.py"], target("")))[0].function == "module level"
    assert way(drawn([])) == []


def test_a_corrected_target_is_no_crash_place() -> None:
    """The last frame is not marked where another function should change."""
    assert [step.role for step in way(drawn(["a.py::entry", "a.py::last"], target("other")))] == ["entry", ""]


def test_the_page_draws_it_and_escapes_what_it_is_called() -> None:
    hostile = "<script>alert(1)</script>"
    code_path = [f"{hostile}.py::f", *(f"a.py::{hostile}{number}" for number in range(50)), f"{PATH}::{WORD}"]
    body = Visitor(asked(mapping=mapping(code_path=code_path))).open()
    assert body.count("&lt;script&gt;alert(1)&lt;/script&gt;") == MOST_STEPS - 1 and "<script" not in body
    assert '<li id="step-1" class="entry">' in body and ' class="target">' in body and "40 more" in body


@pytest.mark.parametrize("assumed", [True, False])
def test_where_the_revision_is_known_from_is_said(assumed: bool) -> None:
    source = "a record says 1234, which acme/shop does not hold"
    outcomes = [Outcome.NO_REVISION] if assumed else []
    made = mapping(revision_assumed=assumed, revision_source=source, outcomes=outcomes)
    body = Visitor(asked(mapping=made)).open()
    assert source in body and ("assumed" in body) is assumed

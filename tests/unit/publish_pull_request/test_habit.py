"""Titles by what most commits of a repository do."""

import pytest

from functions.publish_pull_request.habit import in_habit

TITLE = "Fix TypeError in order_total"
MERGES = ["Merge pull request #1 from acme/x", "Bump requests from 1 to 2"]


@pytest.mark.parametrize(
    ("subjects", "expected"),
    [
        ([], TITLE),
        (["fix: a", "feat: b"], TITLE),
        (["fix: a", "feat(cart): b", "chore!: c", "docs: d", "test: e", "Other"], "fix: fix TypeError in order_total"),
        (["fix: A", "feat: B", "chore: C", "docs: D", "test: E"], "fix: Fix TypeError in order_total"),
        (["Fixed #12 -- x", "Added y", "Removed z", "Fixed a", "Refs #3 -- b"], "Fixed TypeError in order_total"),
        (["add a", "fix b", "make c", "drop d", "keep e"], "fix TypeError in order_total"),
        (["Add a", "Fix b", "Make c", "Drop d", "keep e"], TITLE),
        (["SHOP-1: a", "SHOP-2: b", "SHOP-3: c", "SHOP-4: d", "SHOP-5: e"], TITLE),
        ([*MERGES * 9, "add a"], TITLE),
        (["fix: "] * 9, TITLE),
    ],
)
def test_habits(subjects: list[str], expected: str) -> None:
    assert in_habit(TITLE, subjects) == expected


def test_an_undoing_is_a_revert() -> None:
    subjects = ["fix: a", "feat: b", "chore: c", "docs: d", "test: e"]
    assert in_habit("Undo what a failed deployment brought", subjects).startswith("revert: undo what")


def test_nothing_of_a_commit_is_taken_over() -> None:
    assert "CANARY" not in in_habit(TITLE, ["fix: CANARY"] * 9)

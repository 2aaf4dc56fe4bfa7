"""A restored test brings the helpers it reaches, and no others."""

import ast

from functions.draft_patch.regression.needed import unneeded_by

FILE = '''
"""Tests."""
import pytest
from shop import total

pytestmark = pytest.mark.slow
LIMIT = 3
UNUSED = 4
if LIMIT:
    BOUND_ELSEWHERE = 1


class Registered:
    value = LIMIT


class Idle:
    value = UNUSED


def helper():
    return deeper()


def deeper():
    return Registered


def idle():
    return helper()


@pytest.fixture(autouse=True)
def always():
    return around()


def around():
    return 1


@pytest.fixture
def basket():
    return [1]


@pytest.fixture
def other():
    return idle()


class TestTotal:
    def build(self):
        return helper()

    def test_total(self, basket):
        assert total(self.build(), "Named")

    def test_other(self, other):
        assert Idle


class Named:
    pass


def setup_module():
    pass
'''


def names(test: str) -> set[str]:
    return {getattr(node, "name", "") or node.targets[0].id for node in unneeded_by(ast.parse(FILE), test)}  # type: ignore[attr-defined]


def test_what_the_test_reaches_stays() -> None:
    assert names("TestTotal.test_total") == {"UNUSED", "Idle", "idle", "other"}


def test_what_its_neighbour_reaches_stays_for_the_neighbour() -> None:
    assert names("TestTotal.test_other") == {"basket", "Named"}

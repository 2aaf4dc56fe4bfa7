"""A test that the drafter wrote. Gate and proof look at it like at any other: what it claims counts for nothing."""

import ast
from collections.abc import Iterator

from functions.draft_patch.context import Proposal
from functions.draft_patch.regression.place import Place
from mendloop.contracts.draft import RegressionSource, RegressionTest


def proposed(place: Place, proposal: Proposal) -> Iterator[RegressionTest]:
    """At most one: its first test function. Nothing where there is none, or where it is no Python."""
    name = _first_test(proposal.test)
    if name:
        yield RegressionTest(
            source=RegressionSource.DRAFTER,
            path=place.path,
            content=proposal.test.rstrip() + "\n",
            test_id=place.node_id(name),
            reason="Written by the drafter beside its change.",
        )


def _first_test(content: str) -> str:
    try:
        statements = ast.parse(content).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return next(
        (each.name for each in statements if isinstance(each, ast.FunctionDef) and each.name[:5] == "test_"), ""
    )

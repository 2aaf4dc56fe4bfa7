"""Every reason code that the code can give has words for people, in one place."""

import ast
from pathlib import Path

from functions.choose_route.rules import RULES
from mendloop.contracts.verification import VerificationStatus
from mendloop.domain.errors import MendloopError, names_of
from mendloop.domain.outgoing_reasons import REASONS, in_words, reason_code

ROOMS = Path(__file__).parents[3] / "functions"
GIVERS = {"Declined": 0, "_closed": 1}
"""Calls whose positional argument at this place is a reason code."""


def given() -> dict[str, str]:
    """Reason codes as they are written in the rooms, with where."""
    found = {}
    for file in sorted(ROOMS.rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)):
            for argument in _codes(call):
                if isinstance(argument, ast.Constant) and argument.value:
                    found[str(argument.value)] = f"{file.name}:{call.lineno}"
    return found


def _codes(call: ast.Call) -> list[ast.expr]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    place = GIVERS.get(name)
    positional = [call.args[place]] if place is not None and len(call.args) > place else []
    return positional + [keyword.value for keyword in call.keywords if keyword.arg == "reason_code"]


def test_every_code_written_in_a_room_has_words() -> None:
    codes = given()
    assert len(codes) >= 12 and {"no_safe_change", "no_target", "fixed_already"} <= codes.keys()
    assert {code: place for code, place in codes.items() if code not in REASONS} == {}


def test_every_rule_verdict_and_error_has_words() -> None:
    codes = {rule.reason_code for rule in RULES} | {status.value for status in VerificationStatus}
    codes |= {reason_code(name) for name in names_of(MendloopError)}
    assert codes - REASONS.keys() == set()


def test_words_are_sentences_for_people() -> None:
    for code, words in REASONS.items():
        assert reason_code(code) == code and words.endswith(".") and len(words) < 120, code
    assert in_words("no_such_code") == "Reason: no such code."

"""What a failure says of single values: the runtime's own words, and the expression at the line that raised."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard

from functions.draft_patch.site import Site

SAMPLES = {
    "NoneType": "None", "int": "2", "float": "1.5", "str": '"text"', "bytes": 'b"text"', "bool": "True",
    "list": "[]", "dict": "{}", "tuple": "()", "set": "set()",
}  # fmt: skip
"""One value of each type that a message can name."""
_OPERATORS = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "//": ast.FloorDiv, "%": ast.Mod, "** or pow()": ast.Pow,
    "&": ast.BitAnd, "|": ast.BitOr, ">>": ast.RShift, "<<": ast.LShift,
    "<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE,
}  # fmt: skip
_QUOTED = r"('(?:[^'\\\n]|\\.){0,80}'|\d{1,12})$"


@dataclass(frozen=True)
class Known:
    """An expression of the line, and what its value was, as a Python literal."""

    expression: ast.expr
    value: str


_Pairs = list[tuple[ast.expr, str]]
_Reads = Callable[[ast.AST, re.Match[str]], _Pairs]
"""From a node at the line and the message: expressions, each with its type's name or a literal; none where unfit."""


def known_values(site: Site, nodes: list[ast.AST]) -> list[Known]:
    """Where the message is one that is understood, and one node alone at the line fits it; else none."""
    for error, words, reads in _READINGS:
        said = re.search(words, site.message) if error == site.error else None
        found = [pairs for node in nodes if said and (pairs := reads(node, said))]
        if said and len(found) == 1:
            values = ((expression, SAMPLES.get(kind) or _literal(kind)) for expression, kind in found[0])
            return [Known(expression, value) for expression, value in values if value]
    return []


def _literal(text: str) -> str:
    """What the message quotes, written anew: whatever it holds, it is one text or number. Empty for anything else."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return ""
    return repr(value) if isinstance(value, str | int) else ""


def _measured(node: ast.AST, said: re.Match[str]) -> _Pairs:
    return [(node.args[0], said[1])] if _calls(node, "len") else []


def _converted(node: ast.AST, said: re.Match[str]) -> _Pairs:
    return [(node.args[0], said[2])] if _calls(node, said[1]) else []


def _calls(node: ast.AST, name: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name and bool(node.args)


def _operated(node: ast.AST, said: re.Match[str]) -> _Pairs:
    sides = _sides(node)
    fits = sides and isinstance(sides[1], _OPERATORS.get(said[1].removesuffix("=") or said[1], ()))
    return [(sides[0], said[2]), (sides[2], said[3])] if sides and fits else []


def _divided(node: ast.AST, said: re.Match[str]) -> _Pairs:
    sides = _sides(node)
    return [(sides[2], "0")] if sides and isinstance(sides[1], ast.Div | ast.FloorDiv | ast.Mod) else []


def _sides(node: ast.AST) -> tuple[ast.expr, ast.AST, ast.expr] | None:
    """Left, operator, right."""
    if isinstance(node, ast.BinOp):
        return node.left, node.op, node.right
    if isinstance(node, ast.AugAssign):
        return node.target, node.op, node.value
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return node.left, node.ops[0], node.comparators[0]
    return None


def _called(node: ast.AST, said: re.Match[str]) -> _Pairs:
    return [(node.func, said[1])] if isinstance(node, ast.Call) else []


def _subscripted(node: ast.AST, said: re.Match[str]) -> _Pairs:
    return [(node.value, said[1])] if isinstance(node, ast.Subscript) else []


def _iterated(node: ast.AST, said: re.Match[str]) -> _Pairs:
    return [(node.iter, said[1])] if isinstance(node, ast.For | ast.comprehension) else []


def _contained(node: ast.AST, said: re.Match[str]) -> _Pairs:
    sides = _sides(node)
    return [(sides[2], said[1])] if sides and isinstance(sides[1], ast.In | ast.NotIn) else []


def _looked_up(node: ast.AST, said: re.Match[str]) -> _Pairs:
    return [(node.value, said[1])] if isinstance(node, ast.Attribute) and node.attr == said[2] else []


def _missing_key(node: ast.AST, said: re.Match[str]) -> _Pairs:
    if not isinstance(node, ast.Subscript):
        return []
    if isinstance(node.slice, ast.Constant):
        return [(node.value, "dict")] if repr(node.slice.value) == said[1] else []
    return [(node.value, "dict"), (node.slice, said[1])]


def _empty(node: ast.AST, said: re.Match[str]) -> _Pairs:
    kind = '""' if said[1] == "string" else said[1]
    return [(node.value, kind)] if isinstance(node, ast.Subscript) else []


_READINGS: tuple[tuple[str, str, _Reads], ...] = (
    ("TypeError", r"^object of type '(\w+)' has no len\(\)", _measured),
    ("TypeError", r"^unsupported operand type\(s\) for ([^:]+): '(\w+)' and '(\w+)'", _operated),
    ("TypeError", r"^'([<>]=?)' not supported between instances of '(\w+)' and '(\w+)'", _operated),
    ("TypeError", r"^'(\w+)' object is not callable", _called),
    ("TypeError", r"^'(\w+)' object is not subscriptable", _subscripted),
    ("TypeError", r"^'(\w+)' object is not iterable", _iterated),
    ("TypeError", r"^argument of type '(\w+)' is not iterable", _contained),
    ("AttributeError", r"^'(\w+)' object has no attribute '(\w+)'", _looked_up),
    ("KeyError", f"^{_QUOTED}", _missing_key),
    ("IndexError", r"^(list|string|tuple) index out of range", _empty),
    ("ZeroDivisionError", r"division|modulo", _divided),
    ("ValueError", rf"^invalid literal for (int)\(\) with base 10: {_QUOTED}", _converted),
    ("ValueError", rf"^could not convert string to (float): {_QUOTED}", _converted),
)

"""How a value inside a function is reached from its parameters: by attributes, calls and items, through plain names."""

import ast
from dataclasses import dataclass

from functions.draft_patch.regression.signature import Callee

_MOST_STEPS = 6


@dataclass(frozen=True)
class Reached:
    """`root` is a parameter; `steps` lead from it to the value, as a stand-in is told: `.a.return_value.b`."""

    root: str
    steps: str = ""
    loops: int = 0
    """How many loops hand the value out."""

    def wrapped(self, value: str) -> str:
        """The literal of what the loops go through."""
        return "[" * self.loops + value + "]" * self.loops


def reached(expression: ast.expr, callee: Callee, left: int = _MOST_STEPS) -> Reached | None:
    """None for what does not come from a parameter, or from more than one place."""
    if left == 0:
        return None
    if isinstance(expression, ast.Name):
        return _name(expression.id, callee, left)
    if isinstance(expression, ast.BoolOp):  # `rows or []`: the first is what comes from outside
        return reached(expression.values[0], callee, left - 1)
    inner, step = _step(expression, callee)
    at = reached(inner, callee, left - 1) if inner else None
    if at is None or at.loops:
        return None
    return Reached(at.root, at.steps + step)


def _step(expression: ast.expr, callee: Callee) -> tuple[ast.expr | None, str]:
    if isinstance(expression, ast.Attribute):
        return expression.value, f".{callee.mangled(expression.attr)}"
    if isinstance(expression, ast.Call):
        return expression.func, ".return_value"
    if isinstance(expression, ast.Subscript):
        return expression.value, ".__getitem__.return_value"
    return None, ""


def _name(name: str, callee: Callee, left: int) -> Reached | None:
    if name in callee.parameters or name == callee.own:
        return Reached(name)
    bound = callee.bound(name)
    if len(bound) != 1:
        return None
    source, looped = bound[0]
    at = reached(source, callee, left - 1)
    return Reached(at.root, at.steps, at.loops + looped) if at else None

"""What must hold for a line to be reached: the conditions around it, and an object made without an attribute."""

import ast
from collections.abc import Iterator

from functions.draft_patch.regression.known import Known
from functions.draft_patch.regression.signature import Callee, callee_of, within


def conditions(callee: Callee, line: int) -> Iterator[Known]:
    """What the conditions around the line say of values, outermost first."""
    for node in ast.walk(callee.node):
        if isinstance(node, ast.If) and within(node.body, line):
            yield from (known for part in _conjuncts(node.test) for known in _told(part, holds=True))
        elif isinstance(node, ast.If) and within(node.orelse, line):
            yield from _told(node.test, holds=False)


def made_without(missing: str, callee: Callee, tree: ast.Module) -> str:
    """An object of the callee's class in which `missing` is not set; empty where none can be told."""
    owners = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == callee.owner]
    if not owners or callee.qualified.count(".") != 1:
        return ""
    init = next((one for one in owners[-1].body if isinstance(one, ast.FunctionDef) and one.name == "__init__"), None)
    maker = callee_of(init, [callee.owner]) if init else None
    if maker is None:
        return f"{callee.owner}()"
    flags = _early(maker, missing)
    given = {name: "MagicMock()" for name in maker.parameters if name in maker.required} | flags
    return f"{callee.owner}({', '.join(f'{name}={value}' for name, value in given.items())})"


def _early(maker: Callee, missing: str) -> dict[str, str]:
    """Arguments with which a constructor returns before it sets the attribute."""
    for node in maker.node.body:
        if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return):
            known = [(ast.unparse(one.expression), one.value) for one in _told(node.test, holds=True)]
            return {name: value.replace("MagicMock()", "True") for name, value in known if name in maker.parameters}
        if f"{maker.own}.{missing} =" in ast.unparse(node):
            break
    return {}


def _told(test: ast.expr, *, holds: bool) -> Iterator[Known]:
    """Of a name, an attribute or a call: whether it counts as true, or is None."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        yield from _told(test.operand, holds=not holds)
    elif isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is | ast.IsNot):
        absent = isinstance(test.ops[0], ast.Is) is holds
        if ast.unparse(test.comparators[0]) == "None":
            yield Known(test.left, "None" if absent else "MagicMock()")
    elif isinstance(test, ast.Name | ast.Attribute | ast.Call):
        yield Known(test, "MagicMock()" if holds else "None")


def _conjuncts(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]

"""Absent values: the provision that the code makes for absence in one place, made where it is missing."""

import re

import libcst as cst
import libcst.matchers as m

from functions.draft_patch.drafters.templates.shape import Cure, Hiding, Parsed
from functions.draft_patch.site import Site

_NO_LENGTH = re.compile(r"object of type 'NoneType' has no len\(\)")
_NO_OPERAND = re.compile(r"unsupported operand type\(s\) for [^:]+=: 'NoneType' and ")
_SOME = m.Comparison(
    left=m.Call(func=m.Name("len"), args=[m.Arg(value=m.Name() | m.Attribute())]),
    comparisons=[
        m.ComparisonTarget(operator=m.GreaterThan() | m.NotEqual(), comparator=m.Integer("0"))
        | m.ComparisonTarget(operator=m.GreaterThanEqual(), comparator=m.Integer("1"))
    ],
)
"""`len(x) > 0` and its like: what is absent holds nothing, so the condition is rightly false."""


def measured(site: Site) -> Cure | None:
    """`if len(x) > 0:` with an absent `x` becomes `if x and len(x) > 0:`: absent counts as empty, as asked."""
    if site.error != "TypeError" or not _NO_LENGTH.search(site.message):
        return None
    tree = Parsed(site.text)
    found = [node for node in tree.on(cst.Comparison, site.line) if m.matches(node, _SOME)]
    if len(found) != 1:
        return None
    old = found[0]
    call = cst.ensure_type(old.left, cst.Call)
    value = call.args[0].value
    new = cst.BooleanOperation(left=value.deep_clone(), operator=cst.And(), right=old.deep_clone())
    outer = tree.around(cst.BooleanOperation, site.line)
    whole: cst.BaseExpression = new
    if outer is not None:  # beside `or`, `and` must not be read otherwise than it is written
        whole = new.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    name = tree.code(value)
    return Cure(
        tree.changed(old, whole),
        f"The condition asks whether {name} holds anything: absent, it does not.",
        f"Where {name} should never be absent, its maker is at fault, and this only lets it pass.",
    )


def scaled(site: Site) -> Cure | Hiding | None:
    """`x *= y` with an absent `x`, in a function that asks elsewhere whether there is an `x`, is guarded likewise."""
    if site.error != "TypeError" or not _NO_OPERAND.search(site.message):
        return None
    tree = Parsed(site.text)
    found = tree.on(cst.AugAssign, site.line)
    function = tree.around(cst.FunctionDef, site.line)
    if len(found) != 1 or function is None:
        return None
    name = tree.code(found[0].target)
    if not _asked_for(tree, function, name):
        return Hiding(f"nothing in {site.function} provides for an absent {name}: find out who passes it, and why")
    statement = tree.around(cst.SimpleStatementLine, site.line)
    if statement is None or len(statement.body) != 1:
        return None
    test = cst.parse_expression(f"{name} is not None")
    inner = statement.with_changes(leading_lines=[])
    guarded = cst.If(test=test, body=cst.IndentedBlock([inner]), leading_lines=statement.leading_lines)
    return Cure(
        tree.changed(statement, guarded),
        f"{site.function} asks elsewhere whether there is a {name}; here it did not.",
        f"An absent {name} stays absent from here on.",
    )


def _asked_for(tree: Parsed, function: cst.FunctionDef, name: str) -> bool:
    """Whether the function sets the name to None, compares it with None, or asks whether it is there."""
    written = tree.code(function)
    word = re.escape(name)
    asked = rf"\b{word} is (not )?None\b|\b{word} = None\b|\b(if|and|or|not|elif|while) {word}(?![\w.(\[])"
    return re.search(asked, written) is not None

"""Missing attributes: a receiver that the class does not have, and a constructor that ends before all is set."""

import re

import libcst as cst

from functions.draft_patch.drafters.templates.shape import Cure, Parsed
from functions.draft_patch.site import Site

_MISSING = re.compile(r"'(?P<kind>\w+)' object has no attribute '(?P<name>\w+)'")


def wrong_receiver(site: Site) -> Cure | None:
    """`self.a.m()` in a class that never had an `a`, but has `m` itself, becomes `self.m()`."""
    missing = _MISSING.search(site.message) if site.error == "AttributeError" else None
    tree = Parsed(site.text)
    around = tree.around(cst.ClassDef, site.line)
    if missing is None or around is None or around.name.value != missing["kind"]:
        return None
    name = missing["name"]
    if re.search(rf"\bself\.{name}\s*[:=](?!=)|^\s+{name}\s*[:=](?!=)|\bdef {name}\b", tree.code(around), re.MULTILINE):
        return None
    methods = {function.name.value for function in tree.all(cst.FunctionDef, around)}
    found = [
        outer
        for outer in tree.on(cst.Attribute, site.line)
        if tree.code(outer.value) == f"self.{name}" and outer.attr.value in methods
    ]
    if len(found) != 1:
        return None
    method = found[0].attr.value
    return Cure(
        tree.changed(found[0], found[0].with_changes(value=cst.Name("self"))),
        f"{missing['kind']} has no {name}, and {method} is a method of its own.",
        f"If {name} was to be set from outside, it still is not.",
    )


def set_too_late(site: Site) -> Cure | None:
    """An attribute that `__init__` sets only after an early return is set before that return too."""
    missing = _MISSING.search(site.message) if site.error == "AttributeError" else None
    tree = Parsed(site.text)
    around = tree.around(cst.ClassDef, site.line)
    if missing is None or around is None or around.name.value != missing["kind"]:
        return None
    functions = (node for node in around.body.body if isinstance(node, cst.FunctionDef))
    init = next((node for node in functions if node.name.value == "__init__"), None)
    if init is None or not isinstance(init.body, cst.IndentedBlock):
        return None
    return _before_returns(tree, init.body, f"self.{missing['name']}", missing["kind"])


def _before_returns(tree: Parsed, body: cst.IndentedBlock, attribute: str, kind: str) -> Cure | None:
    """`attribute = <name>` is copied in front of the `return` of each top-level `if` above it."""
    at, value = _assignment(tree, body, attribute)
    if at is None:
        return None
    early = [node for node in body.body[:at] if isinstance(node, cst.If) and _returns(node)]
    early = [node for node in early if f"{attribute} =" not in tree.code(node)]
    if len(early) != 1:
        return None
    block = early[0].body
    if not isinstance(block, cst.IndentedBlock):
        return None
    statement = cst.parse_statement(f"{attribute} = {value}\n")
    changed = block.with_changes(body=[*block.body[:-1], statement, block.body[-1]])
    return Cure(
        tree.changed(block, changed),
        f"{kind}.__init__ returned before it set {attribute}, which its methods read.",
        f"{attribute} is the plain {value} there: what __init__ works out later is not known yet.",
    )


def _assignment(tree: Parsed, body: cst.IndentedBlock, attribute: str) -> tuple[int | None, str]:
    """Where `attribute = <plain name>` stands in the constructor's own block, and the name."""
    for at, node in enumerate(body.body):
        statement = node.body[0] if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1 else None
        if not isinstance(statement, cst.Assign) or not isinstance(statement.value, cst.Name):
            continue
        if [tree.code(target.target) for target in statement.targets] == [attribute]:
            return at, statement.value.value
    return None, ""


def _returns(node: cst.If) -> bool:
    block = node.body
    last = block.body[-1] if isinstance(block, cst.IndentedBlock) and block.body else None
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return)

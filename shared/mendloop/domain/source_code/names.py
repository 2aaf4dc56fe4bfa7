"""How each language qualifies the name of a function."""

import re
from collections.abc import Callable

from tree_sitter import Node

_EXPORTS = re.compile(r"^(module\.)?exports$")

Named = tuple[str, str, str] | None
"""Qualified name, owner, prefix for what stands inside; None for a function without a name."""


def _python(node: Node, prefix: str, owner: str) -> Named:
    name = f"{prefix}.{text(node.child_by_field_name('name'))}".lstrip(".")
    # A function inside a function belongs to no class, though it may use the outer one's self.
    return name, owner if prefix == owner else "", name


def _java(node: Node, prefix: str, owner: str) -> Named:
    special = {"static_initializer": "<clinit>", "method_declaration": text(node.child_by_field_name("name"))}
    return f"{prefix}.{special.get(node.type, '<init>')}".lstrip("."), owner, prefix


def _go(node: Node, prefix: str, owner: str) -> Named:
    name = text(node.child_by_field_name("name"))
    words = re.findall(r"\w+", re.sub(r"\[.*\]", "", text(node.child_by_field_name("receiver"))))
    if not words:
        return name, "", ""
    return f"{words[-1]}.{name}", words[-1], ""


def _script(node: Node, prefix: str, owner: str) -> Named:
    name = text(node.child_by_field_name("name"))
    if node.type == "method_definition":
        short = owner.rsplit(".", 1)[-1]
        return f"{short}.{name}".lstrip("."), owner, prefix
    if node.type.endswith("declaration"):
        return name, "", prefix
    name = _assigned_name(node, name)
    if not name or "\n" in name or len(name) > 120:
        return None
    class_name, _, method = name.rpartition(".")
    return name, class_name if class_name and method else owner, prefix


def _assigned_name(node: Node, name: str) -> str:
    """A function expression is called after what it is assigned to: `Query.run`, from `Query.prototype.run = …`."""
    parent = node.parent
    if parent is None:
        return name
    if parent.type == "assignment_expression":
        left = text(parent.child_by_field_name("left")).replace(".prototype", "")
        return name if name and _EXPORTS.match(left) else left or name
    if parent.type == "variable_declarator":
        return text(parent.child_by_field_name("name"))
    if parent.type in {"pair", "public_field_definition", "field_definition"}:
        fields = (parent.child_by_field_name(key) for key in ("key", "name", "property"))
        return next((text(found).strip("'\"") for found in fields if found), name)
    return name


NAMES: dict[str, Callable[[Node, str, str], Named]] = {
    "python": _python,
    "java": _java,
    "go": _go,
    "javascript": _script,
    "typescript": _script,
}


def text(node: Node | None) -> str:
    """The node's source; empty for none."""
    return (node.text or b"").decode("utf-8", "replace") if node else ""

"""Functions and classes of a file with their qualified names, by each language's own way of naming them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from mendloop.domain.source_code.grammars import Grammar

_EXPORTS = re.compile(r"^(module\.)?exports$")


@dataclass(frozen=True)
class Function:
    """One function or method. Lines count from 1, inclusive, decorators included."""

    name: str
    """Qualified as the language's own traces do: `Class.method`, `outer.inner`, `Type.method`, `Class.<init>`."""
    start: int
    end: int
    owner: str = ""
    """Qualified name of the class it belongs to."""
    parameters: tuple[str, ...] = ()
    node: Node | None = field(default=None, compare=False, repr=False)

    @property
    def short(self) -> str:
        """The last part of the name, as a trace prints it."""
        return self.name.rsplit(".", 1)[-1]

    def holds(self, line: int) -> bool:
        """Whether the line lies inside."""
        return self.start <= line <= self.end


@dataclass(frozen=True)
class Class:
    """One class, interface or named type."""

    name: str
    start: int
    end: int
    bases: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """Without the classes around it."""
        return self.name.rsplit(".", 1)[-1]


@dataclass
class Definitions:
    """What a file defines, in its order."""

    functions: list[Function] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)


def definitions(root: Node, grammar: Grammar) -> Definitions:
    """Functions and classes, outer before inner."""
    found = Definitions()
    stack: list[tuple[Node, str, str]] = [(root, "", "")]
    while stack:
        node, prefix, owner = stack.pop()
        if node.type in grammar.classes and (name := _class_name(node)):
            prefix = owner = f"{prefix}.{name}".lstrip(".")
            found.classes.append(Class(prefix, _line(node), node.end_point.row + 1, _bases(node, grammar)))
        elif node.type in grammar.functions and (named := _NAMES[grammar.language](node, prefix, owner)):
            name, owner, prefix = named
            span = (first_line(node), node.end_point.row + 1)
            found.functions.append(Function(name, *span, owner, tuple(_parameters(node)), node))
        stack.extend((child, prefix, owner) for child in reversed(node.named_children))
    return found


_Named = tuple[str, str, str] | None
"""Qualified name, owner, prefix for what stands inside; None for a function without a name."""


def _python(node: Node, prefix: str, owner: str) -> _Named:
    name = f"{prefix}.{text(node.child_by_field_name('name'))}".lstrip(".")
    # A function inside a function belongs to no class, though it may use the outer one's self.
    return name, owner if prefix == owner else "", name


def _java(node: Node, prefix: str, owner: str) -> _Named:
    special = {"static_initializer": "<clinit>", "method_declaration": text(node.child_by_field_name("name"))}
    return f"{prefix}.{special.get(node.type, '<init>')}".lstrip("."), owner, prefix


def _go(node: Node, prefix: str, owner: str) -> _Named:
    name = text(node.child_by_field_name("name"))
    words = re.findall(r"\w+", re.sub(r"\[.*\]", "", text(node.child_by_field_name("receiver"))))
    if not words:
        return name, "", ""
    return f"{words[-1]}.{name}", words[-1], ""


def _script(node: Node, prefix: str, owner: str) -> _Named:
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


_NAMES: dict[str, Callable[[Node, str, str], _Named]] = {
    "python": _python,
    "java": _java,
    "go": _go,
    "javascript": _script,
    "typescript": _script,
}


def _class_name(node: Node) -> str:
    return text(node.child_by_field_name("name"))


def _bases(node: Node, grammar: Grammar) -> tuple[str, ...]:
    """Names of what the class extends or implements, without packages and type arguments."""
    heads = [node.child_by_field_name(name) for name in ("superclasses", "superclass", "interfaces")]
    heads += [child for child in node.named_children if child.type in {"class_heritage", "extends_interfaces"}]
    words = (word for head in heads if head for word in re.split(r"[^\w.]+", re.sub(r"<[^<>]*>", "", text(head))))
    keywords = {"extends", "implements", "object", ""}
    return tuple(short for word in words if (short := word.rsplit(".", 1)[-1]) not in keywords)


def _parameters(node: Node) -> Iterator[str]:
    listed = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
    for child in listed.named_children if listed else []:
        names = child.children_by_field_name("name") or child.children_by_field_name("pattern")
        found = names or [child, *child.named_children]
        yield from (text(one) for one in found if one.type in {"identifier", "shorthand_property_identifier_pattern"})


def first_line(node: Node) -> int:
    """Decorators count."""
    decorated = node.parent is not None and node.parent.type == "decorated_definition"
    return _line(node.parent if decorated and node.parent else node)


def _line(node: Node) -> int:
    return int(node.start_point.row) + 1


def text(node: Node | None) -> str:
    """The node's source; empty for none."""
    return (node.text or b"").decode("utf-8", "replace") if node else ""

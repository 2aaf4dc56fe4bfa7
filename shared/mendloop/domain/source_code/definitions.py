"""Functions and classes of a file with their qualified names, by each language's own way of naming them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from mendloop.domain.source_code.grammars import Grammar
from mendloop.domain.source_code.names import NAMES, text


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
        elif node.type in grammar.functions and (named := NAMES[grammar.language](node, prefix, owner)):
            name, owner, prefix = named
            span = (first_line(node), node.end_point.row + 1)
            found.functions.append(Function(name, *span, owner, tuple(_parameters(node)), node))
        stack.extend((child, prefix, owner) for child in reversed(node.named_children))
    return found


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

"""Reading a syntax tree's nodes: all below one, their names, their lines."""

from collections.abc import Iterator

from tree_sitter import Node

from mendloop.domain.source_code.fact import Span
from mendloop.domain.source_code.grammars import Grammar
from mendloop.domain.source_code.names import text


def names_in(node: Node | None, grammar: Grammar) -> frozenset[str]:
    """Names below a node; none of no node."""
    return frozenset(text(leaf) for leaf in walk(node) if leaf.type in grammar.names) if node else frozenset()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(current.children))


def span_of(node: Node) -> Span:
    """Its lines."""
    return Span(node.start_point.row + 1, node.end_point.row + 1)

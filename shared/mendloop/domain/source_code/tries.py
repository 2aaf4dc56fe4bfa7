"""What is tried, and which exceptions are caught around it."""

from tree_sitter import Node

from mendloop.domain.source_code.fact import Try
from mendloop.domain.source_code.grammars import Grammar
from mendloop.domain.source_code.nodes import names_in, span_of

TRIES = {"try_statement", "try_with_resources_statement"}
HANDLERS = {"catch_clause", "except_clause"}


def try_of(node: Node, grammar: Grammar) -> list[Try]:
    """One, or none where nothing is caught."""
    body, handlers = node.child_by_field_name("body"), [child for child in node.children if child.type in HANDLERS]
    if body is None or not handlers:
        return []
    caught = [_caught(handler, grammar) for handler in handlers]
    return [Try(span_of(body), frozenset[str]().union(*caught) if all(caught) else frozenset())]


def _caught(handler: Node, grammar: Grammar) -> frozenset[str]:
    """Of `(os.error, KeyError) as error` the types' last parts: names written like classes."""
    heads = [child for child in handler.named_children if child.type not in {"block", "comment"}]
    return frozenset(name for head in heads for name in names_in(head, grammar) if name[:1].isupper() or "rror" in name)

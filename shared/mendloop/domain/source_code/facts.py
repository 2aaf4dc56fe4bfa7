"""What a function does, line by line: what it calls, gives a value to, raises and returns."""

from collections.abc import Iterator

from tree_sitter import Node

from mendloop.domain.source_code.fact import Assignment, Call, Facts, Raise, Span
from mendloop.domain.source_code.grammars import Grammar
from mendloop.domain.source_code.names import text
from mendloop.domain.source_code.nodes import names_in, span_of, walk
from mendloop.domain.source_code.tries import HANDLERS, TRIES, try_of

_MEMBERS = {"attribute", "member_expression", "selector_expression", "field_access", "subscript_expression"}
_CONDITIONAL = (
    *("if", "elif", "else", "ternary", "conditional", "switch", "case", "match"),
    *("for", "enhanced_for", "while", "do", "try", "catch", "except", "with"),
)
_LEFT = ("left", "name", "alias")


def facts_of(node: Node, grammar: Grammar) -> Facts:
    """Walk one function, or a whole file."""
    found = Facts()
    stack = [(child, 0) for child in reversed(node.children)]
    while stack:
        current, depth = stack.pop()
        kind = current.type
        if kind in grammar.calls or kind in grammar.creations:
            depth += 1
            _call(current, kind in grammar.creations, depth, found, node, grammar)
        elif kind in grammar.assignments:
            _assignment(current, grammar, found)
        elif kind in grammar.raises:
            found.raises.append(_raise(current, node, grammar))
        elif kind in grammar.returns:
            found.returns.append(span_of(current))
        elif kind in grammar.names:
            _name(current, found)
        elif kind in TRIES:
            found.tries += try_of(current, grammar)
        stack.extend((child, depth) for child in reversed(current.children))
    return found


def _name(node: Node, found: Facts) -> None:
    line, name = node.start_point.row + 1, text(node)
    found.names.append((line, name))
    parent = node.parent
    if parent is not None and parent.type in _MEMBERS and parent.named_children[-1] == node:
        found.attributes.append((line, name))


def _call(node: Node, creates: bool, depth: int, found: Facts, function: Node, grammar: Grammar) -> None:
    fields = ("function", "name", "constructor", "type")
    callee = next((child for name in fields if (child := node.child_by_field_name(name))), None)
    if callee is None:
        return
    span = span_of(node)
    named = text(callee).split("<", 1)[0] if creates else text(callee)
    receiver, _, name = named.rpartition(".")
    receiver = receiver or text(node.child_by_field_name("object"))
    if name == "panic" and not receiver:
        found.raises.append(_raise(node, function, grammar))
    if name.replace("_", "a").replace("$", "a").isalnum():
        given = names_in(node.child_by_field_name("arguments") or node.child_by_field_name("body"), grammar)
        found.calls.append(Call(name, receiver, span, creates, depth, given, _unconditional(node, function)))


def _raise(node: Node, function: Node, grammar: Grammar) -> Raise:
    """With the nearest condition around it, inside the function."""
    # An assertion holds its own condition.
    asked = names_in(node, grammar) if node.type == "assert_statement" else None
    around, always, tried = node.parent, asked is None, None
    while around is not None and around.id != function.id:
        always = always and not around.type.startswith(_CONDITIONAL)
        condition = around.child_by_field_name("condition")
        if asked is None and condition is not None and around.type.startswith(_CONDITIONAL):
            asked = names_in(condition, grammar)
        if tried is None and around.type in HANDLERS and around.parent is not None:
            tried = span_of(around.parent.child_by_field_name("body") or around.parent)
        around = around.parent
    return Raise(span_of(node), asked or frozenset(), always, tried)


def _unconditional(node: Node, function: Node) -> bool:
    around = node.parent
    while around is not None and around.id != function.id:
        if around.type.startswith(_CONDITIONAL):
            return False
        around = around.parent
    return True


def _assignment(node: Node, grammar: Grammar, found: Facts) -> None:
    lefts = [child for name in _LEFT for child in node.children_by_field_name(name)]
    names, attributes = set(), set()
    for left in lefts:
        for member in _targets(left):
            name = (
                text(member.named_children[-1]) if member.type in _MEMBERS and member.named_children else text(member)
            )
            names.add(name)
            if member.type in _MEMBERS:
                attributes.add(name)
    ids = {left.id for left in lefts}
    rights = [child for child in node.named_children if child.id not in ids and child.type != "block"]
    used = {text(leaf) for right in rights for leaf in walk(right) if leaf.type in grammar.names}
    if names:
        # A loop's body is not part of what it assigns.
        ends = [child.end_point.row + 1 for child in [*lefts, *rights]]
        found.assignments.append(
            Assignment(
                frozenset(names), frozenset(attributes), frozenset(used), Span(node.start_point.row + 1, max(ends))
            )
        )


def _targets(left: Node) -> Iterator[Node]:
    """Names and attributes on an assignment's left side; a list of them gives each."""
    if left.type in _MEMBERS or not left.named_children:
        yield left
        return
    if left.type in {"subscript", "index_expression", "array_access", "subscript_expression"}:
        yield from _targets(left.named_children[0])
        return
    for child in left.named_children:
        yield from _targets(child)

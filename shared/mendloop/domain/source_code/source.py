"""One parsed source file, whatever its language."""

from functools import cached_property

from tree_sitter import Node

from mendloop.domain.source_code.definitions import Class, Definitions, Function, definitions
from mendloop.domain.source_code.fact import Facts, Span
from mendloop.domain.source_code.facts import facts_of
from mendloop.domain.source_code.grammars import Grammar, grammar_of
from mendloop.domain.source_code.names import text
from mendloop.domain.source_code.nodes import span_of, walk

LARGEST_BYTES = 1_500_000
"""A larger source is generated, and parsing it would cost more than it tells."""


class SourceFile:
    """Functions, classes and what they do. It reads broken files too."""

    def __init__(self, content: bytes, grammar: Grammar) -> None:
        self.grammar = grammar
        self.content = content
        self._facts: dict[tuple[str, int], Facts] = {}

    @property
    def language(self) -> str:
        """As the stack traces name it, TypeScript apart."""
        return self.grammar.language

    @cached_property
    def lines(self) -> list[str]:
        """The text; what is not UTF-8 is replaced."""
        return self.content.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")

    @cached_property
    def root(self) -> Node:
        """The syntax tree."""
        return self.grammar.parser.parse(self.content).root_node

    @cached_property
    def _definitions(self) -> Definitions:
        return definitions(self.root, self.grammar)

    @property
    def functions(self) -> list[Function]:
        """In the order of the file, outer before inner."""
        return self._definitions.functions

    @property
    def classes(self) -> list[Class]:
        """In the order of the file."""
        return self._definitions.classes

    def enclosing(self, line: int) -> Function | None:
        """The innermost named function around a line; None at module or class level."""
        return self._innermost.get(line)

    @cached_property
    def _innermost(self) -> dict[int, Function]:
        longest_first = sorted(self.functions, key=lambda function: function.start - function.end)
        return {line: one for one in longest_first for line in range(one.start, one.end + 1)}

    def named(self, name: str) -> Function | None:
        """By qualified name; of several with one name the last, which wins at run time where names can repeat."""
        return next((function for function in reversed(self.functions) if function.name == name), None)

    def ending(self, short: str) -> list[Function]:
        """All whose last name part this is."""
        return [function for function in self.functions if function.short == short]

    def methods(self, owner: str) -> list[Function]:
        """Of a class, by its qualified or last name."""
        short = owner.rsplit(".", 1)[-1]
        return [one for one in self.functions if one.owner.rsplit(".", 1)[-1] == short]

    def constructors(self, owner: str) -> list[Function]:
        """Of a class; none where it has no constructor of its own."""
        short = owner.rsplit(".", 1)[-1]
        if self.grammar.language == "go":
            return [one for one in self.functions if one.name.lower() in {f"new{short}".lower(), "new"}]
        made = self.grammar.constructors
        plain = [one for one in self.functions if not one.owner and one.name == short and self.language != "python"]
        return [one for one in self.methods(owner) if one.short in made] or plain

    def text(self, function: Function) -> str:
        """The function's lines."""
        return "\n".join(self.lines[function.start - 1 : function.end])

    def facts(self, function: Function) -> Facts:
        """What the function does."""
        key = (function.name, function.start)
        if key not in self._facts:
            self._facts[key] = facts_of(function.node, self.grammar) if function.node else Facts()
        return self._facts[key]

    def statement(self, line: int) -> tuple[int, int]:
        """First and last line of the top-level statement at a line; the line itself where there is none."""
        for node in self.root.children:
            if node.start_point.row + 1 <= line <= node.end_point.row + 1:
                return node.start_point.row + 1, node.end_point.row + 1
        return line, line

    def statement_around(self, line: int, function: Function) -> Span:
        """The smallest statement of a function that a line belongs to; a compound one counts with its head only."""
        best = Span(line, line)
        node = function.node
        while node is not None:
            inner = next((one for one in node.named_children if _touches(one, line)), None)
            if inner is None:
                break
            if inner.type.endswith(("_statement", "_declaration")) and not _compound(inner):
                best = Span(inner.start_point.row + 1, inner.end_point.row + 1)
            node = inner
        return best

    def conditions_around(self, line: int, function: Function) -> list[Span]:
        """Of the branches and loops of a function that a line stands inside of: the lines of their conditions."""
        found, node = list[Span](), function.node
        while node is not None:
            inner = next((one for one in node.named_children if _touches(one, line)), None)
            condition = node.child_by_field_name("condition")
            if condition is not None and inner is not None and inner.id != condition.id:
                found.append(span_of(condition))
            node = inner
        return found

    def names_used(self, function: Function) -> set[str]:
        """Every name in the function: called functions, constants, attributes."""
        return {name for _, name in self.facts(function).names}

    @cached_property
    def bindings(self) -> dict[str, tuple[int, int]]:
        """Names bound at module level (imports, constants, functions, classes) with their statement's lines."""
        found: dict[str, tuple[int, int]] = {}
        for statement in self.root.children:
            span = (statement.start_point.row + 1, statement.end_point.row + 1)
            found.update(dict.fromkeys(_bound(statement, self.grammar), span))
        return found


def _touches(node: Node, line: int) -> bool:
    return bool(node.start_point.row + 1 <= line <= node.end_point.row + 1)


def _compound(node: Node) -> bool:
    return any(child.type in {"block", "statement_block"} for child in node.named_children)


_NOT_BINDING = {"block", "class_body", "statement_block", "parameters", "formal_parameters", "argument_list"}


def _bound(statement: Node, grammar: Grammar) -> set[str]:
    if statement.type in grammar.functions | grammar.classes | {"decorated_definition"}:
        inner = statement.child_by_field_name("definition") or statement
        return {text(inner.child_by_field_name("name"))} - {""}
    if statement.type == "expression_statement" or "import" in statement.type or "declaration" in statement.type:
        heads = [child.child_by_field_name("left") or child for child in statement.named_children]
        return {text(leaf) for head in heads for leaf in walk(head) if leaf.type in grammar.names}
    return set()


def read_source(path: str, content: bytes) -> SourceFile | None:
    """None for a language without functions here, for binary content, and for what is too large to be written."""
    grammar = grammar_of(path)
    if grammar is None or len(content) > LARGEST_BYTES or b"\0" in content:
        return None
    return SourceFile(content, grammar)

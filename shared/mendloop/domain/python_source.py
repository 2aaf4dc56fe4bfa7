"""Python source by tree-sitter: functions with their spans, and who calls whom. It reads broken files too."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import tree_sitter_python
from tree_sitter import Language, Node, Parser

_LANGUAGE = Language(tree_sitter_python.language())
_SCOPES = {"function_definition", "class_definition"}


@dataclass(frozen=True)
class Function:
    """One function or method. Lines count from 1, inclusive, decorators included."""

    name: str
    """Qualified: `outer.inner`, `Class.method`."""
    start: int
    end: int
    parameters: tuple[str, ...] = ()
    """Names without annotation and default, `self` and `cls` included; `*` and `**` in front where written."""

    @property
    def short(self) -> str:
        """The last part of the name, as a traceback prints it."""
        return self.name.rsplit(".", 1)[-1]

    def holds(self, line: int) -> bool:
        """Whether the line lies inside."""
        return self.start <= line <= self.end


class PythonSource:
    """One parsed file."""

    def __init__(self, content: bytes) -> None:
        self._root = Parser(_LANGUAGE).parse(content).root_node
        self.lines = content.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")

    @cached_property
    def functions(self) -> list[Function]:
        """All functions in the order of the file, outer before inner."""
        return [
            Function(name, _first_line(node), node.end_point.row + 1, _parameters(node))
            for name, node in self._definitions()
            if node.type == "function_definition"
        ]

    def enclosing(self, line: int) -> Function | None:
        """The innermost function around a line; None at module or class level."""
        around = [function for function in self.functions if function.holds(line)]
        return max(around, key=lambda function: function.start, default=None)

    def named(self, name: str) -> Function | None:
        """By qualified name; of several with one name (a property and its setter) the last, which wins at run time."""
        return next((function for function in reversed(self.functions) if function.name == name), None)

    def text(self, function: Function) -> str:
        """The function's lines."""
        return "\n".join(self.lines[function.start - 1 : function.end])

    def statement(self, line: int) -> tuple[int, int]:
        """First and last line of the top-level statement at a line; the line itself where there is none."""
        for node in self._root.children:
            if node.start_point.row + 1 <= line <= node.end_point.row + 1:
                return node.start_point.row + 1, node.end_point.row + 1
        return line, line

    def names_used(self, function: Function) -> set[str]:
        """Every identifier in the function: called functions, constants, attributes."""
        return {
            _text(node)
            for node in _walk(self._root, function.start - 1, function.end - 1)
            if node.type == "identifier" and function.holds(node.start_point.row + 1)
        }

    @cached_property
    def identifiers(self) -> set[str]:
        """Every identifier in the file; a fragment of source will do."""
        return {_text(node) for node in _walk(self._root) if node.type == "identifier"}

    @cached_property
    def bindings(self) -> dict[str, tuple[int, int]]:
        """Names bound at module level (imports, constants, functions, classes) with their statement's lines."""
        found: dict[str, tuple[int, int]] = {}
        for statement in self._root.children:
            span = (statement.start_point.row + 1, statement.end_point.row + 1)
            found.update(dict.fromkeys(_bound(statement), span))
        return found

    def _definitions(self) -> Iterator[tuple[str, Node]]:
        stack: list[tuple[str, Node]] = [("", self._root)]
        while stack:
            prefix, node = stack.pop()
            if node.type in _SCOPES:
                name = node.child_by_field_name("name")
                prefix = f"{prefix}.{_text(name)}".lstrip(".") if name else prefix
                yield prefix, node
            stack.extend((prefix, child) for child in reversed(node.children))


def _first_line(node: Node) -> int:
    decorated = node.parent is not None and node.parent.type == "decorated_definition"
    return (node.parent if decorated and node.parent else node).start_point.row + 1


def _parameters(node: Node) -> tuple[str, ...]:
    listed = node.child_by_field_name("parameters")
    return tuple(name for child in (listed.named_children if listed else []) if (name := _parameter(child)))


def _parameter(node: Node) -> str:
    if node.type in {"identifier", "list_splat_pattern", "dictionary_splat_pattern"}:
        return _text(node)
    named = node.child_by_field_name("name") or next(iter(node.named_children), None)
    return _text(named) if named and node.type.endswith("parameter") else ""


def _bound(statement: Node) -> Iterator[str]:
    if statement.type in {"import_statement", "import_from_statement"}:
        module = statement.child_by_field_name("module_name")
        for child in statement.named_children:
            if child != module:
                alias = child.child_by_field_name("alias")
                yield _text(alias) if alias else _text(child).split(".")[0]
    elif statement.type == "expression_statement":
        for assignment in statement.named_children:
            left = assignment.child_by_field_name("left")
            yield from (_text(node) for node in _walk(left) if node.type == "identifier") if left else ()
    elif statement.type in _SCOPES | {"decorated_definition"}:
        inner = statement.child_by_field_name("definition") or statement
        name = inner.child_by_field_name("name")
        yield from [_text(name)] if name else []


def _walk(node: Node, first_row: int = 0, last_row: int = 1 << 30) -> Iterator[Node]:
    stack = [node]
    while stack:
        current = stack.pop()
        if current.end_point.row < first_row or current.start_point.row > last_row:
            continue
        yield current
        stack.extend(reversed(current.children))


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")

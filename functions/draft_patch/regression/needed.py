"""What of a test file one test needs: whatever it reaches by name, and what pytest and unittest call by themselves."""

import ast
import re
from collections.abc import Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_CALLED_BY_RUNNERS = re.compile(
    r"pytest_\w+|pytestmark|setUpModule|tearDownModule|(setup|teardown)(_module|_function)?"
)


def unneeded_by(tree: ast.Module, test: str) -> list[ast.stmt]:
    """Top-level definitions that `test` (`test_x`, `TestY.test_x`) can do without. Only definitions are ever named."""
    needed = _needed(tree, test)
    return [node for node in tree.body if _bound(node) and node not in needed]


def unused_imports(tree: ast.Module, test: str) -> list[ast.stmt]:
    """Top-level imports of which neither `test` nor what it needs uses a name.

    One that only works by being there is among them: whether the test shows the failure without it, the proof tells.
    """
    used = {name for node in _needed(tree, test) for name in _mentioned(node, test)}
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return [node for node in imports if not _kept(node, used)]


def _kept(node: ast.Import | ast.ImportFrom, used: set[str]) -> bool:
    names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return bool(names & (used | {"*"})) or (isinstance(node, ast.ImportFrom) and node.module == "__future__")


def _needed(tree: ast.Module, test: str) -> list[ast.stmt]:
    definitions = {bound: node for node in tree.body for bound in _bound(node)}
    roots = [node for node in tree.body if _always(node, test.partition(".")[0])]
    reached, left = set[str](), {name for node in roots for name in _mentioned(node, test)}
    while left:
        name = left.pop()
        if name in definitions and name not in reached:
            reached.add(name)
            left |= set(_mentioned(definitions[name], test)) - reached
    return [*roots, *(definitions[name] for name in reached)]


def _bound(node: ast.stmt) -> list[str]:
    """Names that a definition binds; none for a statement that does something else as well."""
    if isinstance(node, _Function | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _always(node: ast.stmt, test: str) -> bool:
    bound = _bound(node)
    if not bound:
        return not isinstance(node, ast.Import | ast.ImportFrom)
    decorators = " ".join(ast.unparse(decorator) for decorator in getattr(node, "decorator_list", []))
    return test in bound or "autouse" in decorators or any(_CALLED_BY_RUNNERS.fullmatch(name) for name in bound)


def _mentioned(node: ast.stmt, test: str) -> Iterator[str]:
    """Names, arguments (fixtures), and texts: registries find classes by their names."""
    for inner in _without_other_tests(node, test):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.arg):
            yield inner.arg
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _without_other_tests(node: ast.stmt, test: str) -> Iterator[ast.AST]:
    class_name, _, method = test.rpartition(".")
    inside = isinstance(node, ast.ClassDef) and node.name == class_name
    left: list[ast.AST] = [node]
    while left:
        current = left.pop()
        yield current
        children = list(ast.iter_child_nodes(current))
        if inside and current is node:
            children = [each for each in children if not _is_other(each, method)]
        left += children


def _is_other(node: ast.AST, method: str) -> bool:
    return isinstance(node, _Function) and node.name.startswith("test") and node.name != method

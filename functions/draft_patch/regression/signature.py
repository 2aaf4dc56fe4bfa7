"""A function that a test can call: how it is imported and called, and what stands around a line of it."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_RECKONS = (ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow)
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_UNCALLABLE = {"contextmanager", "asynccontextmanager", "overload"}


@dataclass(frozen=True)
class Callee:
    """`owner` is the class around it, `own` the name of its receiver; both empty where there is none."""

    node: ast.FunctionDef
    qualified: str
    owner: str = ""
    own: str = ""
    parameters: tuple[str, ...] = ()
    """Without the receiver."""
    required: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    """Those that can only be given by name."""

    @property
    def imported(self) -> str:
        """The top-level name to import."""
        return self.qualified.partition(".")[0]

    def asked(self, *given: Iterable[str]) -> list[str]:
        """Parameters that a call names: the required ones, and those of which something is known."""
        known = {name for names in given for name in names}
        return [name for name in self.parameters if name in self.required or name in known]

    def call(self, values: dict[str, str]) -> str:
        """The call as an expression; of a generator all that it yields."""
        marks = {ast.unparse(mark).rpartition(".")[2] for mark in self.node.decorator_list}
        name = f"{self.qualified}.fget" if marks & {"property", "abstractproperty"} else self.qualified
        positional = [one for one in self.parameters if one in self.required - self.keywords]
        given = [values[one] for one in positional]
        given += [f"{one}={value}" for one, value in values.items() if one not in positional]
        call = f"{name}({', '.join([self.own] * bool(self.own) + given)})"
        return f"list({call})" if _yields(self.node) else call

    def mangled(self, attribute: str) -> str:
        """As the class keeps it."""
        private = attribute.startswith("__") and not attribute.endswith("__") and self.owner
        return f"_{self.owner.lstrip('_')}{attribute}" if private else attribute

    def bound(self, name: str) -> list[tuple[ast.expr, bool]]:
        """What the function binds the name to, and whether a loop does; an empty constant for what cannot be told."""
        return [found for node in ast.walk(self.node) for found in _binding(node, name)]

    def counts(self, name: str) -> bool:
        """Whether the function reckons with the name, or orders it: a number will do."""
        sides = [
            (one.left, one.right)
            for one in ast.walk(self.node)
            if isinstance(one, ast.BinOp) and isinstance(one.op, _RECKONS)
        ]
        sides += [(one.target, one.value) for one in ast.walk(self.node) if isinstance(one, ast.AugAssign)]
        ordered = [
            one for one in ast.walk(self.node) if isinstance(one, ast.Compare) and isinstance(one.ops[0], _ORDERS)
        ]
        sides += [(one.left, one.comparators[0]) for one in ordered]
        return any(isinstance(side, ast.Name) and side.id == name for pair in sides for side in pair)


def callee_at(tree: ast.Module, qualified: str, line: int) -> Callee | None:
    """None for what no test can call by name: a function inside a function, or one that awaits."""
    around: list[str] = []
    left: Sequence[ast.stmt] = tree.body
    for part in qualified.split("."):
        found = [node for node in left if getattr(node, "name", "") == part and within([node], line)]
        node = found[-1] if found else None
        if isinstance(node, ast.FunctionDef):
            return callee_of(node, around) if ".".join([*around, part]) == qualified else None
        if not isinstance(node, ast.ClassDef):
            return None
        around.append(part)
        left = node.body
    return None


def statement_at(content: bytes, line: int) -> tuple[int, int]:
    """First and last line of the innermost statement at a line; of a compound one its head."""
    try:
        nodes = [node for node in ast.walk(ast.parse(content)) if isinstance(node, ast.stmt) and within([node], line)]
    except (SyntaxError, ValueError, RecursionError):
        return line, line
    inner = max(nodes, key=lambda node: node.lineno, default=None)
    if inner is None:
        return line, line
    body: list[ast.stmt] = getattr(inner, "body", [])
    return inner.lineno, max(line, body[0].lineno - 1) if body else inner.end_lineno or line


def callee_of(node: ast.FunctionDef, around: list[str]) -> Callee | None:
    """A function of a module, or of the classes around it."""
    marks = {ast.unparse(mark).partition("(")[0].rpartition(".")[2] for mark in node.decorator_list}
    if marks & _UNCALLABLE or any(mark in {"setter", "deleter"} for mark in marks):
        return None
    placed = [*node.args.posonlyargs, *node.args.args]
    bare = {one.arg for one in placed[: len(placed) - len(node.args.defaults)]}
    named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    bare |= {one.arg for one, default in named if default is None}
    names = [one.arg for one in [*placed, *node.args.kwonlyargs]]
    bound = bool(around and placed and not marks & {"staticmethod"})
    own = names[0] if bound and "classmethod" not in marks else ""
    return Callee(
        node,
        ".".join([*around, node.name]),
        owner=around[-1] if around else "",
        own=own,
        parameters=tuple(names[1:] if bound else names),
        required=frozenset(bare - {names[0]} if bound else bare),
        keywords=frozenset(one.arg for one in node.args.kwonlyargs),
    )


def _binding(node: ast.AST, name: str) -> Iterator[tuple[ast.expr, bool]]:
    if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]:
        yield node.value, False
    elif isinstance(node, ast.For | ast.comprehension) and ast.unparse(node.target) == name:
        yield node.iter, True
    elif isinstance(node, ast.AugAssign | ast.NamedExpr | ast.withitem) and name in ast.unparse(node).split():
        yield ast.Constant(value=None), False


def within(nodes: Sequence[ast.AST], line: int) -> bool:
    return any(node.lineno <= line <= (node.end_lineno or 0) for node in nodes if isinstance(node, ast.stmt))


def _yields(node: ast.AST) -> bool:
    inner = [one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.FunctionDef | ast.Lambda)]
    return any(isinstance(one, ast.Yield | ast.YieldFrom) or _yields(one) for one in inner)

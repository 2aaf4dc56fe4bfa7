"""Second source: a test that the suspect commit removed or weakened, put back as a file of its own."""

import ast
import re
from collections.abc import Iterator

from functions.draft_patch.context import DraftContext, Tree
from functions.draft_patch.drafters.pieces import paths_in
from functions.draft_patch.regression.needed import unneeded_by, unused_imports
from functions.draft_patch.regression.place import Place
from mendloop.contracts.draft import RegressionSource, RegressionTest, Witness
from mendloop.contracts.mapping import Commit
from mendloop.domain.policy import holds_tests

_Test = ast.FunctionDef | ast.AsyncFunctionDef
_MOST_WITNESSES = 4
"""Test files of a commit whose tests are asked."""
_ENCODING = re.compile(r"#.*coding[:=]")


def restored(context: DraftContext, place: Place, suspect: str) -> Iterator[RegressionTest]:
    """Each removed or changed test of each test file that the suspect commit touched; those about the target first."""
    before, lost = _lost_by(context, suspect)
    others = witnesses(context, place, suspect) if sum(map(len, lost.values())) > 1 else []
    for path, names in lost.items():
        for name in sorted(names, key=lambda name: not _about_target(before, path, name, context)):
            yield RegressionTest(
                source=RegressionSource.SUSPECT_REMOVED,
                path=place.path,
                content=_only(before, path, {name}),
                test_id=place.node_id(name.replace(".", "::")),
                reason=f"{name} stood in {path} until {suspect[:12]} removed or changed it.",
                witnesses=others,
            )


def witnesses(context: DraftContext, place: Place, suspect: str) -> list[Witness]:
    """All that the commit took away or changed: one test that is green again does not show that the others are."""
    before, lost = _lost_by(context, suspect)
    files = [(path, set(names)) for path, names in lost.items() if names][:_MOST_WITNESSES]
    return [
        Witness(path=place.beside(number), content=_only(before, path, names))
        for number, (path, names) in enumerate(files, 1)
    ]


def _lost_by(context: DraftContext, suspect: str) -> tuple[Tree, dict[str, list[str]]]:
    """The tree before that commit, and by path the tests of it that it took away or changed."""
    code, repository = context.base.code, context.service.repository
    commit = code.commit(repository, suspect) if suspect else None
    if commit is None or not commit.parents:
        return context.base, {}
    before, after = context.base.at(commit.parents[0]), context.base.at(suspect)
    paths = paths_in(code.commit_diff(repository, suspect))
    return before, {path: _lost(before, after, path) for path in paths if holds_tests(path)}


def tests_lost(context: DraftContext, commit: Commit) -> bool:
    """Whether a commit took a test away, or changed one."""
    return any(_lost_by(context, commit.sha)[1].values())


def _about_target(before: Tree, path: str, name: str, context: DraftContext) -> bool:
    """Whether the test names the target, hence is likelier to fail as production did."""
    target = context.mapping.targets[0].function.rsplit(".", 1)[-1] if context.mapping.targets else ""
    return bool(target) and repr(target) in _tests(before.read(path)).get(name, "")


def _lost(before: Tree, after: Tree, path: str) -> list[str]:
    old, new = _tests(before.read(path)), _tests(after.read(path))
    gone = [name for name in old if name not in new]
    changed = [name for name in old if name in new and old[name] != new[name]]
    return gone + changed


def _tests(content: bytes | None) -> dict[str, str]:
    """Test functions by name (`test_x`, `TestY.test_x`) with what they do, whatever their layout."""
    tree = _parsed(content)
    found = {}
    for node in tree.body if tree else ():
        if isinstance(node, _Test) and node.name.startswith("test"):
            found[node.name] = ast.dump(node)
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, _Test) and inner.name.startswith("test"):
                    found[f"{node.name}.{inner.name}"] = ast.dump(inner)
    return found


def _parsed(content: bytes | None) -> ast.Module | None:
    try:
        return ast.parse(content) if content is not None else None
    except (SyntaxError, ValueError):
        return None


def _only(before: Tree, path: str, names: set[str]) -> str:
    """The old file's tests of these names and what they need: no others, no helpers, imports or comments of theirs."""
    content = before.read(path) or b""
    lines = content.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    tree = ast.parse(content)
    unneeded = [_unneeded(tree, name) for name in sorted(names)]
    for first, last in _runs(set.intersection(*unneeded)):
        start = first - 1
        while start and not lines[start - 1].strip():  # the blank lines that set it apart go with it
            start -= 1
        del lines[start:last]
    return "\n".join(_without_header(lines)).strip("\n") + "\n"


def _unneeded(tree: ast.Module, name: str) -> set[int]:
    """Lines that one test can do without."""
    spans = {*_others(tree, name), *(_span(node) for node in (*unneeded_by(tree, name), *unused_imports(tree, name)))}
    return {line for first, last in spans for line in range(first, last + 1)}


def _runs(lines: set[int]) -> list[tuple[int, int]]:
    """First and last of each run of lines, the last run first."""
    firsts = sorted((line for line in lines if line - 1 not in lines), reverse=True)
    lasts = sorted((line for line in lines if line + 1 not in lines), reverse=True)
    return list(zip(firsts, lasts, strict=True))


def _without_header(lines: list[str]) -> list[str]:
    """Without the comments above the first statement, a licence as a rule: the file it came from keeps them."""
    first = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)
    declared = [line for line in lines[:first] if _ENCODING.match(line)][:1]
    return declared + lines[first:]


def _others(tree: ast.Module, name: str) -> list[tuple[int, int]]:
    class_name, _, test = name.rpartition(".")
    spans = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(_is_test(inner) for inner in node.body):
            others = [inner for inner in node.body if _is_test(inner) and inner.name != test]  # type: ignore[attr-defined]
            spans += [_span(inner) for inner in others] if node.name == class_name else [_span(node)]
        elif _is_test(node) and (class_name or node.name != test):  # type: ignore[attr-defined]
            spans.append(_span(node))
    return spans


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, _Test) and node.name.startswith("test")


def _span(node: ast.stmt) -> tuple[int, int]:
    decorators = [decorator.lineno for decorator in getattr(node, "decorator_list", [])]
    return min([node.lineno, *decorators]), node.end_lineno or node.lineno

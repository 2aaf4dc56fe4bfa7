"""The gate's rules about Python source: what a patch may not introduce.

Everything is counted in the old and the new file: only what was not there before, as often, is introduced.
"""

import ast
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence

from mendloop.domain.errors import PatchRefused


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NETWORK = _words("""
    socket ssl http urllib urllib3 requests httpx httpx2 aiohttp ftplib smtplib poplib imaplib telnetlib xmlrpc
    socketserver websocket websockets paramiko grpc boto3 botocore aiobotocore pycurl webbrowser nntplib
""")
_SUBPROCESS = _words("subprocess pty multiprocessing ctypes cffi _posixsubprocess popen2 commands sh pexpect")
_LOADERS = _words("importlib imp runpy pkgutil zipimport pickle cPickle marshal shelve dill code codeop")
_CALLS = _words("eval exec compile __import__ breakpoint globals vars __builtins__")
_ATTRIBUTES = _words("""
    system popen fork forkpty execl execle execlp execv execve execvp execvpe spawnl spawnle spawnv spawnve spawnvp
    posix_spawn posix_spawnp import_module __import__ __builtins__ __subclasses__ __globals__ create_subprocess_exec
    create_subprocess_shell open_connection create_connection
""")
_SKIPS = _words("skip skipif skipIf skipUnless skipTest xfail expectedFailure importorskip")
_DISABLERS = _words("__test__ collect_ignore collect_ignore_glob pytestmark pytest_plugins")


def check_python(
    path: str,
    content: bytes,
    allowed: Sequence[bytes],
    own_modules: frozenset[str],
    switched_off: frozenset[str] = frozenset(),
) -> None:
    """Raise PatchRefused when the file does not compile, or holds more of a forbidden thing than any of `allowed`.

    `switched_off`: rules that do not count, by the names that a refusal begins with.
    """
    tree = _parsed(path, content)
    earlier = [_parsed_or_none(old) for old in allowed]
    known = own_modules | sys.stdlib_module_names | {name for old in earlier for name in _imports(old)}
    for module in sorted(_imports(tree)):
        if module not in known and "new dependency" not in switched_off:
            raise PatchRefused(f"new dependency: {path} would import {module}")
    introduced = _findings(tree)
    excused: Counter[tuple[str, str]] = Counter()
    for old in earlier:
        excused |= _findings(old)
    introduced -= excused
    counted = [found for found in introduced if found[0] not in switched_off]
    if counted:
        rule, what = min(counted)
        raise PatchRefused(f"{rule}: {path} would introduce {what}")


def check_tests_kept(path: str, old: bytes, new: bytes) -> None:
    """Raise PatchRefused when an existing test file would lose a test or an assertion."""
    before, after = _parsed_or_none(old), _parsed(path, new)
    lost = sorted(_tests(before) - _tests(after))
    if lost:
        raise PatchRefused(f"disabled test: {path} would lose {lost[0]}")
    if _assertions(after) < _assertions(before):
        raise PatchRefused(f"disabled test: {path} would hold fewer assertions")


def _parsed(path: str, content: bytes) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the project's own questionable escapes are not what is judged here
            tree = ast.parse(content, path)
            compile(tree, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise PatchRefused(f"does not compile: {path}:{error.lineno}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise PatchRefused(f"does not compile: {path}: {type(error).__name__}") from error
    return tree


def _parsed_or_none(content: bytes) -> ast.Module:
    try:
        return _parsed("before", content)
    except PatchRefused:
        return ast.Module(body=[], type_ignores=[])  # nothing in a broken file can excuse what is introduced


def _imports(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    return found


def _findings(tree: ast.AST) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for node in ast.walk(tree):
        found.update(_of(node))
    return found


def _of(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _forbidden_imports(node)
    elif isinstance(node, ast.Name):
        yield from _name(node.id)
    elif isinstance(node, ast.Attribute):
        yield from _attribute(node.attr)
    elif isinstance(node, ast.ExceptHandler) and _swallows(node):
        yield "swallowed exception", f"a handler for {_caught(node)} that raises nothing on"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        yield from _looked_up(node)


def _forbidden_imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    named = {alias.name for alias in node.names}
    modules = (
        {name.split(".")[0] for name in named} if isinstance(node, ast.Import) else {(node.module or "").split(".")[0]}
    )
    if isinstance(node, ast.ImportFrom):
        for name in named & (_ATTRIBUTES | _SKIPS | {"suppress"}):
            yield from _attribute(name)
    for rule, forbidden in (("network", _NETWORK), ("subprocess", _SUBPROCESS), ("code from text", _LOADERS)):
        for module in sorted(modules & forbidden):
            yield rule, f"an import of {module}"


def _name(name: str) -> Iterator[tuple[str, str]]:
    if name in _CALLS:
        yield "code from text", name
    elif name in _DISABLERS:
        yield "disabled test", name


def _attribute(name: str) -> Iterator[tuple[str, str]]:
    if name in _ATTRIBUTES:
        yield "subprocess", name
    elif name in _SKIPS:
        yield "disabled test", name
    elif name == "suppress":
        yield "swallowed exception", "contextlib.suppress"


def _looked_up(node: ast.Call) -> Iterator[tuple[str, str]]:
    """`getattr` with a forbidden name, or with one that only shows itself at run time."""
    name = node.args[1] if len(node.args) > 1 else None
    if not isinstance(name, ast.Constant):
        yield "code from text", "getattr with a computed name"
    elif name.value in _CALLS | _ATTRIBUTES:
        yield "code from text", f"getattr of {name.value}"


def _caught(node: ast.ExceptHandler) -> str:
    return ast.unparse(node.type)[:60] if node.type else "everything"


def _swallows(node: ast.ExceptHandler) -> bool:
    """A broad handler without `raise`, or any handler that does nothing but go on."""
    if any(isinstance(inner, ast.Raise) for statement in node.body for inner in ast.walk(statement)):
        return False
    names = {inner.id for inner in ast.walk(node.type) if isinstance(inner, ast.Name)} if node.type else set()
    return node.type is None or bool(names & {"Exception", "BaseException"}) or all(map(_idle, node.body))


def _idle(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass | ast.Continue | ast.Break):
        return True
    if isinstance(statement, ast.Return):
        return statement.value is None or isinstance(statement.value, ast.Constant | ast.Dict | ast.List | ast.Tuple)
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _tests(tree: ast.AST) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test")}


def _assertions(tree: ast.AST) -> int:
    asserts = sum(isinstance(node, ast.Assert) for node in ast.walk(tree))
    calls = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return asserts + sum(name.startswith("assert") or name == "raises" for name in calls)

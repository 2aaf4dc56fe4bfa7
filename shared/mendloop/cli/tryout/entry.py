"""Which function a request is replayed through."""

import ast
from collections.abc import Callable, Collection

from mendloop.domain.errors import Rejected
from mendloop.domain.stack_trace import Found

_ADVICE = "Name a function that takes (event, context) with --entry-point package.module:function."


Read = Callable[[str], bytes]


def entry_point(given: str, main: Found, paths: Collection[str], read: Read) -> str:
    """`given`, else the first function of the trace that takes two arguments, as `package.module:function`.

    `paths` are the files below the service's root at the running revision, seen from there. Rejected when there is no
    such function.
    """
    if given:
        return _checked(given, paths, read)
    for frame in main.trace.frames:
        parts = frame.path.replace("\\", "/").strip("/").split("/")
        for start in range(len(parts)):
            path = "/".join(parts[start:])
            if path in paths and _takes_two(read(path), frame.function):
                return f"{_module(path)}:{frame.function}"
    raise Rejected("no function of the trace takes two arguments (event, context)", next_action=_ADVICE)


def _checked(given: str, paths: Collection[str], read: Read) -> str:
    module, _, function = given.partition(":")
    stem = module.replace(".", "/")
    candidates = [f"{folder}{stem}{end}" for folder in ("", "src/") for end in (".py", "/__init__.py")]
    if not any(path in paths and _takes_two(read(path), function) for path in candidates):
        raise Rejected(f"{given} is no function of two arguments at the running revision", next_action=_ADVICE)
    return given


def _module(path: str) -> str:
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _takes_two(content: bytes, name: str) -> bool:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return False
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    return any(_callable_with_two(node.args) for node in functions)


def _callable_with_two(arguments: ast.arguments) -> bool:
    positional = len(arguments.posonlyargs) + len(arguments.args)
    needed = positional - len(arguments.defaults)
    required_keywords = any(default is None for default in arguments.kw_defaults)
    return needed <= 2 and not required_keywords and (positional >= 2 or arguments.vararg is not None)

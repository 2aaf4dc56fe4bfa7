"""Last source: a bounded guess from the signature. Whether it reproduces, only the proof decides."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from functions.draft_patch.context import DraftContext
from functions.draft_patch.regression.place import Place
from mendloop.contracts.draft import RegressionSource, RegressionTest
from mendloop.contracts.mapping import Target

_SUSPICIOUS = {
    "TypeError": ("None", "{}"),
    "AttributeError": ("None", "{}"),
    "KeyError": ("{}",),
    "IndexError": ("[]", '""'),
    "ZeroDivisionError": ("0", "[]"),
    "ValueError": ('""', "[]"),
    "UnicodeDecodeError": ('b"\\xff"',),
    "StopIteration": ("[]",),
}
_MOST = 2
MOST_MESSAGE = 200
"""Of the words that a made-up test must fail with: its type and function alone could be met by chance."""

_TEMPLATE = '''"""{function} with a value that raises {exception}, made from its signature and the trace."""


def test_value_that_raised_in_production():
    from {module} import {function}

    {function}({arguments})
'''


@dataclass(frozen=True)
class _Call:
    module: str
    function: str
    parameters: tuple[str, ...]


def guessed(context: DraftContext, place: Place) -> Iterator[RegressionTest]:
    """At most two calls of the target with values typical for the exception; only plain functions can be called."""
    call = _call(context, context.mapping.targets[0]) if context.mapping.targets else None
    values = _SUSPICIOUS.get(context.exception.rsplit(".", 1)[-1], ())
    for value in values[:_MOST] if call and call.parameters else ():
        arguments = ", ".join(value for _ in call.parameters) if call else ""
        content = _TEMPLATE.format(
            function=call.function if call else "",
            exception=context.exception,
            module=call.module if call else "",
            arguments=arguments,
        )
        yield RegressionTest(
            source=RegressionSource.GENERATED,
            path=place.path,
            content=content,
            test_id=place.node_id("test_value_that_raised_in_production"),
            expected_message=context.fault.trace.message[:MOST_MESSAGE] if context.fault else "",
            reason=f"Made from the signature: {value} for each argument is typical for {context.exception}.",
        )


def _call(context: DraftContext, target: Target) -> _Call | None:
    source = context.base.python(target.path)
    function = source.named(target.function) if source else None
    if source is None or function is None or "." in target.function:
        return None
    if re.match(r"\s*async\s", source.lines[function.start - 1]):
        return None
    parameters = tuple(name for name in function.parameters if not name.startswith("*"))
    module = module_of(target.path, context)
    return _Call(module, target.function, parameters) if module else None


def module_of(path: str, context: DraftContext) -> str:
    """Dotted name that a test in the service's root imports the file by; empty where there is none."""
    root = context.service.root.strip("/")
    inner = path.removeprefix(root + "/") if root else path
    parts = list(PurePosixPath(inner).with_suffix("").parts)
    parts = parts[1:] if parts and parts[0] == "src" else parts
    parts = parts[:-1] if parts and parts[-1] == "__init__" else parts
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""

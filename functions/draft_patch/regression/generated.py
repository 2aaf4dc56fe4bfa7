"""Third source: the function that raised, called with what the trace tells, else with a guess from its signature.

Whether it reproduces, only the proof decides: here by the exception's type and words, at the very line of the trace.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from functions.draft_patch.context import DraftContext
from functions.draft_patch.regression.place import Place
from functions.draft_patch.regression.signature import statement_at
from functions.draft_patch.regression.situation import situation_of
from functions.draft_patch.site import Site, crash_site
from mendloop.contracts.draft import Edit, RegressionSource, RegressionTest
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

_TEMPLATE = '''"""{function} with a value that raises {exception}, made from its signature and the trace."""


def test_value_that_raised_in_production():
    from {module} import {function}

    {function}({arguments})
'''


_SITUATION = '''"""{function} as the trace tells: {said}. What it does not tell is a stand-in."""

{imports}
def test_values_that_raised_in_production({fixtures}):
    from {module} import {imported}

    {body}
'''


@dataclass(frozen=True)
class _Call:
    module: str
    function: str
    parameters: tuple[str, ...]


def told(context: DraftContext, place: Place, edits: Sequence[Edit]) -> Iterator[RegressionTest]:
    """At most one: the situation made again from what the message and the line say of values.

    None for a change elsewhere: it may cure where the value came from, while the function that raised fails as before.
    """
    site = crash_site(context)
    module = _module(site.path, context) if site else ""
    situation = situation_of(site) if site and module else None
    if site is None or situation is None or (situation.quotes and context.service.repository.public):
        return
    if not any(_touches(edit, site, context, alone=not situation.real) for edit in edits):
        return
    body, said = situation.lines(), _words(situation.said)
    content = _SITUATION.format(
        function=site.function,
        said=said,
        imports="from unittest.mock import MagicMock\n\n" if any("MagicMock" in line for line in body) else "",
        fixtures="tmp_path" if any("tmp_path" in line for line in body) else "",
        module=module,
        imported=situation.callee.imported,
        body="\n    ".join(body),
    )
    yield RegressionTest(
        source=RegressionSource.GENERATED,
        path=place.path,
        content=content,
        test_id=place.node_id("test_values_that_raised_in_production"),
        expected_message=site.message[:MOST_MESSAGE],
        expected_lines=_lines(site, context),
        reason=f"Made from the trace: {said}; a stand-in for each value that it does not tell.",
    )


def _touches(edit: Edit, site: Site, context: DraftContext, *, alone: bool) -> bool:
    """Whether an edit lies in the function that raised; not `alone`: anywhere in its file, e.g. in the constructor."""
    source = context.base.python(site.path) if edit.path == site.path else None
    function = source.named(site.function) if source else None
    at = site.text.find(edit.search.replace("\r\n", "\n")) if function else -1
    if function is None or at < 0:
        return False
    first = site.text.count("\n", 0, at) + 1
    return not alone or (first <= function.end and first + edit.search.rstrip("\n").count("\n") >= function.start)


def _words(said: list[str]) -> str:
    """For the test's own docstring: without what could end it."""
    text = "".join(character if character.isprintable() else " " for character in ", ".join(said))
    return text.replace("\\", "/").replace('"', "'")[:200]


def _lines(site: Site, context: DraftContext) -> dict[str, tuple[int, int]]:
    """First and last of the statement: which line of it a trace names depends on the runtime's version."""
    running = context.base.at(context.mapping.revision).read(site.path) or b""
    return {"running": statement_at(running, site.running_line), "base": statement_at(site.text.encode(), site.line)}


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
    module = _module(target.path, context)
    return _Call(module, target.function, parameters) if module else None


def _module(path: str, context: DraftContext) -> str:
    root = context.service.root.strip("/")
    inner = path.removeprefix(root + "/") if root else path
    parts = list(PurePosixPath(inner).with_suffix("").parts)
    parts = parts[1:] if parts and parts[0] == "src" else parts
    parts = parts[:-1] if parts and parts[-1] == "__init__" else parts
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""

"""Third source: the function that raised, called with what the trace tells of its values.

Whether it reproduces, only the proof decides: by the exception's type and words, in the very statement of the trace.
"""

from collections.abc import Iterator, Sequence

from functions.draft_patch.context import DraftContext
from functions.draft_patch.regression.generated import MOST_MESSAGE, module_of
from functions.draft_patch.regression.place import Place
from functions.draft_patch.regression.signature import statement_at
from functions.draft_patch.regression.situation import situation_of
from functions.draft_patch.site import Site, crash_site
from mendloop.contracts.draft import Edit, RegressionSource, RegressionTest

_SITUATION = '''"""{function} as the trace tells: {said}. What it does not tell is a stand-in."""

{imports}
def test_values_that_raised_in_production({fixtures}):
    from {module} import {imported}

    {body}
'''


def told(context: DraftContext, place: Place, edits: Sequence[Edit]) -> Iterator[RegressionTest]:
    """At most one: the situation made again from what the message and the line say of values.

    None for a change elsewhere: it may cure where the value came from, while the function that raised fails as before.
    """
    site = crash_site(context)
    module = module_of(site.path, context) if site else ""
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

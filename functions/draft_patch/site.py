"""Where a failure was raised, at the base: the line of the trace, found again by its text."""

from dataclasses import dataclass

from functions.draft_patch.context import DraftContext
from mendloop.contracts.mapping import Target
from mendloop.domain.patch import encoding_of
from mendloop.domain.python_source import PythonSource


@dataclass(frozen=True)
class Site:
    """The deepest own frame, with the exception as the runtime said it."""

    path: str
    function: str
    line: int
    """At the base, from 1."""
    text: str
    """The file at the base, with plain line feeds."""
    error: str
    """Last part of the exception's type."""
    message: str
    running_line: int = 0
    """In the running revision, as the trace says it."""


def crash_site(context: DraftContext) -> Site | None:
    """None where no frame of own Python code is known, or its line no longer stands in the function exactly once."""
    target = _deepest(context)
    content = context.base.read(target.path) if target else None
    source = context.base.python(target.path) if target else None
    function = source.named(target.function) if source and target else None
    if target is None or content is None or source is None or function is None or context.fault is None:
        return None
    running = context.base.at(context.mapping.revision).python(target.path)
    said = _line(running, target.frame_line or 0)
    same = [at for at in range(function.start, function.end + 1) if source.lines[at - 1].strip() == said]
    if not said or len(same) != 1:
        return None
    text = content.decode(encoding_of(target.path, content)).replace("\r\n", "\n")
    trace = context.fault.trace
    error = trace.type.rsplit(".", 1)[-1]
    return Site(target.path, target.function, same[0], text, error, trace.message, target.frame_line or 0)


def _deepest(context: DraftContext) -> Target | None:
    framed = {f"{target.path}::{target.function}": target for target in context.mapping.targets if target.frame_line}
    named = [framed[name] for name in context.mapping.code_path if name in framed]
    return named[-1] if named else next(iter(framed.values()), None)


def _line(source: PythonSource | None, number: int) -> str:
    return source.lines[number - 1].strip() if source and 0 < number <= len(source.lines) else ""

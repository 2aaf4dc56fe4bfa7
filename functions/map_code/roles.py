"""What part a function plays where the exception passes through it: some only say no, or hand on."""

import re
from dataclasses import dataclass
from enum import StrEnum

from mendloop.domain.source_code import Facts, Function, Raise, SourceFile, Span

CHECKS = re.compile(
    r"^_*(check|validate|verify|ensure|assert|require|expect|fail|throw|raise|abort|must|reject|report|error|missing|"
    r"not_?null|is_?true|force_reraise|wrap_?exc)",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(r"(Exception|Error|Fault|Failure)$")
_SMALL = 8
_WORDS = {"len", "nil", "null", "None", "self", "this"}


class Role(StrEnum):
    """Seen from the line that the trace names."""

    RAISER = "raiser"
    """It exists to raise: an exception's factory, a reporter, a counter with a limit, a check."""
    GUARD = "guard"
    """It refuses what it was given, before doing anything with it."""
    PASSES = "passes"
    """On that line it hands on only what it was given."""
    WORKS = "works"


@dataclass(frozen=True)
class Part:
    """The role, and what the line says."""

    role: Role
    raises: bool
    """The line raises itself, or calls a check that did."""


@dataclass(frozen=True)
class Crash:
    """What is known when a line is judged."""

    deepest: bool
    """No own frame lies deeper."""
    refused: bool
    """What the line called said no: an own raiser."""
    error: str
    """The exception's type, without its package."""


def part_of(source: SourceFile, function: Function, line: int, crash: Crash) -> Part:
    """Of the function that holds the line."""
    facts = source.facts(function)
    span = source.statement_around(line, function)
    calls = [call for call in facts.calls if _meets(call.span, span)]
    raised = next((one for one in facts.raises if one.span.start <= line <= one.span.end), None)
    if raised and crash.deepest and not _of_type(raised, facts, crash.error):
        raised = None  # building the exception failed
    check = next((call for call in calls if CHECKS.match(call.name)), None)
    raises = bool((raised or check) and (crash.deepest or crash.refused))
    built = crash.deepest and source.language != "go" and _may_build(function, facts, crash.error)
    if _returns_exception(source, facts) and (raises or built):
        return Part(Role.RAISER, raises=True)
    lines = function.end - function.start + 1
    if raises and not facts.returns and (lines <= _SMALL or any(one.always for one in facts.raises)):
        return Part(Role.RAISER, raises)
    if crash.refused and lines <= _SMALL and any(call.always for call in calls):
        return Part(Role.RAISER, raises)  # it always runs into the check
    asked = set(raised.asked) if raised else set(check.given) if check else set[str]()
    if raises and asked and not asked & _made(facts, line):
        return Part(Role.GUARD, raises)
    given = set(function.parameters) - source.grammar.itself
    names = set[str]().union(*(call.given for call in calls)) - facts.attributes_at(span)
    if not raises and names & given and names - _constants(names, facts) <= given - _made(facts, line):
        return Part(Role.PASSES, raises)
    return Part(Role.WORKS, raises)


def _meets(left: Span, right: Span) -> bool:
    return left.start <= right.end and right.start <= left.end


def _of_type(raised: Raise, facts: Facts, error: str) -> bool:
    """Whether the line can have raised it: it builds that type, or builds none itself."""
    calls = [call for call in facts.calls if _meets(call.span, raised.span)]
    built = {call.name for call in calls if (call.creates and call.innermost == 1) or _EXCEPTION.search(call.name)}
    return not built or error in built or not error


def _returns_exception(source: SourceFile, facts: Facts) -> bool:
    made = [call for call in facts.calls if call.innermost == 1 and (call.creates or source.language == "python")]
    returned = [call for call in made if any(_meets(call.span, span) for span in facts.returns)]
    return any(_EXCEPTION.search(call.name) for call in returned)


def _may_build(function: Function, facts: Facts, error: str) -> bool:
    """Whether the exception can come from here: its class is named or the function's own, or it has no name."""
    return error in {"", function.owner.rsplit(".", 1)[-1], *(call.name for call in facts.calls)} or error.isdigit()


def _made(facts: Facts, line: int) -> set[str]:
    """Names that got their value in the function, before the line."""
    return {name for one in facts.assignments if one.span.start < line for name in one.names - one.attributes}


def _constants(names: set[str], facts: Facts) -> set[str]:
    called = {call.name for call in facts.calls}
    return {name for name in names if name[:1].isupper() or name in called} | {
        "len",
        "nil",
        "null",
        "None",
        "self",
        "this",
    }

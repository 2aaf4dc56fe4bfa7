"""What part a function plays where the exception passes through it: some only say no, or hand on."""

import re
from dataclasses import dataclass
from enum import StrEnum

from mendloop.domain.source_code import Call, Facts, Function, SourceFile, Span

CHECKS = re.compile(
    r"^_*(check|validate|verify|ensure|assert|require|expect|fail|throw|raise|abort|must|reject|report|error|missing|"
    r"not_?null|is_?true|force_reraise|wrap_?exc)",
    re.IGNORECASE,
)
_EXCEPTION = re.compile(r"(Exception|Error|Fault|Failure)$")
_SMALL = 8


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


def part_of(source: SourceFile, function: Function, line: int, *, crash: bool, checked: bool) -> Part:
    """`crash`: no own frame lies deeper. `checked`: what it called said no (an own raiser, or a dependency's check)."""
    facts = source.facts(function)
    span = source.statement_around(line, function)
    raised = next((one for one in facts.raises if one.span.start <= line <= one.span.end), None)
    calls = [call for call in facts.calls if _meets(call.span, span)]
    check = next((call for call in calls if CHECKS.match(call.name)), None)
    raises = (crash and raised is not None) or (check is not None and (crash or checked)) or (checked and bool(raised))
    if raises and _exists_to_raise(source, function, facts):
        return Part(Role.RAISER, raises)
    given = set(function.parameters) - source.grammar.itself
    asked = raised.asked if raised else check.given if check else frozenset[str]()
    if raises and asked and _only_given(set(asked), given, facts, line):
        return Part(Role.GUARD, raises)
    if not crash and _hands_on(calls, given, facts, line):
        return Part(Role.PASSES, raises)
    return Part(Role.WORKS, raises)


def _meets(left: Span, right: Span) -> bool:
    return left.start <= right.end and right.start <= left.end


def _exists_to_raise(source: SourceFile, function: Function, facts: Facts) -> bool:
    if any(one.always for one in facts.raises):
        return True
    made = [call for call in facts.calls if call.creates or source.language == "python"]
    returned = [call for call in made if any(_meets(call.span, span) for span in facts.returns)]
    if any(_EXCEPTION.search(call.name) for call in returned):
        return True
    lines = function.end - function.start + 1
    return lines <= _SMALL and not facts.returns and (bool(facts.raises) or bool(CHECKS.match(function.short)))


def _only_given(names: set[str], given: set[str], facts: Facts, line: int) -> bool:
    """Whether the names are parameters, besides constants, classes and called functions, and were not changed since."""
    called = {call.name for call in facts.calls}
    values = {name for name in names if not name[:1].isupper()} - called - {"len", "nil", "null", "None"}
    made = {name for one in facts.assignments if one.span.start < line for name in one.names}
    return bool(values) and bool(values & given) and values <= given and not values & made


def _hands_on(calls: list[Call], given: set[str], facts: Facts, line: int) -> bool:
    names = set[str]().union(*(call.given for call in calls))
    return bool(names) and _only_given(names, given, facts, line)

"""Hypotheses that were looked at and not taken, each with what speaks for it and why it was set aside."""

from collections.abc import Iterator, Sequence

from functions.choose_route.rules import Rule, names_of, said_by
from mendloop.contracts.evidence import Evidence, Fault, StackTrace


def set_aside(taken: Rule | None, evidence: Evidence, fault: Fault | None, rules: Sequence[Rule]) -> list[str]:
    """In the order of the rules. Without an exception every rule but the one taken that a line speaks for."""
    found: list[str] = []
    for rule in rules:
        if taken is not None and rule.reason_code == taken.reason_code:
            continue
        if cause := next((cause for cause in _causes(fault) if rule.types & names_of(cause)), None):
            decided = spoken_type(fault.trace) if fault else "another exception"
            found.append(
                f"{rule.reason_code}: {spoken_type(cause)} lies behind it, but the code raised {decided} for it."
            )
        elif lines := said_by(rule, evidence):
            instead = f"{spoken_type(fault.trace)} was raised" if fault else "another sign outweighs it"
            found.append(f"{rule.reason_code}: {', '.join(lines)} says so, but {instead}.")
    return found


def spoken_type(trace: StackTrace) -> str:
    """The exception's type, or `An exception` where its name is no name."""
    return trace.type if all(part.isidentifier() for part in trace.type.split(".")) else "An exception"


def _causes(fault: Fault | None) -> Iterator[StackTrace]:
    left = list(fault.trace.causes) if fault else []
    while left:
        cause = left.pop(0)
        yield cause
        left += cause.causes

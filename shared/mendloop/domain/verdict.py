"""What test results mean, in pure rules. Nothing here believes a process further than it can be checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MOST_ATTEMPTS = 3
"""Drafts of one incident, counting those whose proof failed."""
GOOD = frozenset({"passed"})
BAD = frozenset({"failed", "error"})


@dataclass(frozen=True)
class Expected:
    """What red must show to be the failure of production. `test_path` is the regression test's own file."""

    exception: str
    function: str
    test_path: str
    lines: tuple[int, int] | None = None
    """First and last of the statement, where the test was made from it; None for any."""
    message: str = ""
    """What the exception says, where the test was made from it."""


def difference(expected: Expected, exception: str, frames: Sequence[str], message: str = "") -> str:
    """Empty when it is the same failure, else in words how it differs. Frames are `path:function:line`.

    A failure without an expected type cannot be recognised: it never counts as the same.
    """
    if not expected.exception:
        return "production's exception type is not known"
    if not same_name(expected.exception, exception):
        return f"{exception or 'no exception'} instead of {expected.exception}"
    if expected.function and not any(_passes(frame, expected) for frame in frames):
        at = f", line {expected.lines[0]}" if expected.lines else ""
        return f"{exception}, but not through {expected.function}{at}"
    if expected.message not in message:
        return f"{exception}, but with other words"
    return ""


def same_name(expected: str, actual: str) -> bool:
    """Exception names agree when one is a dotted tail of the other: runtimes print with or without the module."""
    long, short = sorted((expected, actual), key=len, reverse=True)
    return bool(short) and (long == short or long.endswith("." + short))


def _passes(frame: str, expected: Expected) -> bool:
    path, _, rest = frame.partition(":")
    function, _, line = rest.rpartition(":")
    first, last = expected.lines or (0, 0)
    there = not last or (line.isdigit() and first <= int(line) <= last)
    return path != expected.test_path and there and same_name(expected.function, function.replace("<locals>.", ""))


@dataclass(frozen=True)
class SuiteComparison:
    """The project's own tests on the patched head against those on the base."""

    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    worse: list[str] = field(default_factory=list)
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    base_failed: int = 0

    @property
    def text(self) -> str:
        """One line for a person."""
        base = "the same" if self.failed == self.base_failed else f"{self.base_failed} failed"
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}; base: {base}"


def compare(collected: Sequence[str], base: Mapping[str, str], patched: Mapping[str, str]) -> SuiteComparison:
    """Statuses by test id. Exactly the collected ids are expected; a test that passed on the base must pass."""
    statuses = list(patched.values())
    return SuiteComparison(
        missing=sorted(set(collected) - set(patched)),
        extra=sorted(set(patched) - set(collected)),
        worse=sorted(name for name, status in patched.items() if base.get(name) in GOOD and status not in GOOD),
        passed=sum(status in GOOD for status in statuses),
        failed=sum(status in BAD for status in statuses),
        skipped=statuses.count("skipped"),
        base_failed=sum(status in BAD for status in base.values()),
    )


def exit_code_fits(exit_code: int | None, statuses: Sequence[str]) -> bool:
    """Whether pytest's exit code says what its reports say: 0 all well, 1 some failed, 5 nothing ran."""
    if any(status in BAD for status in statuses):
        return exit_code == 1
    return exit_code == (0 if statuses else 5)

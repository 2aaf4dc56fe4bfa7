"""The verdict on one job's result. Reads reports and never project code."""

from dataclasses import dataclass, field, replace

from mendloop.contracts.draft import RegressionTest
from mendloop.contracts.verification import TestJob, TestOutcome, TestRun, TreeRun, VerificationStatus
from mendloop.domain.verdict import BAD, GOOD, Expected, SuiteComparison, compare, difference, exit_code_fits

FORGERY = "Tests run inside the process of the code they test: code made to deceive its test runner is not excluded."
ALWAYS_OPEN = (FORGERY, "What no test looks at: other inputs, load, data in production.")
NO_SUITE = "That nothing else broke: none of the project's own tests passed, or there are none."
NO_TRACE = (
    "That this is why production failed: there was no stack trace to compare with; the test shows what a commit broke."
)
STAND_INS = (
    "That production's other values act like the stand-ins which the regression test puts where the trace tells none."
)
OPEN_IN = {
    "unsandboxed": "The tests ran without a sandbox.",
    "isolated_function": "The tests ran as their runner's own user, in a function that reaches one prefix only: "
    "code made to take over its runner is not excluded.",
}
MISSING = TestOutcome(test_id="", status="missing")


@dataclass(frozen=True)
class Verdict:
    """Status and one sentence, with what was shown and what was not."""

    status: VerificationStatus
    reason: str
    red: str = ""
    green: str = ""
    suite: str = ""
    not_proved: list[str] = field(default_factory=list)
    output_tail: str = ""


@dataclass(frozen=True)
class Red:
    """What the regression test showed on one unpatched tree. `technical`: it could not be asked there."""

    same: bool
    text: str
    technical: bool = False


class Judge:
    """One result against one job."""

    def __init__(self, job: TestJob, run: TestRun, test: RegressionTest) -> None:
        self._job, self._run, self._test = job, run, test
        self._expected = Expected(test.expected_type, test.expected_function, test.path, message=test.expected_message)
        self._open = [OPEN_IN[run.sandbox]] if run.sandbox in OPEN_IN else []
        self._open += [STAND_INS] if test.expected_lines else []
        self._open += [NO_TRACE] if test.path and not test.expected_type else []

    def verdict(self) -> Verdict:
        """The first thing that is wrong decides; the suite is looked at even where nothing was reproduced."""
        if self._run.skipped:
            return Verdict(VerificationStatus.SKIPPED, _sentence(f"Nothing was run: {self._run.skipped}"))
        suite, verdict = self._suite()
        if verdict is None:
            verdict = self._regression() if self._job.regression_id else self._no_test()
        return replace(verdict, suite=suite, not_proved=[*verdict.not_proved, *self._open, *ALWAYS_OPEN])

    # --- the project's own tests ---

    def _suite(self) -> tuple[str, Verdict | None]:
        """One line, and a verdict when the suite alone decides."""
        collected, base, patched = (
            self._session(*which) for which in (("base", "collect"), ("base", "suite"), ("patched", "suite"))
        )
        broken = _unusable(collected) or _unusable(base)
        ids = [outcome.test_id for outcome in collected.outcomes] if collected else []
        if broken or base is None:
            return "", _skipped(f"The base's own tests could not be run: {broken}", base)
        if sorted(ids) != sorted(outcome.test_id for outcome in base.outcomes):
            return "", _skipped("The base's own tests are not those that were collected", base)
        if patched is None or patched.contained:
            reason = patched.contained if patched else "no result"
            return "", _failed(f"The project's tests on the patched head were stopped: {reason}", patched)
        comparison = compare(ids, _statuses(base), _statuses(patched))
        if not comparison.passed:
            self._open.append(NO_SUITE)
        return comparison.text, _suite_verdict(comparison, base, patched)

    # --- the regression test ---

    def _no_test(self) -> Verdict:
        reason = f"The failure was not reproduced: {self._test.reason or 'there is no regression test'}"
        return Verdict(
            VerificationStatus.NOT_REPRODUCED, _sentence(reason), not_proved=["That the change cures the failure."]
        )

    def _regression(self) -> Verdict:
        running, base = self._red("running"), self._red("base")
        verdict = self._not_reproduced(running, base) or self._not_green() or self._cured(running, base)
        return replace(verdict, red=f"running revision: {running.text}; base: {base.text}")

    def _not_reproduced(self, running: Red, base: Red) -> Verdict | None:
        if not (running.same or (running.technical and base.same)):
            reason = f"The regression test does not show production's failure on the running revision: {running.text}"
            session = self._session("running", "regression")
            tail = session.output_tail if session else ""
            return Verdict(VerificationStatus.NOT_REPRODUCED, _sentence(reason), output_tail=tail)
        if self._test.green_at and not self._green("good"):
            reason = f"The regression test is not green on {self._test.green_at[:12]}, which ran well"
            return Verdict(VerificationStatus.NOT_REPRODUCED, _sentence(reason))
        return None

    def _not_green(self) -> Verdict | None:
        if self._green("patched"):
            return None
        session = self._session("patched", "regression")
        shown = (session.contained if session else "no result") or _shown(self._outcome(session))
        return replace(_failed(f"The regression test is not green on the patched head: {shown}", session), green=shown)

    def _cured(self, running: Red, base: Red) -> Verdict:
        if not base.same:
            reason = f"The regression test is not red on the base it would be merged into: {base.text}"
            return Verdict(VerificationStatus.NOT_REPRODUCED, _sentence(reason), green="passed")
        if running.technical:
            reason = (
                f"Red on the base and green on the patched head; the running revision could not show it: {running.text}"
            )
            missing = ["That the revision in production fails in this way."]
            return Verdict(VerificationStatus.TESTS_PASS, _sentence(reason), green="passed", not_proved=missing)
        if self._test.green_at:
            reason = (
                f"Green on {self._test.green_at[:12]}, which ran well, red on the failed revision and on the base, "
                "green on the patched head"
            )
            return Verdict(VerificationStatus.TESTS_PASS, _sentence(reason), green="passed")
        reason = "The same failure on the running revision and on the base, gone on the patched head"
        if left := self._left_red():
            count, names = left
            reason += f"; but of {count} other tests that the commit broke {len(names)} stay red, e.g. {names[0]}"
            missing = ["That all is mended that the commit broke: tests that it took away or changed stay red."]
            return Verdict(VerificationStatus.TESTS_PASS, _sentence(reason), green="passed", not_proved=missing)
        return Verdict(VerificationStatus.PROVED, _sentence(reason), green="passed")

    def _left_red(self) -> tuple[int, list[str]] | None:
        """Of the witnesses that are red on the base, how many, and those that are not green on the patched head."""
        base, patched = self._session("base", "witnesses"), self._session("patched", "witnesses")
        red = [name for name, status in _statuses(base).items() if status in BAD] if base else []
        after = _statuses(patched) if patched and not patched.contained else {}
        left = [name for name in red if after.get(name) not in GOOD]
        return (len(red), left) if left else None

    def _red(self, tree: str) -> Red:
        session = self._session(tree, "regression")
        if session is None or session.contained:
            return Red(False, session.contained if session else "not there to be tested", technical=True)
        outcome = self._outcome(session)
        if outcome.status in {"error", "missing"}:
            return Red(False, f"{_shown(outcome)}, the test could not run there", technical=True)
        if outcome.status != "failed" or session.exit_code != 1:
            return Red(False, outcome.status)
        if self._test.green_at:
            return Red(True, _shown(outcome))
        expected = replace(self._expected, lines=self._test.expected_lines.get(tree))
        other = difference(expected, outcome.exception_type, outcome.frames, outcome.message)
        through = f" through {self._expected.function}" if self._expected.function else ""
        return Red(not other, other or f"{outcome.exception_type}{through}")

    def _green(self, tree: str) -> bool:
        session = self._session(tree, "regression")
        if session is None or session.contained:
            return False
        return self._outcome(session).status == "passed" and session.exit_code == 0

    # --- reading the result ---

    def _session(self, tree: str, kind: str) -> TreeRun | None:
        found = [run for run in self._run.runs if (run.tree, run.kind) == (tree, kind)]
        return found[0] if len(found) == 1 else None

    def _outcome(self, session: TreeRun | None) -> TestOutcome:
        """Of the regression test, and only when nothing else was run with it."""
        outcomes = session.outcomes if session else []
        if len(outcomes) == 1 and outcomes[0].status == "error":
            return outcomes[0]  # its module could not be imported: reported by the file's name
        if len(outcomes) != 1 or outcomes[0].test_id != self._job.regression_id:
            return MISSING
        return outcomes[0]


def _unusable(session: TreeRun | None) -> str:
    if session is None:
        return "no result"
    if session.contained:
        return session.contained
    return "" if session.exit_code in {0, 1, 2, 5} else f"pytest ended with exit code {session.exit_code}"


def _statuses(session: TreeRun) -> dict[str, str]:
    return {outcome.test_id: outcome.status for outcome in session.outcomes}


def _suite_verdict(comparison: SuiteComparison, base: TreeRun, patched: TreeRun) -> Verdict | None:
    if comparison.missing or comparison.extra:
        kind, names = ("missing", comparison.missing) if comparison.missing else ("unknown", comparison.extra)
        return _failed(f"The patched head reports {len(names)} {kind} tests, e.g. {names[0]}", patched)
    if comparison.worse:
        named = comparison.worse[0]
        return _failed(
            f"{len(comparison.worse)} tests that pass on the base do not pass any more, e.g. {named}", patched
        )
    fits = exit_code_fits(patched.exit_code, list(_statuses(patched).values()))
    if not fits and patched.exit_code != base.exit_code:
        return _failed(f"pytest ended with exit code {patched.exit_code}, which its reports do not explain", patched)
    return None


def _shown(outcome: TestOutcome) -> str:
    return f"{outcome.status} with {outcome.exception_type}" if outcome.exception_type else outcome.status


def _skipped(reason: str, session: TreeRun | None) -> Verdict:
    tail = session.output_tail if session else ""
    return Verdict(VerificationStatus.SKIPPED, _sentence(reason), output_tail=tail)


def _failed(reason: str, session: TreeRun | None) -> Verdict:
    tail = session.output_tail if session else ""
    return Verdict(VerificationStatus.FAILED, _sentence(reason), output_tail=tail)


def _sentence(text: str) -> str:
    return text[:300].rstrip(".") + "."

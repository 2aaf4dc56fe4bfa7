"""Regression tests in the order of what they prove best."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from functions.draft_patch.context import DraftContext, Proposal
from functions.draft_patch.regression.generated import guessed
from functions.draft_patch.regression.place import place_for
from functions.draft_patch.regression.proposed import proposed
from functions.draft_patch.regression.removed import restored, witnesses
from functions.draft_patch.regression.replay import replayed
from functions.draft_patch.regression.told import told
from mendloop.contracts.draft import RegressionSource, RegressionTest, Witness


def regression_tests(context: DraftContext, proposal: Proposal) -> Iterator[RegressionTest]:
    """Candidates, best first, each with the type and the function that its red must show; last `none`, with why."""
    place = place_for(context)
    expected = {
        "expected_type": context.fault.trace.type if context.fault else "",
        "expected_function": _crash(context),
        "green_at": _ran_well(context),
    }
    # A drafter that undoes nothing names no commit; what the likeliest one took away is as good a proof of its change.
    suspects = context.mapping.suspects
    suspect = proposal.suspect or (suspects[0].commit.sha if suspects else "")
    lost = restored(context, place, suspect)
    others = witnesses(context, place, proposal.suspect)
    for test in chain(
        _witnessed([context.shown] if context.shown else [], others),
        replayed(context, place),
        islice(lost, 1),  # the likeliest; whether it shows the failure, only the proof tells
        proposed(place, proposal),
        _witnessed(told(context, place, proposal.edits), others),
        lost,
        guessed(context, place),
    ):
        yield test.model_copy(update=expected)
    yield RegressionTest(source=RegressionSource.NONE, reason=_why_none(context))


def _witnessed(tests: Iterable[RegressionTest], others: list[Witness]) -> Iterator[RegressionTest]:
    """What undoes a commit must mend what that commit took away, whichever test shows it; nothing else must."""
    for test in tests:
        yield test.model_copy(update={"witnesses": others})


def _ran_well(context: DraftContext) -> str:
    """Of a failed deployment that left no trace: only what it took away can be shown."""
    return context.evidence.last_good_revision if context.fault is None and context.evidence.deployment_failed else ""


def _crash(context: DraftContext) -> str:
    """The function of the deepest own frame: that is where the same failure must pass through."""
    framed = [target for target in context.mapping.targets if target.frame_line is not None]
    names = {f"{target.path}::{target.function}" for target in framed}
    deepest = next((name for name in reversed(context.mapping.code_path) if name in names), "")
    return deepest.rpartition("::")[2] or (framed[0].function if framed else "")


def _why_none(context: DraftContext) -> str:
    if context.evidence.requests and not context.service.entry_point:
        return "The catalog names no entry_point to replay the kept request through, and nothing else reproduces it."
    if context.evidence.requests:
        return "No kept request could be made into a test, and nothing else reproduces the failure."
    return "No failing request was kept, the suspect commit removed no test, and the signature offers no safe guess."

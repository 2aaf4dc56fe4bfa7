"""What earlier attempts of the incident came to, and why another one is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from mendloop import documents
from mendloop.contracts.approval import Action
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.draft import CodeFix, Edit, RegressionTest
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import Verification, VerificationNext, VerificationStatus
from mendloop.domain.errors import NotFound
from mendloop.ports import ArtifactStore, DecisionStore, IncidentStore

LONGEST_HINT = 2_000


def attempt_of(execution: Execution) -> int:
    """1 for the first draft. The slot of the last attempt counts, so a retried step is the same attempt."""
    return execution.draft.attempt + 1 if execution.draft else 1


def failed_proof(execution: Execution) -> bool:
    """The last draft did not pass its verification."""
    return bool(execution.verification and execution.verification.next is VerificationNext.REDRAFT)


def asked_for_another(execution: Execution) -> bool:
    """A reviewer wants another draft."""
    return bool(execution.decision and execution.decision.action is Action.REDRAFT)


@dataclass(frozen=True)
class Lessons:
    """What earlier drafts taught: edits not to offer again, tests that show nothing, and a draft to test anew."""

    tried: list[tuple[Edit, ...]] = field(default_factory=list)
    unreproduced: frozenset[str] = frozenset()
    retest: CodeFix | None = None
    shown: RegressionTest | None = None
    had: frozenset[str] = frozenset()


def lessons(drafts: Sequence[CodeFix], verdict: Verification | None) -> Lessons:
    """From earlier drafts, oldest first, and the verdict on the last one.

    A draft that was followed by the same edits with another test had the wrong test, no wrong edits. A test that showed
    the failure is worth keeping, whatever became of the draft that it came with.
    """
    unreproduced = verdict is not None and verdict.status is VerificationStatus.NOT_REPRODUCED
    tried: list[tuple[Edit, ...]] = []
    tests: set[str] = set()
    for fix, following in zip_longest(drafts, drafts[1:]):
        if following.edits == fix.edits if following else unreproduced:
            tests.add(fix.regression.content)
        else:
            tried.append(tuple(fix.edits))
    last = drafts[-1] if drafts else None
    shown = last.regression if last and verdict and verdict.red and not unreproduced else None
    had = frozenset(fix.drafter for fix in drafts)
    return Lessons(tried, frozenset(tests), last if unreproduced else None, shown, had)


def learned(execution: Execution, artifacts: ArtifactStore, attempt: int) -> Lessons:
    """Where only the base has moved, the same edits are wanted again: nothing was learned."""
    if not failed_proof(execution) and not asked_for_another(execution):
        return Lessons()
    slot = execution.verification
    verdict = documents.load(artifacts, slot.ref, Verification) if slot else None
    if verdict and not failed_proof(execution) and verdict.status is VerificationStatus.NOT_REPRODUCED:
        verdict = None  # a reviewer wants other edits, whatever the test showed
    return lessons(_earlier(execution, artifacts, attempt), verdict)


def _earlier(execution: Execution, artifacts: ArtifactStore, attempt: int) -> list[CodeFix]:
    found = []
    for number in range(1, attempt):
        key = documents.key(execution.incident_id, "draft_patch", f"draft-{number}.json")
        content = artifacts.read(key)
        if content and b'"kind":"code_fix"' in content:
            found.append(CodeFix.model_validate_json(content))
    return found


def reviewer_hint(execution: Execution, decisions: DecisionStore, artifacts: ArtifactStore) -> str:
    """The reviewer's comment, else the tail of the failed proof's output; untrusted. Empty when there is neither."""
    if failed_proof(execution) and execution.verification:
        return _proof(execution.verification.ref, artifacts)
    if asked_for_another(execution) and execution.decision:
        decision = decisions.decision(execution.decision.request_id)
        return decision.comment[:LONGEST_HINT] if decision else ""
    return ""


def _proof(ref: ArtifactRef, artifacts: ArtifactStore) -> str:
    verification = documents.load(artifacts, ref, Verification)
    return f"{verification.reason}\n{verification.output_tail[-LONGEST_HINT:]}"


@dataclass(frozen=True)
class Refused:
    """What people rejected for this fault before, in this incident or an earlier one, and the last reason given."""

    edits: list[tuple[Edit, ...]] = field(default_factory=list)
    hint: str = ""


def refused(service: str, fault: str, incidents: IncidentStore, artifacts: ArtifactStore) -> Refused:
    """Empty where nothing was rejected. A draft that is gone teaches nothing any more; its reason still does."""
    found = incidents.rejections(service, fault) if fault else []
    edits = [tuple(fix.edits) for each in found if (fix := _kept(each.draft, artifacts))]
    said = next((each.comment for each in reversed(found) if each.comment), "")
    return Refused(edits, f"An earlier change for this failure was rejected: {said}"[:LONGEST_HINT] if said else "")


def _kept(ref: ArtifactRef, artifacts: ArtifactStore) -> CodeFix | None:
    try:
        return documents.load(artifacts, ref, CodeFix)
    except NotFound:
        return None

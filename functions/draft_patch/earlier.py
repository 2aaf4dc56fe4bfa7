"""What earlier attempts of the incident came to, and why another one is wanted."""

from mendloop import documents
from mendloop.contracts.approval import Action
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.draft import CodeFix, Edit
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import Verification, VerificationNext
from mendloop.ports import ArtifactStore, DecisionStore

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


def edits_tried(execution: Execution, artifacts: ArtifactStore, attempt: int) -> list[tuple[Edit, ...]]:
    """Edits not to offer again. Where only the base has moved, the same edits are wanted again: none."""
    if not failed_proof(execution) and not asked_for_another(execution):
        return []
    found = []
    for number in range(1, attempt):
        key = documents.key(execution.incident_id, "draft_patch", f"draft-{number}.json")
        content = artifacts.read(key)
        if content and b'"kind":"code_fix"' in content:
            found.append(tuple(CodeFix.model_validate_json(content).edits))
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

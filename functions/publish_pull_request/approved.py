"""What was approved, read from the stores by id and proved to be what would be published."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from mendloop import documents
from mendloop.approved_question import approved_question
from mendloop.approving import Rules, as_consent, rules_of
from mendloop.contracts.approval import ApprovalRequest, Content, Decision
from mendloop.contracts.draft import CodeFix, Draft
from mendloop.contracts.evidence import Evidence
from mendloop.contracts.execution import Execution
from mendloop.contracts.verification import Verification, VerificationStatus
from mendloop.domain.catalog import Catalog, Repository
from mendloop.domain.errors import BadDecision, ContentChanged
from mendloop.domain.identity import content_hash, sha256
from mendloop.domain.patch import apply_edits, unified_diff
from mendloop.ports import ArtifactStore, CodeHost, DecisionStore

_DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)
_NAMES = {
    "evidence_sha256": "the evidence",
    "draft_sha256": "the draft",
    "diff_sha256": "the diff",
    "base": "the base revision",
    "verification_sha256": "the verification",
    "catalog_sha256": "the catalog",
}


@dataclass(frozen=True)
class Approved:
    """A question, its positive answer, and the content both are bound to."""

    request: ApprovalRequest
    decision: Decision
    approvers: list[str]
    """Catalog names of everybody whose approval counts."""
    fix: CodeFix
    verification: Verification


def read_approved(
    execution: Execution,
    *,
    decisions: DecisionStore,
    artifacts: ArtifactStore,
    catalog: Catalog,
    catalog_sha256: str,
) -> Approved:
    """The approved content. BadDecision when nobody approved it, or not as the service's policy wants it.

    ContentChanged when it is not what they saw.
    """
    asked = execution.decision.request_id if execution.decision else ""
    request, decision = approved_question(execution.incident_id, decisions, asked=asked)
    approvers = _by_the_rules(request, decision, decisions, rules_of(request, catalog, artifacts))
    documents.load(artifacts, request.evidence, Evidence)
    fix = documents.load_any(artifacts, request.draft, _DRAFT)
    verification = documents.load(artifacts, request.verification, Verification)
    if not isinstance(fix, CodeFix):
        raise ContentChanged(f"the draft is no code fix but {fix.kind}")
    _same(request, fix, catalog_sha256)
    if verification.draft_sha256 != request.draft.sha256:
        raise ContentChanged("the verification is of another draft")
    if verification.status is VerificationStatus.FAILED:
        raise ContentChanged("the verification failed; a failed draft is never published")
    return Approved(request, decision, approvers, fix, verification)


def _by_the_rules(request: ApprovalRequest, decision: Decision, decisions: DecisionStore, rules: Rules) -> list[str]:
    """Who approved, counted anew: what was recorded is not believed to have been recorded by the rules."""
    if refusal := rules.refusal(decision.by, decision.identity):
        raise BadDecision(f"the approval of {request.id} does not count: {refusal}")
    agreed = rules.counting([as_consent(decision), *decisions.consents(request.id)])
    if len(agreed) < rules.people:
        raise BadDecision(f"{rules.people} different people must approve {request.id}, {len(agreed)} did")
    return agreed


def _same(request: ApprovalRequest, fix: CodeFix, catalog_sha256: str) -> None:
    """Compare field by field, so that the message names what differs."""
    now = Content(
        schema_version=request.content.schema_version,
        evidence_sha256=request.evidence.sha256,
        draft_sha256=request.draft.sha256,
        diff_sha256=sha256(fix.diff),
        base=fix.base,
        verification_sha256=request.verification.sha256,
        catalog_sha256=catalog_sha256,
    )
    differing = [name for field, name in _NAMES.items() if getattr(now, field) != getattr(request.content, field)]
    if differing:
        raise ContentChanged(f"changed since it was approved: {', '.join(differing)}")
    if content_hash(now) != request.content_sha256:
        raise ContentChanged(f"the hash kept with {request.id} is not that of its content")


def patched_files(code: CodeHost, repository: Repository, fix: CodeFix) -> dict[str, bytes]:
    """Whole new contents at the pinned base; ContentChanged when they do not make the very diff that was shown."""

    def read(path: str) -> bytes | None:
        return code.file(repository, fix.base, path)

    after = apply_edits(read, fix.edits)
    if fix.regression.path and fix.regression.published:
        after[fix.regression.path] = fix.regression.content.encode()
    if unified_diff({path: read(path) for path in after}, after) != fix.diff:
        raise ContentChanged("the edits do not make the diff that was approved")
    return after

"""The question: exactly this content, bound by its hash."""

from datetime import datetime, timedelta

from pydantic import TypeAdapter

from functions.request_approval.mail import Letter
from mendloop import documents
from mendloop.contracts.approval import ApprovalRequest, Content
from mendloop.contracts.draft import CodeFix, Draft
from mendloop.contracts.evidence import Evidence
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import Signal
from mendloop.contracts.mapping import CodeMap
from mendloop.contracts.verification import Verification
from mendloop.domain.catalog import Autonomy, Service
from mendloop.domain.errors import ContentChanged
from mendloop.domain.identity import content_hash, sha256
from mendloop.domain.outgoing import identifier, plural
from mendloop.ports import ArtifactStore

DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)


def question(
    execution: Execution, artifacts: ArtifactStore, service: Service, catalog_sha256: str, now: datetime
) -> ApprovalRequest:
    """ContentChanged when a slot is empty, the draft is no code fix, or what was verified is another draft."""
    evidence, mapping, verification = execution.evidence, execution.mapping, execution.verification
    draft = execution.draft_under_test()
    if not (evidence and mapping and draft and verification):
        raise ContentChanged("an approval needs evidence, mapping, draft and verification; one slot is empty")
    fix = documents.load_any(artifacts, draft, DRAFT)
    if not isinstance(fix, CodeFix):
        raise ContentChanged(f"only a code fix can be approved, this draft is {fix.kind}")
    if documents.load(artifacts, verification.ref, Verification).draft_sha256 != draft.sha256:
        raise ContentChanged("the verification is of another draft than the one to be approved")
    code_map = documents.load(artifacts, mapping.ref, CodeMap)
    content = Content(
        evidence_sha256=evidence.ref.sha256,
        draft_sha256=draft.sha256,
        diff_sha256=sha256(fix.diff),
        base=fix.base,
        verification_sha256=verification.ref.sha256,
        catalog_sha256=catalog_sha256,
    )
    target = code_map.targets[0].function if code_map.targets else ""
    owner = code_map.owner.catalog_name if code_map.owner else ""
    return ApprovalRequest(
        id=f"{execution.incident_id}.{execution.rounds}-{content_hash(content)[:8]}",
        incident_id=execution.incident_id,
        service=service.name,
        content=content,
        content_sha256=content_hash(content),
        evidence=evidence.ref,
        mapping=mapping.ref,
        draft=draft,
        verification=verification.ref,
        approvers=sorted(service.approvers, key=lambda name: (name != owner, service.approvers.index(name))),
        typed_word=_word(target, service),
        asked_at=now,
        expires_at=now + timedelta(hours=service.limits.approval_hours),
        summary=_summary(service, evidence.exception, fix, code_map),
        publishes=service.autonomy is Autonomy.PULL_REQUEST,
    )


def _word(function: str, service: Service) -> str:
    """What an approver types: the function's own name, or the service's where it has none one could type."""
    name = function.rsplit(".", 1)[-1]
    return name if name.isidentifier() else service.name


def _summary(service: Service, exception: str, fix: CodeFix, code_map: CodeMap) -> str:
    """E.g. `TypeError in shop: undo 4 lines of 3f2a91c07d in shop/pricing/totals.py::order_total`."""
    where = ", ".join(fix.functions or fix.files)
    lines = plural(fix.code_lines, "line")
    undone = fix.drafter == "revert" and not fix.adjusted_by and bool(code_map.suspects)
    what = f"undo {lines} of {code_map.suspects[0].commit.sha[:10]}" if undone else f"change {lines}"
    return f"{identifier(exception, 'A failure')} in {service.name}: {what} in {where}"


def letter_of(
    request: ApprovalRequest,
    artifacts: ArtifactStore,
    *,
    signal: Signal | None,
    recovered_at: datetime | None,
    people: int,
    site_url: str,
) -> Letter:
    """What the mail about a question is built from, read from the store."""
    return Letter(
        request=request,
        evidence=documents.load(artifacts, request.evidence, Evidence),
        mapping=documents.load(artifacts, request.mapping, CodeMap),
        fix=documents.load_any(artifacts, request.draft, DRAFT),
        verification=documents.load(artifacts, request.verification, Verification),
        recovered_at=recovered_at,
        signal=signal,
        people=people,
        site_url=site_url,
    )

"""Request approval: bind exactly this content to a question, and mail it to the people who may answer."""

import math
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from functions.request_approval.mail import Letter, reminder, request_mail
from mendloop import documents
from mendloop.contracts.approval import Action, ApprovalRequest, ApprovalSlot, Content
from mendloop.contracts.draft import CodeFix, Draft
from mendloop.contracts.evidence import Evidence
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import IncidentState, TimelineEntry
from mendloop.contracts.mapping import CodeMap
from mendloop.contracts.verification import Verification
from mendloop.domain.catalog import Approver, Catalog, Service
from mendloop.domain.errors import ContentChanged, Misconfigured
from mendloop.domain.identity import content_hash, sha256
from mendloop.domain.outgoing import identifier
from mendloop.ports import (
    ArtifactStore,
    CatalogStore,
    Clock,
    DecisionStore,
    IncidentStore,
    LinkClaims,
    LinkSigner,
    Mailer,
)

_DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)


def request_approval(
    execution: Execution,
    *,
    artifacts: ArtifactStore,
    incidents: IncidentStore,
    decisions: DecisionStore,
    catalogs: CatalogStore,
    signer: LinkSigner,
    mailer: Mailer,
    clock: Clock,
    site_url: str,
) -> ApprovalSlot:
    """Ask, or remind when the wait woke up before the expiry. The same question twice is one question.

    Raises Misconfigured when no approver could receive the mail: silence would look like a refusal.
    """
    catalog, catalog_sha256 = catalogs.load()
    service = catalog.services.get(execution.service)
    if service is None:
        raise Misconfigured(f"the service {execution.service} is not in the catalog any more")
    now = clock.now()
    reminding = execution.decision is not None and execution.decision.action is Action.REMIND
    request = (
        decisions.request(execution.decision.request_id) if reminding and execution.decision else None
    ) or decisions.ask(_question(execution, artifacts, service, catalog_sha256, now))
    asked, unconfirmed = _who(request, service, catalog, mailer)
    letter = _letter(request, artifacts, site_url)
    for approver in asked:
        link = signer.sign(
            LinkClaims(
                request_id=request.id,
                approver=approver.name,
                content_sha256=request.content_sha256,
                expires_at=request.expires_at,
            ),
            "link",
        )
        mail = reminder if reminding else request_mail
        subject, body = mail(letter, f"{site_url}/r/{link}")
        mailer.send(approver, subject, body)
    _remember(incidents, execution, asked, unconfirmed, reminding, now)
    return ApprovalSlot(
        request_id=request.id,
        content_sha256=request.content_sha256,
        expires_at=request.expires_at,
        wait_seconds=_wait(request, service, reminding, now),
        asked=[approver.name for approver in asked],
        unconfirmed=unconfirmed,
    )


def _question(
    execution: Execution, artifacts: ArtifactStore, service: Service, catalog_sha256: str, now: datetime
) -> ApprovalRequest:
    evidence, mapping, draft, verification = (
        execution.evidence,
        execution.mapping,
        execution.draft,
        execution.verification,
    )
    if not (evidence and mapping and draft and verification):
        raise ContentChanged("an approval needs evidence, mapping, draft and verification; one slot is empty")
    fix = documents.load_any(artifacts, draft.ref, _DRAFT)
    if not isinstance(fix, CodeFix):
        raise ContentChanged(f"only a code fix can be approved, this draft is {draft.kind}")
    code_map = documents.load(artifacts, mapping.ref, CodeMap)
    content = Content(
        evidence_sha256=evidence.ref.sha256,
        draft_sha256=draft.ref.sha256,
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
        draft=draft.ref,
        verification=verification.ref,
        approvers=sorted(service.approvers, key=lambda name: (name != owner, service.approvers.index(name))),
        typed_word=_word(target, service),
        asked_at=now,
        expires_at=now + timedelta(hours=service.limits.approval_hours),
        summary=_summary(service, evidence.exception, fix, code_map),
    )


def _word(function: str, service: Service) -> str:
    """What an approver types: the function's own name, or the service's where it has none one could type."""
    name = function.rsplit(".", 1)[-1]
    return name if name.isidentifier() else service.name


def _summary(service: Service, exception: str, fix: CodeFix, code_map: CodeMap) -> str:
    """E.g. `TypeError in shop: undo 4 lines of 3f2a91c07d in shop/pricing/totals.py::order_total`."""
    where = ", ".join(fix.functions or fix.files)
    lines = f"{fix.changed_lines} line{'' if fix.changed_lines == 1 else 's'}"
    undone = fix.drafter == "revert" and bool(code_map.suspects)
    what = f"undo {lines} of {code_map.suspects[0].commit.sha[:10]}" if undone else f"change {lines}"
    return f"{identifier(exception, 'A failure')} in {service.name}: {what} in {where}"


def _wait(request: ApprovalRequest, service: Service, reminding: bool, now: datetime) -> int:
    """Until the one reminder, else until just after the expiry: a wake-up before it would remind once more."""
    left = max(0, math.ceil((request.expires_at - now).total_seconds())) + 1
    until_reminder = math.ceil(service.limits.reminder_hours * 3600)
    return left if reminding else min(left, until_reminder)


def _who(
    request: ApprovalRequest, service: Service, catalog: Catalog, mailer: Mailer
) -> tuple[list[Approver], list[str]]:
    # A reminder may come after the catalog changed: who may not decide any more is not mailed either.
    approvers = [catalog.approvers[name] for name in request.approvers if name in service.approvers]
    asked = [approver for approver in approvers if mailer.confirmed(approver)]
    unconfirmed = [approver.name for approver in approvers if approver not in asked]
    if not asked:
        raise Misconfigured(
            f"no approver of {request.service} has confirmed their mail topic: {', '.join(unconfirmed)}",
            next_action="Let one of them click the confirmation mail, or run `mendloop catalog push` to send it again.",
        )
    return asked, unconfirmed


def _letter(request: ApprovalRequest, artifacts: ArtifactStore, site_url: str) -> Letter:
    return Letter(
        request=request,
        evidence=documents.load(artifacts, request.evidence, Evidence),
        mapping=documents.load(artifacts, request.mapping, CodeMap),
        fix=documents.load_any(artifacts, request.draft, _DRAFT),
        verification=documents.load(artifacts, request.verification, Verification),
        site_url=site_url,
    )


def _remember(
    incidents: IncidentStore,
    execution: Execution,
    asked: list[Approver],
    unconfirmed: list[str],
    reminding: bool,
    now: datetime,
) -> None:
    incident = incidents.load(execution.incident_id)
    if incident and incident.state is not IncidentState.WAITING:
        incidents.save(incident.model_copy(update={"state": IncidentState.WAITING, "updated_at": now}))
    names = ", ".join(approver.name for approver in asked)
    what = f"{'Reminded' if reminding else 'Asked'} {names}"
    if unconfirmed:
        what += f"; not confirmed, hence not asked: {', '.join(unconfirmed)}"
    incidents.note(execution.incident_id, TimelineEntry(at=now, step="request_approval", what=what))

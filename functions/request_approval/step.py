"""Request approval: bind exactly this content to a question, and mail it to the people who may answer."""

import math
from datetime import datetime

from functions.request_approval.question import letter_of, question
from functions.request_approval.round import Round
from mendloop.approving import Rules, rules_of
from mendloop.asking import Due, due
from mendloop.contracts.approval import Action, ApprovalRequest, ApprovalSlot
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import IncidentState
from mendloop.domain.errors import Misconfigured
from mendloop.incident_facts import recovered_at
from mendloop.ports import (
    ArtifactStore,
    AuditTrail,
    CatalogStore,
    Clock,
    DecisionStore,
    IncidentStore,
    LinkSigner,
    Mailer,
)


def request_approval(
    execution: Execution,
    *,
    artifacts: ArtifactStore,
    incidents: IncidentStore,
    decisions: DecisionStore,
    catalogs: CatalogStore,
    signer: LinkSigner,
    audit: AuditTrail,
    mailer: Mailer,
    clock: Clock,
    site_url: str,
) -> ApprovalSlot:
    """Ask whoever was not asked yet, remind who is to be reminded. The same question twice is one question.

    One approver whose mail fails keeps no other from being asked; theirs is tried again. Raises the failure when
    nobody was reached, and Misconfigured when nobody could be: silence would look like a refusal.
    """
    catalog, catalog_sha256 = catalogs.load()
    service = catalog.services.get(execution.service)
    if service is None:
        raise Misconfigured(f"the service {execution.service} is not in the catalog any more")
    now = clock.now()
    reminding = execution.decision is not None and execution.decision.action is Action.REMIND
    request = (
        decisions.request(execution.decision.request_id) if reminding and execution.decision else None
    ) or decisions.ask(question(execution, artifacts, service, catalog_sha256, now))
    handed = decisions.handed_over(request.id)
    wanted = due(request, service, incidents.timeline(execution.incident_id), now, handed)
    _somebody_may_approve(rules_of(request, catalog, artifacts))
    incident = incidents.load(execution.incident_id)
    letter = letter_of(
        request,
        artifacts,
        signal=incident.signal if incident else None,
        recovered_at=recovered_at(incidents, execution.incident_id),
        people=service.approval.people,
        site_url=site_url,
    )
    round_ = Round(request, letter, catalog, decisions, signer, audit, mailer, incidents, clock)
    round_.send(wanted)
    round_.insist(wanted)
    _wait_for_them(incidents, execution, now)
    return ApprovalSlot(
        request_id=request.id,
        content_sha256=request.content_sha256,
        expires_at=request.expires_at,
        wait_seconds=_wait(request, wanted, now),
        asked=[name for name in request.approvers if name in {*wanted.asked, *round_.reached}],
        unconfirmed=round_.unconfirmed,
        failed=sorted(round_.failures),
    )


def _somebody_may_approve(rules: Rules) -> None:
    """A question that nobody may say yes to would only wait for its expiry."""
    missing = rules.people - len(rules.eligible)
    if missing > 0:
        why = "; ".join(rules.barred.values())
        raise Misconfigured(
            f"{len(rules.eligible)} approvers of {rules.service.name} may approve this, its policy wants {rules.people}"
            f"{f': {why}' if why else ''}",
            next_action=f"Name another approver in services.{rules.service.name}.approvers, then replay the incident.",
        )


def _wait(request: ApprovalRequest, wanted: Due, now: datetime) -> int:
    """Until the one reminder, else until just after the expiry: a wake-up before it would find nothing to do."""
    left = max(0, math.ceil((request.expires_at - now).total_seconds())) + 1
    return math.ceil((wanted.remind_at - now).total_seconds()) if wanted.remind_at else left


def _wait_for_them(incidents: IncidentStore, execution: Execution, now: datetime) -> None:
    incident = incidents.load(execution.incident_id)
    if incident and incident.state is not IncidentState.WAITING:
        incidents.save(incident.model_copy(update={"state": IncidentState.WAITING, "updated_at": now}))

"""Settle decision: read what was decided; the store is the truth, whoever woke the execution."""

from mendloop.auditing import of_decision, write_down
from mendloop.contracts.approval import Action, ApprovalRequest, Decision, DecisionSlot, Rejection
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import TimelineEntry
from mendloop.domain.errors import Misconfigured, NotFound
from mendloop.ports import AuditTrail, Clock, DecisionStore, IncidentStore


def settle_decision(
    execution: Execution, *, decisions: DecisionStore, incidents: IncidentStore, audit: AuditTrail, clock: Clock
) -> DecisionSlot:
    """The decision that stands. Nobody decided: past the expiry `expired` is written, before it a reminder is due.

    No decision is followed that the audit trail does not tell of.
    """
    if execution.approval is None:
        raise Misconfigured("nothing was asked: the approval slot is empty")
    request = decisions.request(execution.approval.request_id)
    if request is None:
        raise NotFound(f"the question {execution.approval.request_id} is not in the decisions table")
    now = clock.now()
    decision = decisions.decision(request.id)
    if decision is None and now < request.expires_at:
        return DecisionSlot(
            request_id=request.id,
            action=Action.REMIND,
            next=Action.REMIND,
            by="mendloop",
            at=now,
            content_sha256=request.content_sha256,
        )
    if decision is None:
        expired = Decision(
            request_id=request.id,
            action=Action.EXPIRED,
            by="mendloop",
            at=now,
            content_sha256=request.content_sha256,
        )
        decision = decisions.decide(expired)
    write_down(audit, request.incident_id, of_decision(decision))
    if decision.action is Action.REJECT:
        _remember(request, decision, incidents)
    nobody = decision.action is Action.EXPIRED
    what = "Nobody decided in time: the question expired" if nobody else f"Follows {decision.by}: {decision.action}"
    incidents.note(execution.incident_id, TimelineEntry(at=now, step="settle_decision", what=what))
    return DecisionSlot(
        request_id=request.id,
        action=decision.action,
        next=_next(decision, request),
        by=decision.by,
        at=decision.at,
        content_sha256=decision.content_sha256,
    )


def _next(decision: Decision, request: ApprovalRequest) -> Action:
    """As decided; an approved draft of a service that may not publish ends as a ticket."""
    held_back = decision.action is Action.APPROVE and not request.publishes
    return Action.TICKET if held_back else decision.action


def _remember(request: ApprovalRequest, decision: Decision, incidents: IncidentStore) -> None:
    """So that the fault is not drafted in the same way again. What failed without a fault cannot be known again."""
    incident = incidents.load(request.incident_id)
    if incident and incident.fault:
        incidents.save_rejection(
            Rejection(
                service=request.service,
                fault=incident.fault,
                incident_id=request.incident_id,
                draft=request.draft,
                by=decision.by,
                at=decision.at,
                comment=decision.comment,
            )
        )

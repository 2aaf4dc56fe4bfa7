"""The newest question of an incident and its positive answer, as the decision table has them: the truth."""

from mendloop.contracts.approval import Action, ApprovalRequest, Decision
from mendloop.domain.errors import BadDecision, ContentChanged
from mendloop.ports import DecisionStore


def approved_question(
    incident_id: str, decisions: DecisionStore, *, asked: str = ""
) -> tuple[ApprovalRequest, Decision]:
    """BadDecision when nobody approved it, ContentChanged when the decision is on something else.

    `asked`: the question that somebody claims was approved; it must be the newest.
    """
    newest = decisions.latest(incident_id)
    if newest is None or newest.incident_id != incident_id:
        raise BadDecision(f"nobody was ever asked about {incident_id}")
    if asked and asked != newest.id:
        raise ContentChanged(f"the decision is on {asked}, but the newest question is {newest.id}")
    return newest, _approval(newest, decisions)


def _approval(request: ApprovalRequest, decisions: DecisionStore) -> Decision:
    decision = decisions.decision(request.id)
    if decision is None:
        raise BadDecision(f"nobody has decided {request.id}")
    if decision.action is not Action.APPROVE:
        raise BadDecision(f"{request.id} was not approved: the decision is {decision.action.value}")
    if decision.by not in request.approvers:
        raise BadDecision(f"{request.id} was approved by somebody who was not asked")
    if decision.at > request.expires_at:
        raise BadDecision(f"{request.id} was approved after it had expired")
    if decision.content_sha256 != request.content_sha256:
        raise ContentChanged(f"the decision on {request.id} is bound to another content")
    return decision

"""Why this incident becomes a ticket: what stands latest in the execution document decides."""

from mendloop.contracts.approval import Action, DecisionSlot
from mendloop.contracts.execution import MAX_ROUNDS, Execution
from mendloop.contracts.route import Route
from mendloop.contracts.verification import VerificationNext
from mendloop.domain.outgoing_autonomy import DRAFT_ONLY
from mendloop.domain.outgoing_reasons import reason_code

_DECIDED = {Action.TICKET: "asked_by_approver", Action.EXPIRED: "approval_expired"}
_LOOPED = {"BaseMoved"}
"""Errors that lead back into a loop: their slot is left behind and says nothing about the end."""


def reason_of(execution: Execution) -> str:
    """A reason code."""
    found = (
        _of_error(execution),
        "rounds_exhausted" if execution.rounds > MAX_ROUNDS else "",
        _of_decision(execution.decision) if execution.decision else "",
        _of_verification(execution),
        execution.draft.reason_code if execution.draft and execution.draft.kind != "code_fix" else "",
        execution.route.reason_code if execution.route and execution.route.route is Route.TICKET else "",
    )
    return reason_code(next((code for code in found if code), "unknown"))


def _of_error(execution: Execution) -> str:
    error = execution.error.Error if execution.error else ""
    return "" if error in _LOOPED else reason_code(error, otherwise="")


def _of_decision(decision: DecisionSlot) -> str:
    if decision.action is Action.APPROVE and decision.next is Action.TICKET:
        return DRAFT_ONLY
    return _DECIDED.get(decision.action, "")


def _of_verification(execution: Execution) -> str:
    verdict = execution.verification
    return verdict.status.value if verdict and verdict.next is VerificationNext.FILE_TICKET else ""

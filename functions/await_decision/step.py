"""Await decision: keep the wake-up token, or wake at once when the decision was faster than the wait."""

from mendloop.contracts.execution import Execution
from mendloop.domain.errors import Misconfigured
from mendloop.ports import DecisionStore, Workflow


def await_decision(execution: Execution, token: str, *, decisions: DecisionStore, workflow: Workflow) -> None:
    """The token only wakes the execution; what was decided is read from the store afterwards.

    The token is saved before the decision is looked up: whichever of the two comes last sends the wake-up.
    """
    if execution.approval is None:
        raise Misconfigured("nothing was asked: the approval slot is empty")
    decisions.save_token(execution.approval.request_id, token)
    if decisions.decision(execution.approval.request_id) is not None:
        workflow.wake(token)

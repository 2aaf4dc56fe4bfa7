"""Await decision: wiring only. The event holds a task token, so it is never logged."""

from typing import Any

from functions.await_decision.step import await_decision
from mendloop.domain.errors import MendloopError
from mendloop.runtime.entry import entry, read_execution
from mendloop.runtime.wiring import Wiring


@entry("await_decision")
def handler(event: dict[str, Any], wiring: Wiring) -> None:
    token = str(event["token"])
    try:
        await_decision(read_execution(event["execution"]), token, decisions=wiring.decisions, workflow=wiring.workflow)
    except MendloopError as error:
        # A raise under waitForTaskToken may be swallowed until the timeout, so the failure is reported by the token.
        wiring.workflow.fail(token, type(error).__name__, str(error))
        raise

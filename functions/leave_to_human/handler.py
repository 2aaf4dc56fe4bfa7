"""Leave to human: wiring only. Called by the state machine's Catch and, from outside, by EventBridge."""

from typing import Any

from functions.leave_to_human.cause import Cause, from_event, from_execution
from functions.leave_to_human.step import leave_to_human
from mendloop.runtime.entry import entry, read_execution
from mendloop.runtime.wiring import Wiring


@entry("leave_to_human")
def handler(event: dict[str, Any], wiring: Wiring) -> dict[str, Any]:
    cause: Cause = from_event(event) if "detail-type" in event else from_execution(read_execution(event))
    slot = leave_to_human(
        cause,
        incidents=wiring.incidents,
        artifacts=wiring.artifacts,
        catalogs=wiring.catalogs,
        tracker_for=wiring.tracker,
        fallback=wiring.fallback_tracker,
        mailer=wiring.mailer,
        clock=wiring.clock,
        site_url=wiring.settings.site_url,
    )
    return slot.model_dump(mode="json")

"""Announce outcome: wiring only."""

from functions.announce_outcome.step import announce_outcome
from mendloop.contracts.execution import Execution
from mendloop.contracts.publication import OutcomeSlot
from mendloop.runtime.entry import step
from mendloop.runtime.wiring import Wiring


@step("announce_outcome")
def handler(execution: Execution, wiring: Wiring) -> OutcomeSlot:
    return announce_outcome(
        execution,
        incidents=wiring.incidents,
        decisions=wiring.decisions,
        artifacts=wiring.artifacts,
        catalogs=wiring.catalogs,
        mailer=wiring.mailer,
        clock=wiring.clock,
        site_url=wiring.settings.site_url,
    )

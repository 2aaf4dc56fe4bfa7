"""Lambda: on a schedule."""

from typing import Any

from functions.sweep.step import sweep
from mendloop.runtime.entry import entry
from mendloop.runtime.wiring import Wiring


@entry("sweep")
def handler(event: dict[str, Any], wiring: Wiring) -> dict[str, Any]:
    """What was touched."""
    swept = sweep(
        incidents=wiring.incidents,
        decisions=wiring.decisions,
        catalogs=wiring.catalogs,
        workflow=wiring.workflow,
        telemetry_at=wiring.telemetry_at,
        signals=wiring.signals,
        signer=wiring.signer,
        audit=wiring.audit,
        mailer=wiring.mailer,
        clock=wiring.clock,
        site_url=wiring.settings.site_url,
    )
    return swept.model_dump(mode="json")

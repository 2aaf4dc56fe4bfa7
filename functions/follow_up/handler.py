"""Lambda: on a schedule."""

from typing import Any

from functions.follow_up.step import follow_up
from mendloop.runtime.entry import entry, measured
from mendloop.runtime.wiring import Wiring


@entry("follow_up")
def handler(event: dict[str, Any], wiring: Wiring) -> dict[str, Any]:
    """What was looked at."""
    followed = follow_up(
        incidents=wiring.incidents,
        catalogs=wiring.catalogs,
        code_host=wiring.following_host,
        tracker=wiring.tracker,
        telemetry_at=wiring.telemetry_at,
        switch=wiring.switch,
        mailer=wiring.mailer,
        clock=wiring.clock,
        site_url=wiring.settings.site_url,
    )
    if followed.looked or followed.failed:  # a metric that says nothing costs as much as one that does
        measured("follow_up", followed.figures())
    return followed.model_dump(mode="json")

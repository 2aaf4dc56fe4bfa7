"""Lambda: once a week, by the stack's schedule."""

from typing import Any

from functions.send_digest.step import send_digest
from mendloop.runtime.entry import entry
from mendloop.runtime.wiring import Wiring


@entry("send_digest")
def handler(event: dict[str, Any], wiring: Wiring) -> dict[str, Any]:
    """Who was told."""
    sent = send_digest(
        incidents=wiring.incidents,
        catalogs=wiring.catalogs,
        mailer=wiring.mailer,
        clock=wiring.clock,
        site_url=wiring.settings.site_url,
    )
    return sent.model_dump(mode="json")

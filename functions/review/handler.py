"""The review site: wiring only."""

from typing import Any

from functions.review.page import STYLE_HASH
from functions.review.site import Site
from functions.review.web import read, write
from mendloop.runtime.entry import entry
from mendloop.runtime.wiring import Wiring


@entry("review")
def handler(event: dict[str, Any], wiring: Wiring) -> dict[str, Any]:
    site = Site(
        artifacts=wiring.artifacts,
        incidents=wiring.incidents,
        decisions=wiring.decisions,
        catalogs=wiring.catalogs,
        signer=wiring.signer,
        workflow=wiring.workflow,
        switch=wiring.switch,
        clock=wiring.clock,
        url=wiring.settings.need("site_url"),
    )
    return write(site.answer(read(event)), STYLE_HASH)

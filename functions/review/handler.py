"""The review site: wiring only."""

from typing import Any

from aws_lambda_powertools import Logger

from functions.review.once import ReadOnce
from functions.review.rendering import POLICY
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
        catalogs=ReadOnce(wiring.catalogs),
        signer=wiring.signer,
        audit=wiring.audit,
        workflow=wiring.workflow,
        switch=wiring.switch,
        clock=wiring.clock,
        url=wiring.settings.need("site_url"),
        oidc_claim=wiring.settings.oidc_claim,
    )
    answer = site.answer(read(event))
    if answer.failure:
        # A page is answered even then, so the error is not raised; the log and a 5xx are what operators see.
        Logger(service="mendloop.review").error("failed", error=answer.failure)
    return write(answer, POLICY)

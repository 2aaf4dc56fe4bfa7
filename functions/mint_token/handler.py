"""Mint token: wiring only. Its answer is a secret: nothing of it is logged."""

from typing import Any

from pydantic import ValidationError

from functions.mint_token.step import mint_token
from mendloop.contracts.tokens import TokenRequest
from mendloop.domain.errors import BadEvent
from mendloop.runtime.entry import entry
from mendloop.runtime.wiring import Wiring


@entry("mint_token")
def handler(event: dict[str, Any], wiring: Wiring) -> dict[str, Any]:
    """The token as a document."""
    try:
        request = TokenRequest.model_validate(event)
    except ValidationError as error:
        raise BadEvent("not a request for a token") from error
    minted = mint_token(
        request,
        catalogs=wiring.catalogs,
        incidents=wiring.incidents,
        decisions=wiring.decisions,
        issuer=wiring.token_issuer,
        reading=wiring.code_host_with,
        switch=wiring.switch,
        clock=wiring.clock,
    )
    return minted.model_dump(mode="json")

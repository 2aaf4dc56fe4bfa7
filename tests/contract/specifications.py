"""Exchanges with doubles, held against the vendors' own descriptions, which lie beside the checkout.

Where that folder is missing these tests skip and say so; with MENDLOOP_REQUIRE_CONFORMANCE=1 they fail.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.contract.wire import Exchange

FOLDER = Path(__file__).parents[3] / "shared" / "conformance" / "specs"


def folder() -> Path:
    """Of the descriptions."""
    if not FOLDER.is_dir():
        if os.environ.get("MENDLOOP_REQUIRE_CONFORMANCE") == "1":
            pytest.fail(f"the vendors' descriptions are not at {FOLDER}")
        pytest.skip(f"NOT CHECKED: the vendors' descriptions are not at {FOLDER}")
    return FOLDER


@cache
def _openapi(file: str) -> Any:
    from openapi_core import Config, OpenAPI

    # The descriptions are cut from the vendors' whole ones; checking each against OpenAPI itself takes seconds.
    return OpenAPI.from_dict(json.loads((folder() / file).read_text()), config=Config(spec_validator_cls=None))


def check(exchange: Exchange, file: str, host: str) -> None:
    """Raises what openapi-core raises when request or answer is not as described."""
    from openapi_core.testing import MockRequest, MockResponse

    request = MockRequest(
        host,
        exchange.method.lower(),
        exchange.path,
        args=exchange.query,
        data=b"" if exchange.body is None else json.dumps(exchange.body).encode(),
    )
    described = _openapi(file)
    described.validate_request(request)
    answer = json.dumps(exchange.answer).encode()
    described.validate_response(request, MockResponse(answer, status_code=exchange.status))

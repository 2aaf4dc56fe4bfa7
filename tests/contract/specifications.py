"""Exchanges with doubles, held against the vendors' own descriptions, which lie beside the checkout.

Where that folder is missing these tests skip and say so; with MENDLOOP_REQUIRE_CONFORMANCE=1 they fail.
"""

import json
import os
from collections.abc import Sequence
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
    # Who may is the doubles' business; of Atlassian's schemes openapi-core knows only some.
    described = _json(file)
    described.pop("security", None)
    for each in described["paths"].values():
        for operation in each.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    return OpenAPI.from_dict(described, config=Config(spec_validator_cls=None))


def check(exchange: Exchange, file: str, host: str) -> None:
    """Raises what openapi-core raises when request or answer is not as described."""
    from openapi_core.testing import MockResponse

    request = _request(exchange, host)
    described = _openapi(file)
    described.validate_request(request)
    answer = json.dumps(exchange.answer).encode()
    described.validate_response(request, MockResponse(answer, status_code=exchange.status))


def check_each(seen: Sequence[Exchange], file: str, host: str) -> int:
    """Every request of a test, and every answer whose status is described; how many, 0 where nothing can be checked."""
    if not FOLDER.is_dir():
        return 0
    from openapi_core.templating.responses.exceptions import ResponseNotFound

    for exchange in seen:
        if exchange.status:
            try:
                check(exchange, file, host)
            except ResponseNotFound:
                continue
        else:
            _openapi(file).validate_request(_request(exchange, host))
    return len(seen)


def check_document(node: object) -> None:
    """A text in Atlassian's document format; raises jsonschema's ValidationError."""
    from jsonschema import Draft4Validator

    Draft4Validator(_json("atlassian_document_format.json")).validate(node)


def check_graphql(exchange: Exchange, file: str) -> None:
    """One operation with its variables, and its answer's data; AssertionError in graphql-core's words."""
    from graphql import execute

    schema, document = _graphql(file), _valid(file, exchange.body["query"])
    data = exchange.answer.get("data") if isinstance(exchange.answer, dict) else None
    # With the answer as what is there, execution checks the variables, and every field that was asked for.
    given = exchange.body.get("variables")
    told = execute(schema, document, root_value=data or {}, variable_values=given, type_resolver=_typename)
    refused = [error for error in told.errors or [] if data or (error.message or "").startswith("Variable")]
    assert not refused, refused
    assert not data or told.data == data, "the answer holds what was not asked for"


def _typename(*_: object) -> str:
    """Of an object behind an interface or a union; the only one asked for is a commit."""
    return "Commit"


@cache
def _valid(file: str, query: str) -> Any:
    from graphql import parse, validate

    document = parse(query)
    wrong = validate(_graphql(file), document)
    assert not wrong, wrong
    return document


@cache
def _graphql(file: str) -> Any:
    from graphql import build_schema

    return build_schema((folder() / file).read_text(), assume_valid=True)


@cache
def _json(file: str) -> Any:
    return json.loads((folder() / file).read_text())


def _request(exchange: Exchange, host: str) -> Any:
    from openapi_core.testing import MockRequest

    data = b"" if exchange.body is None else json.dumps(exchange.body).encode()
    return MockRequest(host, exchange.method.lower(), exchange.path, args=exchange.query, data=data)

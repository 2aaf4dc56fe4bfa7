"""Where tickets go is checked when the catalog is, in words that name the field."""

from typing import Any

import pytest
from pydantic import ValidationError

from mendloop.domain.catalog import Service
from tests.fakes.house import make_service


def _service(**tickets: Any) -> Service:
    return Service.model_validate({**make_service().model_dump(), "tickets": {"tracker": "github", **tickets}})


@pytest.mark.parametrize(
    ("tickets", "said"),
    [
        ({}, "tickets.project: name owner/name"),
        ({"project": "acme"}, "is not owner/name"),
        ({"project": "acme/shop/issues"}, "is not owner/name"),
        ({"project": "acme/shop", "base_url": "http://elsewhere.example.com"}, "base_url"),
        ({"project": "acme/shop", "after_closing": "forget"}, "after_closing"),
        ({"project": "acme/shop", "labels": [""]}, "labels"),
    ],
)
def test_what_cannot_work_is_refused(tickets: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        _service(**tickets)


def test_the_services_own_repository_is_the_default_project() -> None:
    repository = {"host": "github", "location": "acme/shop"}
    found = Service.model_validate(
        {**make_service().model_dump(), "tickets": {"tracker": "github"}, "repository": repository}
    )
    assert found.tickets.project == "" and found.tickets.after_closing == "reopen"

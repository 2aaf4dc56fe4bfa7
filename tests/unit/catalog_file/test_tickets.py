"""Where tickets go is checked when the catalog is, in words that name the field."""

from typing import Any

import pytest
from pydantic import ValidationError

from mendloop.domain.catalog import Service
from tests.fakes.house import make_service

JIRA = "https://acme.atlassian.net"


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
        ({"project": "acme/shop", "comment_hours": -1}, "comment_hours"),
        ({"tracker": "jira", "project": "OPS"}, "name the address of the Jira site"),
        ({"tracker": "jira", "project": "operations", "base_url": JIRA}, "the key of a Jira project, e.g. OPS"),
        ({"tracker": "jira", "base_url": JIRA}, "the key of a Jira project"),
        ({"tracker": "jira", "project": "OPS", "base_url": JIRA, "labels": ["two words"]}, "have no blanks"),
        ({"tracker": "linear", "project": ""}, "the key of a Linear team"),
        ({"tracker": "linear", "project": "ENG", "priority": "P1"}, "urgent, high, medium, low"),
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


@pytest.mark.parametrize(
    "tickets",
    [
        {
            "tracker": "jira",
            "project": "OPS",
            "base_url": JIRA,
            "fields": {"customfield_1": {"id": "7"}},
            "type": "Task",
        },
        {"tracker": "linear", "project": "ENG/Checkout", "priority": "High", "assignee": "dana@acme.example"},
    ],
)
def test_what_works_is_taken(tickets: dict[str, Any]) -> None:
    assert _service(**tickets).tickets.tracker == tickets["tracker"]

"""What GitHub really answered once, read by the same code; the recordings lie beside the checkout."""

import json
from typing import Any

from mendloop.adapters.github.reading import text_at
from mendloop.adapters.github.weather import kind_of, message_of
from mendloop.domain.errors import Rejected
from tests.contract import specifications


def recorded(name: str) -> list[dict[str, Any]]:
    file = specifications.folder().parent / "github_recorded" / f"{name}.json"
    found: list[dict[str, Any]] = json.loads(file.read_text())
    return found


def test_a_validation_error_says_which_field_is_wrong() -> None:
    (exchange,) = recorded("errors")
    assert kind_of(exchange["status"], {}, exchange["response"]).error is Rejected
    assert message_of(exchange["response"]) == "Validation Failed color invalid"


def test_a_repository_and_its_references_are_where_they_are_looked_for() -> None:
    (repository,) = recorded("get-repository")
    assert text_at(repository["response"], "default_branch") in {"main", "master"}
    assert isinstance(repository["response"]["archived"], bool) and isinstance(repository["response"]["private"], bool)
    made = next(each for each in recorded("git-refs") if each["method"] == "post")
    assert made["body"].keys() == {"ref", "sha"} and "/git/refs" in made["path"]
    assert text_at(made["response"], "object", "sha") == made["body"]["sha"]


def test_labels_are_asked_for_as_they_were() -> None:
    asked = recorded("add-labels-to-issue")[-1]
    assert asked["path"].endswith("/labels") and asked["body"].keys() == {"labels"}
    assert [label["name"] for label in asked["response"]] == asked["body"]["labels"]

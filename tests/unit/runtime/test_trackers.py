"""Each tracker of the catalog gets its own adapter with its own secret; a secret that is not set is named."""

from typing import Any

import pytest

from mendloop.domain.errors import Misconfigured
from mendloop.runtime.settings import Settings
from mendloop.runtime.wiring import Wiring
from tests.fakes.house import make_service

TICKETS: dict[str, dict[str, Any]] = {
    "github": {"project": "acme/shop"},
    "jira": {"project": "OPS", "base_url": "https://acme.atlassian.net"},
    "linear": {"project": "ENG"},
}
NAMES = {"github": "GitHubIssues", "jira": "JiraIssues", "linear": "LinearIssues"}
SETTINGS = {"github": "github_tickets_secret", "jira": "jira_secret", "linear": "linear_secret"}


class Secrets:
    """What was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get(self, name: str) -> str:
        self.asked.append(name)
        return "bot@acme.example:token"


@pytest.mark.parametrize("tracker", TICKETS)
def test_a_tracker_is_opened_with_its_own_secret(tracker: str) -> None:
    wiring, secrets = Wiring(Settings(**{SETTINGS[tracker]: f"mendloop/{tracker}"})), Secrets()
    wiring.__dict__["secrets"] = secrets
    opened = wiring.tracker(make_service(tickets={"tracker": tracker, **TICKETS[tracker]}))
    assert type(opened).__name__ == NAMES[tracker] and secrets.asked == [f"mendloop/{tracker}"]


@pytest.mark.parametrize("tracker", TICKETS)
def test_a_secret_that_is_not_set_is_named(tracker: str) -> None:
    with pytest.raises(Misconfigured, match=SETTINGS[tracker].upper()):
        Wiring(Settings()).tracker(make_service(tickets={"tracker": tracker, **TICKETS[tracker]}))

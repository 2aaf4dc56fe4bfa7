"""Who may read the secrets of trackers: the rooms that file or follow tickets, and only of trackers in use."""

import json
from typing import Any

import pytest

from infra.options import read_options
from tests.infra.synthesis import template


def _may_read(secret: str, **context: str) -> set[str]:
    """Roles with a statement on this secret, by how their policies begin."""
    found: dict[str, Any] = template(**context)["Resources"]
    return {
        name.split("Role")[0]
        for name, resource in found.items()
        if resource["Type"] == "AWS::IAM::Policy" and f":secret:{secret}-" in json.dumps(resource)
    }


def test_without_a_tracker_nobody_who_files_tickets_reads_a_token() -> None:
    assert not _may_read("mendloop/github") & {"FileTicket", "LeaveToHuman"}
    assert "TICKETS_SECRET" not in json.dumps(template())


def test_a_tracker_in_use_opens_its_own_secret_to_those_three() -> None:
    context = {"trackers": "github", "github_tickets_secret": "mendloop/issues"}
    assert _may_read("mendloop/issues", **context) == {"FileTicket", "FollowUp", "LeaveToHuman"}
    assert not _may_read("mendloop/github", **context) & {"FileTicket", "LeaveToHuman"}


def test_each_of_several_trackers_opens_its_own_and_no_other() -> None:
    context = {"trackers": "jira,linear", "linear_secret": "elsewhere/linear"}
    for secret in ("mendloop/jira", "elsewhere/linear"):
        assert _may_read(secret, **context) == {"FileTicket", "FollowUp", "LeaveToHuman"}
    assert not _may_read("mendloop/github", **context) & {"FileTicket", "LeaveToHuman"}
    assert not _may_read("mendloop/jira")


@pytest.mark.parametrize("named", ["gitlab", "github,gitlab"])
def test_a_tracker_that_nobody_knows_is_refused(named: str) -> None:
    with pytest.raises(ValueError, match="gitlab"):
        read_options({"trackers": named}.get)

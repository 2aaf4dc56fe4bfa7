"""The demo's catalog, written as a team would write it."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from mendloop.cli.demo.production import Production

APPROVER = "approver"
"""One constant name, so that the stack (which makes a topic per approver) is the same for every seed."""


def write_catalog(productions: Sequence[Production], inbox_arn: str, file: Path, drafter: str = "revert") -> None:
    """The catalog of the demo's services; the approver's mail goes to the demo's inbox."""
    people = [production.approver for production in productions]
    catalog = {
        "version": 1,
        "approvers": {
            APPROVER: {
                "full_name": people[0].name,
                "delivery": {"protocol": "sqs", "endpoint": inbox_arn},
                "git": sorted({person.mail for person in people}),
            }
        },
        "services": {production.service: _service(production, drafter) for production in productions},
    }
    file.write_text(yaml.safe_dump(catalog, sort_keys=False, allow_unicode=True))


def _service(production: Production, drafter: str) -> dict[str, object]:
    usual: dict[str, object] = {
        "signals": {
            "alarms": [production.alarm_name],
            "log_groups": [production.log_group],
            "functions": [production.function_name],
        },
        "repository": {"host": "local_git", "location": str(production.repository)},
        "test_command": production.test_command,
        "entry_point": production.entry_point,
        "request_field": production.request_field,
        "approvers": [APPROVER],
        "autonomy": "pull_request",
        "drafters": [drafter],
        "limits": {
            "settle_seconds": 2,
            "debounce_seconds": 0,
            "cool_down_minutes": 0,
            "starts_per_hour": 100,
            "open_incidents": 100,
            "test_timeout_seconds": 120,
        },
    }
    return {**usual, **{key: _over(usual.get(key), value) for key, value in production.catalog.items()}}


def _over(usual: object, own: object) -> object:
    """A section's own fields over the usual ones; anything else takes the usual one's place."""
    return {**usual, **own} if isinstance(usual, dict) and isinstance(own, dict) else own

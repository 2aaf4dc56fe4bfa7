"""The demo's catalog, written as a team would write it."""

from pathlib import Path

import yaml

from mendloop.cli.demo.production import Production

APPROVER = "approver"
"""One constant name, so that the stack (which makes a topic per approver) is the same for every seed."""


def write_catalog(production: Production, inbox_arn: str, file: Path) -> None:
    """The catalog of the demo's service; the approver's mail goes to the demo's inbox."""
    person = production.approver
    service = {
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
        "limits": {
            "settle_seconds": 2,
            "debounce_seconds": 0,
            "cool_down_minutes": 0,
            "starts_per_hour": 100,
            "test_timeout_seconds": 120,
        },
    }
    catalog = {
        "version": 1,
        "approvers": {
            APPROVER: {
                "full_name": person.name,
                "delivery": {"protocol": "sqs", "endpoint": inbox_arn},
                "git": [person.mail],
            }
        },
        "services": {production.service: service},
    }
    file.write_text(yaml.safe_dump(catalog, sort_keys=False, allow_unicode=True))

"""Watches from outside, as an operator would: the incidents of a service, and the history of their executions."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from mendloop.cli.place import Place
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.domain.errors import Unavailable

TERMINAL = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}
MOST_INCIDENTS = 1_000


@dataclass
class Watcher:
    """States in the order they were entered, with when."""

    place: Place
    execution_arn: str
    entered: list[tuple[str, datetime]] = field(default_factory=list)

    def look(self) -> list[tuple[str, datetime]]:
        """The states entered since the last look."""
        steps = self.place.client("stepfunctions")
        pages = steps.get_paginator("get_execution_history").paginate(executionArn=self.execution_arn)
        events = [event for page in pages for event in page["events"]]
        all_entered = [
            (event["stateEnteredEventDetails"]["name"], event["timestamp"])
            for event in events
            if "stateEnteredEventDetails" in event
        ]
        fresh = all_entered[len(self.entered) :]
        self.entered.extend(fresh)
        return fresh

    def describe(self) -> dict[str, Any]:
        """Status, input and output."""
        return dict(self.place.client("stepfunctions").describe_execution(executionArn=self.execution_arn))

    def status(self) -> str:
        """RUNNING until it ends; NONE where no execution was started."""
        try:
            return str(self.describe()["status"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
                raise
            return "NONE"

    def document(self) -> dict[str, Any]:
        """The execution document as it ended; {} while it runs or when it failed."""
        output = self.describe().get("output")
        document: dict[str, Any] = json.loads(output) if output else {}
        return document


class ServiceWatcher:
    """All incidents of one service, each with its execution. An execution has its incident's name."""

    def __init__(self, place: Place, service: str) -> None:
        self._place = place
        self.service = service
        self.executions: dict[str, Watcher] = {}
        """By incident, in the order in which they were opened."""

    def incidents(self) -> list[Incident]:
        """Oldest first."""
        found = self._place.wiring.incidents.incidents(service=self.service, limit=MOST_INCIDENTS)
        return sorted(found, key=lambda incident: (incident.opened_at, incident.id))

    def look(self) -> list[tuple[str, str, datetime]]:
        """The states entered since the last look: incident, state, when."""
        started = self._place.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
        for incident in self.incidents():
            if incident.state not in {IncidentState.CLAIMED, IncidentState.SKIPPED}:
                self.executions.setdefault(incident.id, Watcher(self._place, f"{started}:{incident.id}"))
        return [(name, *entered) for name, watcher in self.executions.items() for entered in watcher.look()]

    def ended(self, at_least: int) -> bool:
        """Whether so many incidents are there, and every one of them has come to its end."""
        incidents = self.incidents()
        if len(incidents) < at_least or not all(incident.state.terminal for incident in incidents):
            return False
        return all(watcher.status() in TERMINAL for watcher in self.executions.values())


def wait_for_execution(place: Place, seconds: float) -> Watcher:
    """The first execution that starts; Unavailable when none does in time."""
    deadline = time.monotonic() + seconds
    steps = place.client("stepfunctions")
    while time.monotonic() < deadline:
        found = steps.list_executions(stateMachineArn=place.outputs["StateMachineArn"])["executions"]
        if found:
            first = min(found, key=lambda execution: execution["startDate"])
            return Watcher(place, first["executionArn"])
        time.sleep(0.2)
    raise Unavailable(f"no execution started within {seconds:.0f} s")


def follow(watcher: Watcher, until: Callable[[], bool], seconds: float, show: Callable[[str, datetime], None]) -> None:
    """Show each state as it is entered, until the condition holds or the execution ends; Unavailable when late."""
    deadline = time.monotonic() + seconds
    while True:
        for name, at in watcher.look():
            show(name, at)
        if until() or watcher.status() in TERMINAL:
            for name, at in watcher.look():
                show(name, at)
            return
        if time.monotonic() > deadline:
            raise Unavailable(f"nothing happened within {seconds:.0f} s; the last state is {watcher.entered[-1:]}")
        time.sleep(0.3)

"""Asks one function at a time what its state was asked in a loop that ended well, for incidents of its own."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

from infra.rooms import BY_NAME
from mendloop.cli.demo.inbox import Mail
from mendloop.cli.demo.watch import TERMINAL, Watcher
from mendloop.cli.subscriptions import subscribe
from mendloop.contracts.approval import ApprovalRequest
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.runtime.wiring import Wiring
from tests.e2e.conftest import House

Document = dict[str, Any]


@dataclass
class Desk:
    """`ended` is the loop that was approved and published. What is asked here has no execution behind it."""

    house: House
    ended: Watcher
    inputs: dict[str, Document] = field(default_factory=dict)
    """The execution document by the state that it entered."""
    outputs: dict[str, Document] = field(default_factory=dict)

    def __post_init__(self) -> None:
        steps = self.house.place.client("stepfunctions")
        pages = steps.get_paginator("get_execution_history").paginate(executionArn=self.ended.execution_arn)
        for event in (event for page in pages for event in page["events"]):
            if entered := event.get("stateEnteredEventDetails"):
                self.inputs[entered["name"]] = json.loads(entered["input"])
            if left := event.get("stateExitedEventDetails"):
                self.outputs[left["name"]] = json.loads(left["output"])

    @property
    def wiring(self) -> Wiring:
        return self.house.place.wiring

    @property
    def first(self) -> Incident:
        return self.stored(self.inputs["Collect evidence"]["incident_id"])

    def stored(self, incident_id: str) -> Incident:
        found = self.wiring.incidents.load(incident_id)
        assert found is not None, incident_id
        return found

    def ask(self, room: str, document: Mapping[str, Any]) -> Any:
        """The function's answer; AssertionError with what it raised."""
        answer = self.house.cloud.client("lambda").invoke(
            FunctionName=BY_NAME[room].function_name, Payload=json.dumps(document)
        )
        said = json.loads(answer["Payload"].read() or b"null")
        assert not (isinstance(said, dict) and "errorType" in said), f"{said['errorType']}: {said['errorMessage']}"
        return said

    @contextmanager
    def incident(self, **changes: Any) -> Iterator[str]:
        """A fresh incident like the first one; closed afterwards, its fault set free."""
        now = datetime.now(UTC)
        usual = {"state": IncidentState.STARTED, "execution_arn": "", "opened_at": now, "updated_at": now, "reason": ""}
        own = self.first.model_copy(update={**usual, **changes, "id": f"inc-{token_hex(8)}"})
        self.wiring.incidents.claim(own)
        try:
            yield own.id
        finally:
            self.close(own.id)

    def close(self, incident_id: str) -> None:
        """As one that was opened and closed long ago: no later alarm joins it."""
        stored = self.stored(incident_id)
        if stored.fault:
            self.wiring.incidents.release_fault(stored.service, stored.fault, stored.id)
        long_ago = datetime.now(UTC) - timedelta(days=30)
        then = {"opened_at": long_ago, "updated_at": long_ago}
        self.wiring.incidents.save(
            stored.model_copy(update={"state": IncidentState.CLOSED, "execution_arn": "", **then})
        )

    def document(self, state: str, incident_id: str, **slots: Any) -> Document:
        """What the state was given, for another incident."""
        return {**self.inputs[state], "incident_id": incident_id, **slots}

    def question(self, incident_id: str, **changes: Any) -> ApprovalRequest:
        """The loop's question, asked about this incident; the one that was asked before stands."""
        asked = self.wiring.decisions.latest(self.first.id)
        assert asked is not None
        name = f"{incident_id}.{asked.id.partition('.')[2]}"
        own = asked.model_copy(update={**changes, "id": name, "incident_id": incident_id})
        return self.wiring.decisions.ask(own)

    def mail(self, about: str, seconds: float = 60) -> Mail:
        """The next mail that names this incident."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for mail in self.house.inbox.take():
                if about in mail.body:
                    return mail
            time.sleep(0.2)
        raise AssertionError(f"no mail about {about}")

    @contextmanager
    def nobody_confirmed(self) -> Iterator[None]:
        """No approver has confirmed their topic."""
        sns = self.house.cloud.client("sns")
        for subscription in sns.list_subscriptions()["Subscriptions"]:
            if subscription["TopicArn"].startswith(self.house.place.outputs["ApproverTopicPrefix"]):
                sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        try:
            yield
        finally:
            subscribe(self.house.place, self.wiring.catalogs.load()[0])

    def forget(self, key: str) -> None:
        """Everything that the incidents table keeps under this key."""
        table, items = self.house.place.outputs["IncidentsTable"], self.house.cloud.client("dynamodb")
        found = items.query(
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": key}},
        )["Items"]
        for item in found:
            items.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})

    def wait_for_execution(self, name: str, seconds: float = 120) -> Watcher:
        """The execution of this incident, ended."""
        arn = self.house.place.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:") + f":{name}"
        watcher, deadline = Watcher(self.house.place, arn), time.monotonic() + seconds
        while watcher.status() not in TERMINAL:
            assert time.monotonic() < deadline, f"{name} is {watcher.status()}"
            time.sleep(0.2)
        return watcher

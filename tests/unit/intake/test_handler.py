"""The handler answers per message: what fails comes back alone."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from functions.intake import handler as module
from mendloop.domain.errors import Unavailable
from mendloop.runtime import entry
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import FixedClock
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.switch import InMemorySwitch
from tests.fakes.workflow import RecordingWorkflow
from tests.unit.intake.test_step import alarm


class PickyWorkflow(RecordingWorkflow):
    """Fails for the second of three."""

    def start(self, name: str, document: str) -> str:
        if '"resource":"shop-2"' in document:
            raise Unavailable("the state machine does not answer")
        return super().start(name, document)


def test_only_the_message_that_failed_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    wiring = SimpleNamespace(
        artifacts=InMemoryArtifacts(),
        incidents=InMemoryIncidents(),
        catalogs=FixedCatalog(),
        switch=InMemorySwitch(),
        workflow=PickyWorkflow(),
        clock=FixedClock(),
    )
    monkeypatch.setattr(entry, "Wiring", lambda settings: wiring)
    bodies = [json.dumps(alarm("shop-1")), json.dumps(alarm("shop-2")), "{not json", json.dumps(alarm("shop-3"))]
    records: list[dict[str, Any]] = [
        {"messageId": f"m{number}", "body": body, "eventSource": "aws:sqs"} for number, body in enumerate(bodies)
    ]

    answer = module.handler({"Records": records}, SimpleNamespace(aws_request_id="r"))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert len(wiring.workflow.started) == 2

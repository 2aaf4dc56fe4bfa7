"""What an operator's commands reach: mendloop's stores and queues in moto, with the real intake and safety net behind.

The functions are the real handlers, run as AWS would run them: intake for what lies in the signals queue, and
leave_to_human where the commands invoke it. The state machine only keeps its executions.
"""

import json
import shutil
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto.stepfunctions.models import stepfunctions_backends
from typer.testing import CliRunner

from functions.intake.handler import handler as intake
from functions.leave_to_human.handler import handler as leave_to_human
from mendloop.cli.main import app
from mendloop.cli.place import OUTPUTS, Place, opened
from mendloop.contracts.execution import ErrorSlot, Execution
from mendloop.contracts.incident import Incident
from mendloop.runtime.settings import PREFIX, Settings
from mendloop.runtime.wiring import Wiring
from tests.runbook.deployment import ACCOUNT, FUNCTION, QUEUES, REGION, Deployment

NOBODY = "inc-ffffffffffffffff"
"""An incident that does not exist."""


@dataclass
class Station:
    """One deployed mendloop with the service `shop`, in the current folder."""

    place: Place
    folder: Path
    alarm: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(minutes=1))

    @property
    def wiring(self) -> Wiring:
        return self.place.wiring

    def run(self, *words: str) -> tuple[int, str]:
        """What the command answers; then intake takes what lies in its queue."""
        with opened(self.place):
            result = CliRunner().invoke(app, list(words), env={"COLUMNS": "240"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.take_in()
        return result.exit_code, result.output

    def take_in(self) -> None:
        """As the event source mapping does: what fails stays in the queue."""
        sqs, url = self.place.client("sqs"), self.place.outputs["SignalsQueueUrl"]
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                record = {"messageId": message["MessageId"], "body": message["Body"], "eventSource": "aws:sqs"}
                answer = intake({"Records": [record]}, None)
                if not answer["batchItemFailures"]:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def event(self, name: str = "shop-errors", **fields: Any) -> dict[str, Any]:
        """An alarm that fires a minute ago."""
        at = f"{self.alarm:%Y-%m-%dT%H:%M:%SZ}"
        detail = {
            "alarmName": name,
            "state": {"value": "ALARM", "timestamp": at, "reason": "Threshold Crossed"},
            "previousState": {"value": "OK"},
            "configuration": {"metrics": []},
        }
        sample = {"source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change", "time": at}
        return {**sample, "account": ACCOUNT, "region": REGION, "detail": detail, **fields}

    def fires(self, name: str = "shop-errors", **fields: Any) -> Incident:
        """The alarm's incident, taken in by the real intake."""
        before = {incident.id for incident in self.wiring.incidents.incidents()}
        self.wiring.signals.put(json.dumps(self.event(name, **fields)))
        self.take_in()
        (made,) = [each for each in self.wiring.incidents.incidents() if each.id not in before]
        return made

    def fails(self, error: str, cause: str = "as arranged", name: str = "shop-errors") -> Incident:
        """An incident which the state machine's catch-all has left to a human for this error."""
        incident = self.fires(name)
        document = Execution.model_validate_json(incident.execution_input)
        failed = document.model_copy(update={"error": ErrorSlot(Error=error, Cause=cause)})
        leave_to_human(failed.model_dump(mode="json"), None)
        # moto runs no execution here: what the machine would have kept of it is written down.
        steps = stepfunctions_backends[ACCOUNT][REGION]
        execution = steps.describe_execution(incident.execution_arn)
        execution.status, execution.output = "SUCCEEDED", failed.model_dump_json()
        return self.load(incident.id)

    def invoke_safety_net(self, event: dict[str, Any]) -> None:
        """As EventBridge's rule does."""
        self.place.client("lambda").invoke(FunctionName=FUNCTION, Payload=json.dumps(event).encode())

    def ended(self, status: str, incident: Incident) -> dict[str, Any]:
        """EventBridge's event of an execution that ended outside its own states."""
        detail = {"name": incident.id, "status": status, "input": incident.execution_input}
        kind = "Step Functions Execution Status Change"
        return {"source": "aws.states", "detail-type": kind, "account": ACCOUNT, "region": REGION, "detail": detail}

    def load(self, incident_id: str) -> Incident:
        found = self.wiring.incidents.load(incident_id)
        assert found is not None
        return found

    def letter(self, queue: str, body: Any) -> None:
        """A message that waits in `dead-letters` or `undelivered`."""
        text = body if isinstance(body, str) else json.dumps(body)
        self.place.client("sqs").send_message(QueueUrl=_queue(self.place, queue), MessageBody=text)

    def executions(self) -> list[dict[str, Any]]:
        """Of the state machine, newest first."""
        arn = self.place.outputs["StateMachineArn"]
        return list(self.place.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"])

    def waiting(self, queue: str) -> int:
        """Messages in a queue, hidden ones too."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = _queue(self.place, queue)
        told = self.place.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(told[name]) for name in names)

    def catalog(self, push: bool = True, **fields: Any) -> Path:
        """`mendloop.yaml` in the folder: the service with these fields."""
        file = self.folder / "mendloop.yaml"
        service = {**self._service(), **fields}
        people = {name: {"full_name": name.title(), "delivery": _delivery(name)} for name in ("dana", "robin")}
        file.write_text(yaml.safe_dump({"version": 1, "approvers": people, "services": {"shop": service}}))
        if push:
            self.place.client("s3").put_object(Bucket="catalog", Key="mendloop.yaml", Body=file.read_bytes())
        return file

    def subscribe(self, *names: str) -> None:
        """They have confirmed."""
        for name in names:
            topic = f"{self.place.outputs['ApproverTopicPrefix']}{name}"
            self.place.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=f"{name}@example.com")

    def _service(self) -> dict[str, Any]:
        return {
            "signals": {"alarms": ["shop-*"], "functions": ["shop-api"]},
            "repository": {"host": "local_git", "location": str(self.folder / "shop")},
            "test_command": "python -m pytest -q",
            "approvers": ["dana", "robin"],
            "autonomy": "pull_request",
        }


def _queue(place: Place, name: str) -> str:
    (output,) = [output for output, queue in QUEUES.items() if queue == name]
    return place.outputs[output]


def _delivery(name: str) -> dict[str, str]:
    return {"protocol": "email", "endpoint": f"{name}@example.com"}


def station(deployed: Deployment, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    """As it was deployed, with nothing left of the test before, and the service's repository in the folder."""
    deployed.forget()
    settings = {name: deployed.outputs[output] for name, output in OUTPUTS.items() if output in deployed.outputs}
    for name, value in {**settings, "stage": "local"}.items():
        monkeypatch.setenv(f"{PREFIX}{name.upper()}", value)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    shutil.copytree(deployed.repository, folder / "shop")
    made = Station(Place(deployed.outputs, Wiring(Settings(**{**settings, "stage": "local"})), None), folder)
    made.catalog()
    made.subscribe("dana", "robin")
    (folder / "event.json").write_text(json.dumps(made.event()))
    return made

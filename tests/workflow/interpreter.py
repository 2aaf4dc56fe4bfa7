"""Runs the synthesised state machine for real, in moto's interpreter, with rooms as Python functions.

The pinned moto evaluates the definition; only the Lambda invocation is replaced, by `invoke` of its simple backend: a
room's scripted function gets the state's input and returns its slot or raises, and the class name of what it raises is
what the machine sees, as on AWS. Retries and the waits for evidence cost no real time; nothing else is changed but the
wait for a decision, which takes seconds here.
"""

import json
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from tests.infra.synthesis import definition

Room = Callable[[dict[str, Any]], Any]
ROLE = "arn:aws:iam::123456789012:role/machine"
PATIENCE_SECONDS = 120


@dataclass
class Ended:
    """How an execution ended."""

    status: str
    states: list[str]
    document: dict[str, Any]
    calls: Mapping[str, int]
    error: str = ""


class Interpreter:
    """One mocked cloud; starting it and reading the definition cost a second, so a module's tests share it."""

    def __init__(self) -> None:
        self.client = boto3.client("stepfunctions")
        self.machine: Machine | None = None
        self.waited: list[int] = []
        """Seconds of each Wait state; they cost no time."""
        self._made: dict[str, str] = {}

    def made(self, text: str) -> str:
        """The ARN of the state machine with this definition."""
        if text not in self._made:
            name = f"remediation-{len(self._made)}"
            created = self.client.create_state_machine(name=name, definition=text, roleArn=ROLE)
            self._made[text] = created["stateMachineArn"]
        return self._made[text]

    def invoke(self, name: str, body: Any, answer: dict[str, str]) -> bytes:
        """A Lambda invocation of the machine that runs now."""
        assert self.machine is not None
        return self.machine.invoke(name, json.loads(body), answer)


@contextmanager
def interpreter() -> Iterator[Interpreter]:
    """Mocks the cloud, replaces Lambda's invocation, and lets retries cost no time."""
    config: Any = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}
    with mock_aws(config=config):
        cloud = Interpreter()

        def invoke(
            _: LambdaSimpleBackend, name: str, qualifier: object, body: Any, headers: object, answer: dict[str, str]
        ) -> bytes:
            return cloud.invoke(name, body, answer)

        def wait(self: WaitFunction, env: object, wait_seconds: int) -> None:
            cloud.waited.append(wait_seconds)

        no_time = SimpleNamespace(sleep=lambda seconds: None)
        with (
            patch.object(LambdaSimpleBackend, "invoke", invoke),
            patch.object(retrier_decl, "time", no_time),
            patch.object(WaitFunction, "_wait_interval", wait),
        ):
            yield cloud


@dataclass
class Machine:
    """Rooms by name; each call is counted, `tokens` are what Await decision was given."""

    cloud: Interpreter
    rooms: Mapping[str, Room]
    wait_seconds: int = PATIENCE_SECONDS
    deadline_seconds: int = PATIENCE_SECONDS
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    tokens: list[str] = field(default_factory=list)

    def run(self, document: Mapping[str, Any]) -> Ended:
        """Start with this document and wait for the end."""
        client, self.cloud.machine = self.cloud.client, self
        self.cloud.waited.clear()
        arn = self.cloud.made(json.dumps(self._definition()))
        execution = client.start_execution(
            stateMachineArn=arn, name=f"run-{uuid.uuid4().hex}", input=json.dumps(document)
        )["executionArn"]
        until = time.monotonic() + PATIENCE_SECONDS
        while (found := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
            if time.monotonic() > until:
                client.stop_execution(executionArn=execution)
                raise AssertionError(f"still running after {self._entered(execution)}")
            time.sleep(0.03)
        return Ended(
            status=found["status"],
            states=self._entered(execution),
            document=json.loads(found.get("output", "{}")),
            calls=dict(self.calls),
            error=found.get("error", ""),
        )

    def wake(self) -> None:
        """What the review site does after a decision: the answer carries nothing."""
        self.cloud.client.send_task_success(taskToken=self.tokens[-1], output="{}")

    def invoke(self, name: str, event: dict[str, Any], answer: dict[str, str]) -> bytes:
        """A room's answer, or its error as the Lambda runtime reports it."""
        room = name.rsplit(":", 1)[-1].removeprefix("mendloop-").replace("-", "_")
        self.calls[room] += 1
        if "token" in event:
            self.tokens.append(event["token"])
            event = event["execution"]
        try:
            return json.dumps(self.rooms[room](event)).encode()
        except Exception as error:  # as the runtime does: any class becomes the error's name
            answer["x-amz-function-error"] = "Unhandled"
            return json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}).encode()

    def _definition(self) -> dict[str, Any]:
        machine = definition()
        machine["TimeoutSeconds"] = self.deadline_seconds
        machine["States"]["Await decision"]["TimeoutSeconds"] = self.wait_seconds
        return machine

    def _entered(self, execution: str) -> list[str]:
        history = self.cloud.client.get_execution_history(executionArn=execution, maxResults=1000)["events"]
        return [event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event]

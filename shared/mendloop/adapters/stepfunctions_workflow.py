"""The state machine. Task tokens pass through here and are never put into a message, a log or a repr."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ParamValidationError

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import code_of, from_client_error, translated
from mendloop.domain.errors import Conflict, Misconfigured

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_USELESS = {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}
_UNKNOWN = {"ExecutionDoesNotExist", "InvalidArn"}
_TASK = "a waiting task"


class StepFunctionsWorkflow:
    """Workflow on one state machine, by its ARN (a version's or an alias' ARN too).

    `safety_net`: the function that is told of an execution that ended otherwise than by its own states.
    """

    def __init__(self, state_machine_arn: str, safety_net: str = "") -> None:
        self._arn, self._safety_net = state_machine_arn, safety_net

    @cached_property
    def _client(self) -> "SFNClient":
        return aws_clients.stepfunctions()

    def start(self, name: str, document: str) -> str:
        """Execution ARN. AWS accepts a repeat only while it runs, the emulator never: hence the compare."""
        with translated(f"execution {name}"):
            try:
                return self._client.start_execution(stateMachineArn=self._arn, name=name, input=document)[
                    "executionArn"
                ]
            except ClientError as error:
                if code_of(error) != "ExecutionAlreadyExists":
                    raise
            arn = self._execution_arn(name)
            started_with = self._client.describe_execution(executionArn=arn).get("input", "")
        if json.loads(started_with or "null") != json.loads(document):
            raise Conflict(f"the execution {name} was started with another input")
        return arn

    def wake(self, token: str) -> bool:
        """Wake a waiting execution with an empty payload: what was decided is read from the store."""
        return _useful(lambda: self._client.send_task_success(taskToken=token, output="{}"))

    def fail(self, token: str, error: str, cause: str) -> bool:
        """Report a waiting task's failure."""
        cut = cause[:32_768]
        return _useful(lambda: self._client.send_task_failure(taskToken=token, error=error[:256], cause=cut))

    def status(self, execution_arn: str) -> str:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED or UNKNOWN."""
        with translated(f"execution {execution_arn}"):
            try:
                status: str = self._client.describe_execution(executionArn=execution_arn)["status"]
            except ClientError as error:
                if code_of(error) in _UNKNOWN:
                    return "UNKNOWN"
                raise
        return "RUNNING" if status == "PENDING_REDRIVE" else status

    def ended_at(self, execution_arn: str) -> datetime | None:
        """None while it runs, and where it is not known."""
        with translated(f"execution {execution_arn}"):
            try:
                return self._client.describe_execution(executionArn=execution_arn).get("stopDate")
            except ClientError as error:
                if code_of(error) in _UNKNOWN:
                    return None
                raise

    def report_end(self, name: str, status: str, document: str) -> None:
        """An asynchronous invocation with the shape of EventBridge's event; Misconfigured without a safety net."""
        if not self._safety_net:
            raise Misconfigured("the environment variable MENDLOOP_SAFETY_NET is not set on this function")
        kind = "Step Functions Execution Status Change"
        detail = {"name": name, "status": status, "input": document}
        event = {"source": "aws.states", "detail-type": kind, "detail": detail}
        with translated(f"the function {self._safety_net}"):
            aws_clients.lambdas().invoke(
                FunctionName=self._safety_net, InvocationType="Event", Payload=json.dumps(event).encode()
            )

    def _execution_arn(self, name: str) -> str:
        """`arn:…:stateMachine:<machine>[:version]` → `arn:…:execution:<machine>:<name>`."""
        parts = self._arn.split(":")
        return ":".join([*parts[:5], "execution", parts[6], name])


def _useful(tell: Callable[[], object]) -> bool:
    """Whether the token was of use. The vendor's message and cause are dropped from errors: they may hold it."""
    with translated(_TASK):
        try:
            tell()
        except ParamValidationError:
            return False
        except ClientError as error:
            if code_of(error) in _USELESS:
                return False
            kind = type(from_client_error(error, _TASK))
            raise kind(f"{_TASK}: {error.operation_name} answered {code_of(error)}") from None
    return True

"""What an execution said when it failed: for the operator's terminal alone, since it may quote production."""

import json
from typing import Any

from pydantic import ValidationError

from mendloop.cli.place import Place
from mendloop.contracts.execution import ErrorSlot
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.domain.redaction import redact

LONGEST = 1_000
"""Characters."""


def message_of(place: Place, incident: Incident) -> str:
    """The error's message, redacted; "" where nothing was left to a human, or the execution is gone."""
    if incident.state is not IncidentState.LEFT_TO_HUMAN or not incident.execution_arn:
        return ""
    steps = place.client("stepfunctions")
    try:
        execution = steps.describe_execution(executionArn=incident.execution_arn)
    except steps.exceptions.ExecutionDoesNotExist:
        return ""
    cause = _caught(execution.get("output")) or str(execution.get("cause") or "")
    return redact(str(_object(cause).get("errorMessage") or cause))[:LONGEST]


def _caught(output: Any) -> str:
    """The cause that a Catch left in the document; "" where there is none, or it is of another shape."""
    try:
        return ErrorSlot.model_validate(_object(output).get("error") or {}).Cause
    except ValidationError:
        return ""


def _object(text: Any) -> dict[str, Any]:
    """The JSON object in a text; {} when it holds none."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

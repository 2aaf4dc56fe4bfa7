"""What went wrong, from either side: the Catch of the state machine, or the event of an execution that ended badly."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.execution import ErrorSlot, Execution
from mendloop.domain.denial import Denial, read_denial
from mendloop.domain.errors import AccessDenied, BadEvent
from mendloop.domain.outgoing import identifier
from mendloop.unsticking import CAUSES

_INCIDENT = re.compile(r"inc-[0-9a-f]{16}")


class Cause(BaseModel):
    """Which incident, and the error's class name; the cause text may quote production and is left out.

    Of it, only a missing permission is read, by its exact shape.
    """

    model_config = ConfigDict(frozen=True)

    incident_id: str
    error: str
    denial: Denial | None = None
    evidence: ArtifactRef | None = None
    mapping: ArtifactRef | None = None


def from_execution(execution: Execution) -> Cause:
    """What a Catch left behind."""
    caught = execution.error or ErrorSlot()
    return Cause(
        incident_id=execution.incident_id,
        error=identifier(caught.Error, "UnknownError"),
        denial=_denial(caught.Error, caught.Cause),
        evidence=execution.evidence.ref if execution.evidence else None,
        mapping=execution.mapping.ref if execution.mapping else None,
    )


def from_event(event: Mapping[str, Any]) -> Cause:
    """What EventBridge tells about an execution; BadEvent when it names no incident."""
    detail = event.get("detail") or {}
    started = _execution(detail.get("input"))
    named = _INCIDENT.search(str(detail.get("name", "")))
    incident_id = started.incident_id if started else (named.group() if named else "")
    if not incident_id:
        raise BadEvent("the event names no incident, neither in the execution's input nor in its name")
    status = str(detail.get("status", ""))
    error = identifier(str(detail.get("error") or ""), "")
    return Cause(
        incident_id=incident_id,
        error=error or CAUSES.get(status, "UnknownError"),
        denial=_denial(error, str(detail.get("cause") or "")),
    )


def _denial(error: str, cause: str) -> Denial | None:
    return read_denial(cause) if error == AccessDenied.__name__ else None


def _execution(text: object) -> Execution | None:
    """The input is left out of events above a size, so that its absence is no error."""
    try:
        return Execution.model_validate(json.loads(text)) if isinstance(text, str) and text else None
    except (json.JSONDecodeError, ValidationError):
        return None

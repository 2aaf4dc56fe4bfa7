"""What else changed: stacks (CloudFormation), and whatever was changed by hand (CloudTrail)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from mendloop.adapters.aws_errors import translated
from mendloop.contracts.evidence import Deployment

MAX_PAGES = 10
TRAIL_PAGES = 3
"""Two questions a second are allowed per account and region, for everybody."""
STACK_TAG = "aws:cloudformation:stack-name"
_CHANGES = (
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "UpdateAlias",
    "CreateAlias",
    "PutFunctionConcurrency",
    "UpdateEventSourceMapping",
    "UpdateService",
    "CreateService",
)
"""What changes how a function or service runs; what CloudTrail adds behind a name is the version of the API."""
_ENDS = {"CREATE_COMPLETE": True, "UPDATE_COMPLETE": True, "IMPORT_COMPLETE": True}
_FAILED = ("ROLLBACK_COMPLETE", "_FAILED")


def of_stack(client: Any, stack: str, start: datetime) -> Iterator[Deployment]:
    """How updates of the stack itself ended, since `start`; the newest events come first."""
    with translated(f"stack {stack}"):
        token = ""
        for _ in range(MAX_PAGES):
            more = {"NextToken": token} if token else {}
            answer = client.describe_stack_events(StackName=stack, **more)
            events = answer.get("StackEvents", [])
            yield from (_stack(event) for event in events if _is_end(event))
            token = answer.get("NextToken", "")
            if not token or (events and events[-1]["Timestamp"] < start):
                return


def _is_end(event: Mapping[str, Any]) -> bool:
    status = event.get("ResourceStatus", "")
    itself = event.get("PhysicalResourceId") == event.get("StackId")
    return itself and (status in _ENDS or status.endswith(_FAILED))


def _stack(event: Mapping[str, Any]) -> Deployment:
    status = event["ResourceStatus"]
    return Deployment(
        at=event["Timestamp"], what=f"Stack {event['StackName']}: {status}", succeeded=_ENDS.get(status, False)
    )


def of_trail(client: Any, resource: str, start: datetime, end: datetime) -> Iterator[Deployment]:
    """Changes of the resource that CloudTrail kept; by whom is not told."""
    with translated(f"CloudTrail's events of {resource}"):
        token = ""
        for _ in range(TRAIL_PAGES):
            more = {"NextToken": token} if token else {}
            answer = client.lookup_events(
                LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": resource}],
                StartTime=start,
                EndTime=end,
                **more,
            )
            for event in answer.get("Events", []):
                name = next((each for each in _CHANGES if event.get("EventName", "").startswith(each)), "")
                if name:
                    yield Deployment(at=event["EventTime"], what=f"{name} of {resource}")
            token = answer.get("NextToken", "")
            if not token:
                return

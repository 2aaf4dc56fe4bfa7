"""What the tests of single functions need around them: events, faults, tokens, decisions."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from mendloop.cli.demo.settings import APPROVER
from mendloop.cli.local_cloud import ACCOUNT, REGION
from mendloop.contracts.approval import Action, Decision
from mendloop.contracts.incident import Incident
from mendloop.contracts.publication import Ticket
from mendloop.domain.follow_up import Facts, RequestSeen, RevisionSeen
from tests.e2e.conftest import House
from tests.e2e.desk import Desk
from tests.fakes.house import make_follow_up, make_ticket, make_ticket_record

EVENT = Path(__file__).parents[2] / "events/cloudwatch/metric_alarm.json"
OTHER_FAULT = (
    "Traceback (most recent call last):\n"
    '  File "/var/task/{path}", line 1, in another_handler\n    return another(event)\n'
    "LookupError: another fault behind the same alarm\n"
)


ABSENT = {"traces"}
"""Sources of evidence that the emulator lacks: each is a gap there, named as any other."""
MINUTES = count(1)
TAKEN: set[str] = set()
"""An alarm is known by its name and the second of its change: each event gets another one, whenever it is made."""


def alarm(house: House, name: str = "") -> dict[str, Any]:
    """An alarm's event of this cloud that was never seen before."""
    text = EVENT.read_text().replace("123456789012", ACCOUNT).replace("eu-central-1", REGION)
    event: dict[str, Any] = json.loads(text)
    at = datetime.now(UTC) - timedelta(minutes=next(MINUTES))
    while f"{at:%H%M%S}" in TAKEN:
        at -= timedelta(seconds=1)
    TAKEN.add(f"{at:%H%M%S}")
    event["detail"]["alarmName"] = name or house.production.alarm_name
    event["id"], event["time"] = f"room-{at:%H%M%S%f}", f"{at:%Y-%m-%dT%H:%M:%SZ}"
    event["detail"]["state"]["timestamp"] = f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"
    return event


def record(event: dict[str, Any]) -> dict[str, Any]:
    """The batch that Lambda would make of one message."""
    return {"Records": [{"messageId": "m-1", "body": json.dumps(event), "eventSource": "aws:sqs"}]}


def child_of(desk: Desk, parent: str) -> Incident:
    """The incident that was split off this one."""
    (child,) = [each for each in desk.wiring.incidents.incidents(limit=1000) if each.linked == [parent]]
    return child


def waiting_token(desk: Desk) -> str:
    """Of an execution that does nothing but wait to be woken."""
    steps, sqs = desk.house.cloud.client("stepfunctions"), desk.house.cloud.client("sqs")
    queue, name = sqs.create_queue(QueueName="tokens")["QueueUrl"], f"waits-{datetime.now(UTC):%H%M%S%f}"
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"},
        "TimeoutSeconds": 300,
        "End": True,
    }
    role = desk.house.cloud.client("iam").list_roles()["Roles"][0]["Arn"]
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": task}})
    machine = steps.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
    steps.start_execution(stateMachineArn=machine)
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return str(message["Body"])


def decision_on(request_id: str, content: str, action: Action) -> Decision:
    return Decision(request_id=request_id, action=action, by=APPROVER, at=datetime.now(UTC), content_sha256=content)


def forget_the_digest(desk: Desk) -> None:
    monday = datetime.now(UTC) - timedelta(days=datetime.now(UTC).weekday() + 7)
    year, week, _ = monday.isocalendar()
    desk.forget(f"digest-{year}-W{week:02}")


def log_another_fault(desk: Desk) -> None:
    """Into the service's own log, once, at the time of the first failure."""
    logs, group, stream = desk.house.cloud.client("logs"), desk.house.production.log_group, "another-fault"
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        return
    (planted,) = desk.house.production.planted
    at = round(desk.first.signal.time.timestamp() * 1000)
    message = OTHER_FAULT.format(path=planted.path)
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": at, "message": message}])


@contextmanager
def paused(desk: Desk) -> Iterator[None]:
    ssm, name = desk.house.cloud.client("ssm"), desk.house.place.outputs["PauseParameter"]
    before = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    value = json.dumps({"all": False, "services": [desk.house.production.service]})
    ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    try:
        yield
    finally:
        ssm.put_parameter(Name=name, Value=before, Type="String", Overwrite=True)


def followed_changes(desk: Desk, *, deployed: str, fixed: str, gone: str) -> Ticket:
    """Three changes whose time has come: one that was deployed since, one that has been quiet for long, one deleted."""
    incidents, service = desk.wiring.incidents, desk.wiring.catalogs.load()[0].services[desk.first.service]
    now = datetime.now(UTC)
    long_ago = now - timedelta(days=9)
    code = desk.wiring.code_host(service.repository)
    head = code.resolve(service.repository, code.default_branch(service.repository))
    assert head
    start = code.commits(service.repository, head, limit=1000)[-1].sha
    merged = Facts(published_at=long_ago, requests=(RequestSeen(at=long_ago, state="merged"),))
    quiet = merged.joined(revisions=[RevisionSeen(at=long_ago, revision=start, holds=True)])
    usual = {"service": service.name, "fault": "e" * 16, "since": long_ago, "next_at": now, "number": "999"}
    incidents.follow(make_follow_up(deployed, facts=merged, state="merged", merge=start, **usual))
    incidents.follow(make_follow_up(fixed, facts=quiet, state="deployed", merge=start, **usual))
    incidents.follow(make_follow_up(gone, facts=Facts(published_at=now), **{**usual, "since": now}))
    tracker = desk.wiring.tracker(service)
    filed = tracker.file(make_ticket(key=fixed, incident_id=fixed))
    incidents.save_ticket(make_ticket_record(of=fixed, key=fixed, number=filed.number, url=filed.url))
    return filed


def comments_on(desk: Desk, ticket: Ticket) -> list[str]:
    """What was said, as the built-in tracker keeps it."""
    bucket, _, key = ticket.url.removeprefix("s3://").partition("/")
    s3 = desk.house.cloud.client("s3")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=f"{key.removesuffix('.json')}/comments/").get("Contents", [])
    return [s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode() for each in found]

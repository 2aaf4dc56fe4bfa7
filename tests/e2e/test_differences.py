"""Each difference of the emulator's IAM is shown here as it is, so that the list stays true."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from mendloop.cli import local_cloud
from mendloop.cli.local_cloud import ACCOUNT, REGION, LocalCloud
from mendloop.cli.place import python_version
from tests.e2e.conftest import tools_or_skip
from tests.e2e.differences import DIFFERENCES

pytestmark = [pytest.mark.cloud, pytest.mark.timeout(420)]

Client = Callable[[str], Any]
TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
DENIED = {"AccessDenied", "AccessDeniedException"}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A cloud with nothing on it, which enforces roles."""
    cloud = local_cloud.start(tools_or_skip(), tmp_path_factory.mktemp("bare"), auth=True)
    yield cloud
    local_cloud.stop(cloud)


def role(cloud: LocalCloud, name: str, *statements: dict[str, Any]) -> str:
    iam = cloud.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(TRUST))
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
    return str(made["Role"]["Arn"])


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allowed(action: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def caller(cloud: LocalCloud, name: str, *statements: dict[str, Any]) -> Client:
    """Clients of somebody who has exactly this role."""
    arn = role(cloud, name, *statements)
    keys = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="differences")["Credentials"]
    session = boto3.session.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], REGION)
    return lambda service: session.client(service, endpoint_url=cloud.endpoint)


def code(call: Callable[[], object]) -> str:
    """The error's code, "" when the call was allowed."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_what_is_not_granted_is_denied(bare: LocalCloud) -> None:
    """The ground under all the others: roles are enforced here at all."""
    nobody = caller(bare, "nobody")
    assert code(lambda: nobody("s3").list_objects_v2(Bucket="bucket")) in DENIED
    assert code(lambda: nobody("sqs").list_queues()) in DENIED


def test_log_groups_that_end_in_a_star_are_never_matched(bare: LocalCloud) -> None:
    bare.client("logs").create_log_group(logGroupName="/x")
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"
    codes = {}
    for name, resource in {"usual": f"{arn}:/x:*", "without": f"{arn}:/x", "all": f"{arn}:*"}.items():
        logs = caller(bare, f"logs-{name}", allowed("logs:FilterLogEvents", resource))("logs")
        codes[name] = code(lambda logs=logs: logs.filter_log_events(logGroupName="/x"))  # type: ignore[misc]
    assert codes["usual"] in DENIED, DIFFERENCES["log group with :*"]
    assert codes["without"] == codes["all"] == ""


def test_the_metric_namespace_never_matches(bare: LocalCloud) -> None:
    condition = {"StringEquals": {"cloudwatch:namespace": "own"}}
    metrics = caller(bare, "metrics", allowed("cloudwatch:PutMetricData", "*", Condition=condition))("cloudwatch")
    data = [{"MetricName": "count", "Value": 1.0}]
    answer = code(lambda: metrics.put_metric_data(Namespace="own", MetricData=data))
    assert answer in DENIED, DIFFERENCES["metric namespace"]


def test_task_tokens_are_answered_for_everything_or_not_at_all(bare: LocalCloud) -> None:
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:any"
    named = caller(bare, "token-named", allowed("states:SendTaskSuccess", machine))("stepfunctions")
    everything = caller(bare, "token-all", allowed("states:SendTaskSuccess", "*"))("stepfunctions")
    answer = code(lambda: named.send_task_success(taskToken="none", output="{}"))
    assert answer in DENIED, DIFFERENCES["task tokens"]
    assert code(lambda: everything.send_task_success(taskToken="none", output="{}")) == "TaskDoesNotExist"


def test_alarms_are_described_for_everything_or_not_at_all(bare: LocalCloud) -> None:
    one = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:*"
    named = caller(bare, "alarms-named", allowed("cloudwatch:DescribeAlarms", one))("cloudwatch")
    everything = caller(bare, "alarms-all", allowed("cloudwatch:DescribeAlarms", "*"))("cloudwatch")
    assert code(lambda: named.describe_alarms(AlarmTypes=["MetricAlarm"])) in DENIED, DIFFERENCES["alarms"]
    assert code(lambda: everything.describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])) == ""


def test_a_missing_object_is_told_to_whoever_may_not_list(bare: LocalCloud) -> None:
    bare.client("s3").create_bucket(Bucket="bucket")
    reader = caller(bare, "reader", allowed("s3:GetObject", "arn:aws:s3:::bucket/*"))("s3")
    assert code(lambda: reader.get_object(Bucket="bucket", Key="none")) == "NoSuchKey", DIFFERENCES["missing object"]


def test_a_state_machine_without_permissions_may_do_everything(bare: LocalCloud) -> None:
    queue = bare.client("sqs").create_queue(QueueName="from-machine")["QueueUrl"]
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    task["Parameters"] = {"QueueUrl": queue, "MessageBody": "sent"}
    steps = bare.client("stepfunctions")
    machine = steps.create_state_machine(
        name="any", definition=json.dumps({"StartAt": "Send", "States": {"Send": task}}), roleArn=role(bare, "machine")
    )["stateMachineArn"]
    steps.start_execution(stateMachineArn=machine)
    assert arrived(bare, queue) == ["sent"], DIFFERENCES["state machine"]


def test_a_rule_delivers_without_a_queue_policy_and_a_topic_does_not(bare: LocalCloud) -> None:
    sqs, events, sns = bare.client("sqs"), bare.client("events"), bare.client("sns")
    queue = sqs.create_queue(QueueName="from-rule")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name="any")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="by topic")
    events.put_rule(Name="any", EventPattern=json.dumps({"source": ["own"]}))
    events.put_targets(Rule="any", Targets=[{"Id": "queue", "Arn": arn, "Input": '"by rule"'}])
    events.put_events(Entries=[{"Source": "own", "DetailType": "any", "Detail": "{}"}])
    # The topic spoke first: as on AWS, nothing of it arrives.
    assert arrived(bare, queue) == ['"by rule"'], DIFFERENCES["rule to queue"]


def test_a_log_is_written_whatever_the_role_says(bare: LocalCloud) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("said.py", "def handler(event, context):\n    print('said anyway')\n")
    bare.client("lambda").create_function(
        FunctionName="said",
        Runtime=f"python{python_version()}",
        Role=role(bare, "silent"),
        Handler="said.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    bare.client("lambda").invoke(FunctionName="said", Payload=b"{}")
    events = bare.client("logs").filter_log_events(logGroupName="/aws/lambda/said")["events"]
    assert "said anyway" in [event["message"].strip() for event in events], DIFFERENCES["own log"]


def arrived(cloud: LocalCloud, queue: str, seconds: float = 30) -> list[str]:
    """The bodies that lie in the queue, once there is one."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        messages = cloud.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        if messages:
            return [message["Body"] for message in messages]
        time.sleep(0.2)
    return []


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_difference_has_a_guard_on_the_template(name: str) -> None:
    module, _, test = DIFFERENCES[name].guard.partition("::")
    assert callable(getattr(import_module(module), test))

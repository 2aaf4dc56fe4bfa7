"""Everything that a run leaves behind, as bytes with the place where they lie."""

import gzip
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mendloop.cli.local_cloud import LocalCloud

Found = tuple[str, bytes]


def finds(left: Iterator[Found], marks: Mapping[str, bytes]) -> tuple[list[str], dict[str, int]]:
    """Which mark lies where, in words; and how many bytes of each kind of place were looked at."""
    found, looked = list[str](), dict[str, int]()
    for where, content in left:
        kind = where.split(" ", 1)[0]
        looked[kind] = looked.get(kind, 0) + len(content)
        found += [f"{name} in {where}" for name, mark in marks.items() if mark in content]
    return found, looked


def everything(cloud: LocalCloud, folder: Path) -> Iterator[Found]:
    """Files below `folder`, the environments of the cloud and its workers, and all that the cloud holds."""
    yield from files(folder)
    yield from processes(cloud.pid)
    yield from _buckets(cloud)
    yield from _tables(cloud)
    yield from _logs(cloud)
    yield from _functions(cloud)
    yield from _executions(cloud)
    yield from _kept(cloud)


def files(folder: Path) -> Iterator[Found]:
    """Every file; what is packed also unpacked."""
    for path in sorted(folder.rglob("*")):
        with suppress(OSError):  # a worker may take its own away meanwhile
            if path.is_file() and not path.is_symlink():
                for name, content in unpacked(str(path.relative_to(folder)), path.read_bytes()):
                    yield f"file {name}", content


def unpacked(name: str, content: bytes) -> Iterator[Found]:
    """The content, and what a gzip or zip holds."""
    yield name, content
    with suppress(OSError, EOFError, zlib.error, zipfile.BadZipFile):
        if content[:2] == b"\x1f\x8b":
            yield f"{name} (unpacked)", gzip.decompress(content)
        elif content[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for inner in archive.namelist():
                    yield f"{name}!{inner}", archive.read(inner)


def processes(session: int) -> Iterator[Found]:
    """Environment and command line of each process of the session: the cloud leads one of its own."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getsid(int(folder.name)) == session:
                for what in ("environ", "cmdline"):
                    yield f"process {folder.name} {what}", (folder / what).read_bytes()


def _buckets(cloud: LocalCloud) -> Iterator[Found]:
    s3 = cloud.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
            for entry in page.get("Contents", []):
                body = s3.get_object(Bucket=bucket["Name"], Key=entry["Key"])["Body"].read()
                for name, content in unpacked(f"{bucket['Name']}/{entry['Key']}", body):
                    yield f"object {name}", content


def _tables(cloud: LocalCloud) -> Iterator[Found]:
    dynamodb = cloud.client("dynamodb")
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            for item in page["Items"]:
                yield f"item of {table}", _text(item)


def _logs(cloud: LocalCloud) -> Iterator[Found]:
    logs = cloud.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
                for event in events["events"]:
                    yield f"log {name}", event["message"].encode()


def _functions(cloud: LocalCloud) -> Iterator[Found]:
    for page in cloud.client("lambda").get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            yield f"function {function['FunctionName']}", _text(function)


def _executions(cloud: LocalCloud) -> Iterator[Found]:
    steps = cloud.client("stepfunctions")
    for machine in steps.list_state_machines()["stateMachines"]:
        for execution in steps.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]:
            arn = execution["executionArn"]
            for page in steps.get_paginator("get_execution_history").paginate(executionArn=arn):
                yield f"execution {execution['name']}", _text(page["events"])


def _kept(cloud: LocalCloud) -> Iterator[Found]:
    ssm, vault = cloud.client("ssm"), cloud.client("secretsmanager")
    for parameter in ssm.describe_parameters()["Parameters"]:
        value = ssm.get_parameter(Name=parameter["Name"], WithDecryption=True)["Parameter"]
        yield f"parameter {parameter['Name']}", _text(value)
    for secret in vault.list_secrets()["SecretList"]:
        yield f"secret {secret['Name']}", _text(vault.get_secret_value(SecretId=secret["ARN"]))


def messages(cloud: LocalCloud) -> Iterator[Found]:
    """What waits in the queues. Counts as received: only once nothing else is going to take it."""
    sqs = cloud.client("sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        for message in answer.get("Messages", []):
            yield f"message in {url.rsplit('/', 1)[-1]}", _text(message)


def _text(value: Any) -> bytes:
    return json.dumps(value, default=str, ensure_ascii=False).encode()

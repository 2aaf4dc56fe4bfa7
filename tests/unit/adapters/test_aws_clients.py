"""Clients are bounded in patience and built only when somebody asks."""

import subprocess
import sys

import pytest

from mendloop.adapters import aws_clients
from mendloop.adapters.system_clock import SystemClock
from mendloop.domain.errors import Misconfigured

_IMPORT_ALL = """
import boto3, importlib, pkgutil
def refuse(*_, **__): raise AssertionError("a client was built at import")
boto3.client = boto3.resource = refuse
import mendloop.adapters as adapters
names = [m.name for m in pkgutil.iter_modules(adapters.__path__)]
for name in names:
    importlib.import_module("mendloop.adapters." + name)
print(len(names))
"""


def test_importing_every_adapter_builds_no_client() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL], capture_output=True, text=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 15


@pytest.mark.parametrize(
    "build",
    [
        aws_clients.cloudwatch,
        aws_clients.dynamodb,
        aws_clients.lambdas,
        aws_clients.logs,
        aws_clients.s3,
        aws_clients.secretsmanager,
        aws_clients.sns,
        aws_clients.sqs,
        aws_clients.ssm,
        aws_clients.stepfunctions,
    ],
)
def test_every_client_is_bounded(build: object) -> None:
    assert callable(build)
    config = build().meta.config
    assert config.connect_timeout <= 5
    assert config.read_timeout <= 15
    assert config.retries["total_max_attempts"] <= 3


def test_no_region_is_a_misconfiguration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    with pytest.raises(Misconfigured, match="region"):
        aws_clients.dynamodb()


def test_the_clock_is_aware_and_in_utc() -> None:
    offset = SystemClock().now().utcoffset()
    assert offset is not None and not offset

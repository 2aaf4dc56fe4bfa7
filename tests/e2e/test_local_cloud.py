"""The local cloud reports a function's failure as AWS does, keeps to loopback, and cleans up behind itself."""

import io
import json
import os
import signal
import time
import zipfile
from pathlib import Path

import pytest

from mendloop.cli import local_cloud
from mendloop.cli.loopback import refuse_other_hosts
from mendloop.cli.own_cloud import own_cloud
from mendloop.cli.place import python_version
from mendloop.cli.toolbox import Toolbox
from mendloop.domain.errors import Misconfigured, Unavailable
from tests.e2e.conftest import House, tools_or_skip
from tests.secrets.shell import Shell

pytestmark = [pytest.mark.cloud, pytest.mark.timeout(420)]

SOURCE = """
import os
class PatchRefused(Exception): pass
def helper(): raise PatchRefused("an anchor stands twice")
def handler(event, context):
    if event.get("environment"): return dict(os.environ)
    helper()
"""


@pytest.fixture(scope="module")
def function(house: House) -> str:
    trust = {"Version": "2012-10-17", "Statement": []}
    made = house.cloud.client("iam").create_role(RoleName="any", AssumeRolePolicyDocument=json.dumps(trust))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("failing.py", SOURCE)
    house.cloud.client("lambda").create_function(
        FunctionName="failing",
        Runtime=f"python{python_version()}",
        Role=made["Role"]["Arn"],
        Handler="failing.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    return "failing"


def test_a_failure_keeps_its_class_and_its_stack(house: House, function: str) -> None:
    answer = house.cloud.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    report = json.loads(answer["Payload"].read())
    assert report["errorType"] == "PatchRefused" and report["errorMessage"] == "an anchor stands twice"
    assert '/var/task/failing.py", line 7, in handler' in "\n".join(report["stackTrace"])
    assert "_worker.py" not in "\n".join(report["stackTrace"])


def test_a_failure_is_logged_as_lambda_logs_it(house: House, function: str) -> None:
    house.cloud.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    events = house.cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    lines = [event["message"] for event in events]
    assert "[ERROR] PatchRefused: an anchor stands twice" in lines
    assert "Traceback (most recent call last):" in lines


def test_a_worker_sees_nothing_of_the_callers_shell(house: House, shell: Shell, function: str) -> None:
    answer = house.cloud.client("lambda").invoke(FunctionName=function, Payload=b'{"environment": true}')
    environment = json.loads(answer["Payload"].read())
    assert not any(mark.decode() in json.dumps(environment) for mark in shell.marks.values())
    assert "AWS_PROFILE" not in environment and "ANTHROPIC_API_KEY" not in environment


def test_stopping_leaves_no_temporary_files(house: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("second")
    second = local_cloud.start(tools_or_skip(), folder)
    assert second.alive() and local_cloud.find(folder) is not None
    local_cloud.stop(second)
    assert not second.alive() and not (folder / "tmp").exists() and local_cloud.find(folder) is None


def test_a_request_to_end_stops_the_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENDLOOP_STATE", str(tmp_path / "state"))
    tools = Toolbox(tools_or_skip().root)
    with pytest.raises(SystemExit), own_cloud(tools, print, keep=False) as cloud:
        assert cloud.alive()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)
    assert not cloud.alive() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_two_commands_do_not_take_each_others_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENDLOOP_STATE", str(tmp_path / "state"))
    tools, said = Toolbox(tools_or_skip().root), list[str]()
    with own_cloud(tools, said.append, keep=True) as first:
        with pytest.raises(Unavailable, match="another command") as refused, own_cloud(tools, print, keep=False):
            pass
        assert "MENDLOOP_STATE" in refused.value.next_action and first.alive() and not said
    with own_cloud(tools, said.append, keep=False) as second:
        assert second.alive() and not first.alive()
    assert first.process and first.process.wait(30) is not None
    assert said == ["The local cloud that was still running here is replaced."] and not second.alive()


@pytest.mark.parametrize("endpoint", ["https://127.0.0.1:4566", "http://10.0.0.7:4566", "http://example.com", ""])
def test_only_loopback_is_reached(endpoint: str) -> None:
    with pytest.raises(Misconfigured, match="loopback"):
        refuse_other_hosts(endpoint)

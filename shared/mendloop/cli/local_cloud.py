"""The local cloud: the emulator as a process of its own, on loopback, with nothing of the caller's shell in it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TextIO
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from mendloop.cli.loopback import refuse_other_hosts
from mendloop.cli.toolbox import Toolbox
from mendloop.domain.errors import Misconfigured, Unavailable

REGION = "us-east-1"
ACCOUNT = "000000000000"
START_SECONDS = 60


@dataclass(frozen=True)
class LocalCloud:
    """A running local cloud."""

    endpoint: str
    pid: int
    folder: Path
    auth: bool = False
    process: "subprocess.Popen[bytes] | None" = field(default=None, compare=False, repr=False)
    """Where this very process started it: a child has to be waited for."""

    def environment(self) -> dict[str, str]:
        """The exact variables for an AWS client; no profile, no file and no metadata service is ever asked."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """A boto3 client that can reach nothing but this cloud, and reads no profile or file of the caller's shell."""
        return client(self.endpoint, service)

    def alive(self) -> bool:
        """Whether it answers."""
        try:
            with build_opener(ProxyHandler({})).open(f"{self.endpoint}/_ministack/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def start(tools: Toolbox, folder: Path, *, port: int = 0, auth: bool = False, persist: bool = False) -> LocalCloud:
    """Start it and wait until it answers; `port` 0 takes a free one. `folder` holds its files and its log."""
    if not tools.cloud_python.exists():
        raise Misconfigured("the local cloud is not installed: run `make setup`")
    folder.mkdir(parents=True, exist_ok=True)
    port = port or _free_port()
    command = [tools.cloud_python, tools.root / "infra" / "local_cloud" / "launch.py", "--port", port]
    command += ["--folder", folder, *(["--auth"] if auth else []), *(["--persist"] if persist else [])]
    with (folder / "cloud.log").open("w") as log:
        process = _spawn([str(word) for word in command], tools, log)
    cloud = LocalCloud(f"http://127.0.0.1:{port}", process.pid, folder, auth, process)
    try:
        _await(cloud, process)
    except BaseException:  # Ctrl-C, too: nobody else knows of it yet
        stop(cloud)
        raise
    _state_file(folder).write_text(json.dumps({"endpoint": cloud.endpoint, "pid": cloud.pid, "auth": auth}))
    return cloud


def find(folder: Path) -> LocalCloud | None:
    """The one started in this folder before, when it still answers."""
    if not _state_file(folder).exists():
        return None
    state = json.loads(_state_file(folder).read_text())
    cloud = LocalCloud(state["endpoint"], state["pid"], folder, state["auth"])
    return cloud if cloud.alive() else None


def stop(cloud: LocalCloud) -> None:
    """End it with its workers, and remove its temporary files."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(cloud.pid, sign)
        except ProcessLookupError:
            break
        if _gone(cloud):
            break
    shutil.rmtree(cloud.folder / "tmp", ignore_errors=True)
    _state_file(cloud.folder).unlink(missing_ok=True)


def _await(cloud: LocalCloud, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while not cloud.alive():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = (cloud.folder / "cloud.log").read_text(errors="replace")[-2000:]
            raise Unavailable(f"the local cloud did not start; its log ends with:\n{tail}")
        time.sleep(0.1)


@cache
def client(endpoint: str, service: str) -> Any:
    """Made once: that takes longer than most calls by it. Safe to use from several threads; asks no proxy."""
    import boto3
    from botocore.config import Config
    from botocore.session import Session

    refuse_other_hosts(endpoint)
    files = dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
    bare = Session({"profile": (None, None, None, None), **files})
    session = boto3.session.Session(
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106
        region_name=REGION,
        botocore_session=bare,
    )
    return session.client(service, endpoint_url=endpoint, config=Config(proxies={}))


def _spawn(command: list[str], tools: Toolbox, log: TextIO) -> "subprocess.Popen[bytes]":
    # A session of its own: stopping the group also ends workers that a crash of the server would leave behind.
    return subprocess.Popen(
        command, cwd=tools.root, env=tools.environment(), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


def _gone(cloud: LocalCloud, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if cloud.process is not None:
            if cloud.process.poll() is not None:
                return True
        elif not _exists(cloud.pid):
            return True
        time.sleep(0.05)
    return False


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _state_file(folder: Path) -> Path:
    return folder / "cloud.json"

"""The deployed house on a local cloud of the tests' own: started and deployed once, shared by all end-to-end tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mendloop.cli import local_cloud
from mendloop.cli.demo.deploy import deploy_all, fresh_cloud
from mendloop.cli.demo.inbox import Inbox, Mail
from mendloop.cli.demo.production import Production
from mendloop.cli.demo.watch import Watcher
from mendloop.cli.local_cloud import LocalCloud
from mendloop.cli.place import Place
from mendloop.cli.toolbox import Toolbox, find_root
from tests.secrets.shell import Shell, planted


@dataclass(frozen=True)
class House:
    """mendloop and a production service, deployed."""

    place: Place
    production: Production
    inbox: Inbox
    cloud: LocalCloud


def tools_or_skip() -> Toolbox:
    """The toolbox; skips loudly, or fails where the local cloud is demanded."""
    tools = Toolbox(find_root(Path(__file__).parent))
    if not tools.cloud_python.exists() or not tools.cdk.exists():
        reason = "the local cloud is not installed: run `make setup`"
        if os.environ.get("MENDLOOP_REQUIRE_CLOUD"):
            pytest.fail(reason)
        pytest.skip(reason)
    return tools


@pytest.fixture(scope="session")
def shell() -> Iterator[Shell]:
    """Secrets planted in the caller's environment, which nothing may pick up."""
    with planted() as shell:
        yield shell


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, shell: Shell) -> Iterator[House]:
    """Deployed from a shell full of secrets.

    The functions' roles are enforced, unless AUTH=false says otherwise: what differs from AWS is in `differences.py`.
    """
    auth = os.environ.get("AUTH", "true").lower() == "true"
    tools = tools_or_skip()
    with own_environment(shell.variables):
        cloud = fresh_cloud(tools, tmp_path_factory.mktemp("state") / "cloud", auth=auth)
        place, production, inbox = deploy_all(tools, cloud, "regression", 20261123)
    try:
        yield House(place, production, inbox, cloud)
    finally:
        local_cloud.stop(cloud)


@pytest.fixture(scope="session")
def first(house: House) -> tuple[Watcher, Mail, dict[str, Any]]:
    """The first incident, approved the way a browser would; its report. Here, so that all modules share the one."""
    from tests.e2e.test_loop import run_first

    with own_environment(house.cloud.environment()):
        return run_first(house)


@contextmanager
def own_environment(variables: dict[str, str]) -> Iterator[None]:
    """Set for a while; whatever is set inside is gone afterwards, since other tests run in this process too."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(autouse=True)
def reach_the_local_cloud(house: House, hermetic_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hermetic environment of every test, and on top of it this cloud's address."""
    for name, value in house.cloud.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MENDLOOP_STATE", str(house.cloud.folder.parent))

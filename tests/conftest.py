"""No test sees the real account: test keys, a fixed region, no configuration files, nothing but loopback."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

_FOREIGN = re.compile(
    r"(AWS|MENDLOOP|POWERTOOLS|ANTHROPIC|GITHUB|GH)_.*|.*_(TOKEN|KEY|SECRET|PASSWORD|PROXY)", re.IGNORECASE
)
_DEMANDS = "MENDLOOP_REQUIRE_"
"""What CI sets: a test that lacks its browser, cloud or sandbox then fails instead of skipping."""
_TOGETHER = ("e2e", "browser")
_TEST_KEYS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "tests",
    "POWERTOOLS_METRICS_NAMESPACE": "tests",
}


def pytest_configure() -> None:
    """Fixtures of a module or session are set up before the cleaning around each test: nothing foreign waits for them.

    Settings of the project itself stay until a test begins; some choose what is run.
    """
    for name in [name for name in os.environ if _FOREIGN.fullmatch(name) and not name.startswith("MENDLOOP_")]:
        del os.environ[name]
    os.environ.update(_TEST_KEYS)


@pytest.fixture(autouse=True)
def hermetic_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Before every test; what a test sets itself stands, and is gone after it, whoever set it."""
    before = dict(os.environ)
    nowhere = _nowhere(tmp_path_factory)
    for name in [name for name in os.environ if _FOREIGN.fullmatch(name) and not name.startswith(_DEMANDS)]:
        monkeypatch.delenv(name)
    for name, value in _TEST_KEYS.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(nowhere / name.lower()))
    yield
    monkeypatch.undo()
    os.environ.clear()
    os.environ.update(before)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers (`make test`): what shares a cloud or a module's fixtures stays together, the longest first.

    Each test of the sandbox goes alone: most of its time is waiting for a limit.
    """
    for item in items:
        folder = next((name for name in _TOGETHER if f"tests/{name}/" in item.nodeid), "")
        alone = "tests/unit/sandbox/" in item.nodeid
        item.add_marker(pytest.mark.xdist_group(folder or (item.nodeid if alone else str(item.path))))
    items.sort(key=lambda item: not item.nodeid.startswith("tests/e2e/"))


def _nowhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder without the files that are looked for in it."""
    folder = tmp_path_factory.getbasetemp() / "no-aws-configuration"
    folder.mkdir(exist_ok=True)
    return folder

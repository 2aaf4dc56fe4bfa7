"""No test sees the real account: test keys, a fixed region, no configuration files, nothing but loopback."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

_FOREIGN = ("AWS_", "MENDLOOP_", "POWERTOOLS_", "ANTHROPIC_", "GITHUB_", "GH_")
_DEMANDS = "MENDLOOP_REQUIRE_"
"""What CI sets: a test that lacks its browser, cloud or sandbox then fails instead of skipping."""
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


@pytest.fixture(autouse=True)
def hermetic_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Before every test; what a test sets itself stands."""
    nowhere = _nowhere(tmp_path_factory)
    for name in [name for name in os.environ if name.startswith(_FOREIGN) and not name.startswith(_DEMANDS)]:
        monkeypatch.delenv(name)
    for name, value in _TEST_KEYS.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(nowhere / name.lower()))
    yield


def _nowhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder without the files that are looked for in it."""
    folder = tmp_path_factory.getbasetemp() / "no-aws-configuration"
    folder.mkdir(exist_ok=True)
    return folder

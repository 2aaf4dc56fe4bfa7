"""One deployment per module; a station of its own for each test, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mendloop.cli import dead_letters
from tests.runbook.deployment import Deployment, deployment
from tests.runbook.station import Station, station


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployment(tmp_path_factory.mktemp("shop")) as made:
        yield made


@pytest.fixture
def desk(deployed: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setattr(dead_letters, "WAIT_SECONDS", 0)  # moto has one server
    return station(deployed, tmp_path, monkeypatch)

"""A fresh station per test, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mendloop.cli import dead_letters
from tests.runbook.station import Station, station


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    monkeypatch.setattr(dead_letters, "WAIT_SECONDS", 0)  # moto has one server
    with station(tmp_path, monkeypatch) as made:
        yield made

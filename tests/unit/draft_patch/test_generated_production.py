"""Mapping and revert on real git repositories that the demo generates: the function is found, never told."""

import json
import sys
import traceback
from importlib import import_module
from pathlib import Path

import pytest

from mendloop.adapters.local_git import LocalGit
from mendloop.cli.demo.production.generator import make_production
from mendloop.cli.demo.production.models import Production
from mendloop.contracts.draft import RegressionSource
from mendloop.contracts.evidence import Frame, StackTrace
from tests.fakes.clock import NOW
from tests.unit.draft_patch.drafting import Drafting
from tests.unit.map_code.shop import Shop


def crash(production: Production, monkeypatch: pytest.MonkeyPatch) -> StackTrace:
    """What the deployed revision prints for the failing request."""
    monkeypatch.syspath_prepend(str(production.code))
    module, _, function = production.entry_point.partition(":")
    before = set(sys.modules)
    try:
        getattr(import_module(module), function)(dict(production.failing_requests[0]), None)
    except Exception as error:
        steps = traceback.extract_tb(error.__traceback__)[1:]
        frames = [
            Frame(path=step.filename.replace(str(production.code), "/var/task"), function=step.name, line=step.lineno)
            for step in steps
        ]
        return StackTrace(language="python", type=type(error).__name__, frames=frames)
    finally:
        for name in set(sys.modules) - before:
            del sys.modules[name]
    raise AssertionError("the failing request did not fail")


@pytest.mark.parametrize("seed", [1, 2, 61, 62])
def test_the_planted_function_is_found_and_its_suspect_undone(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    production = make_production("regression", seed, tmp_path, now=NOW)
    planted = production.planted[0]
    shop = Shop(
        repository={"host": "local_git", "location": str(production.repository)}, entry_point=production.entry_point
    )
    shop.host = LocalGit()  # type: ignore[assignment]
    kept = [{"request_id": "r", "payload": json.dumps(production.failing_requests[0]), "line_id": "log-1"}]
    room = Drafting(
        shop,
        production.deployed_revision,
        trace=crash(production, monkeypatch),
        requests=kept if production.request_field else [],
        last_good_revision="",
    )
    assert room.execution.mapping
    assert room.execution.mapping.target == f"{planted.path}::{planted.function}"
    assert room.execution.mapping.suspect == planted.commit
    fix = room.fix()
    assert fix.functions == [f"{planted.path}::{planted.function}"]
    wanted = RegressionSource.FAILING_REQUEST if production.request_field else RegressionSource.SUSPECT_REMOVED
    assert fix.regression.source is wanted

"""Tiny projects, packed as jobs."""

import gzip
import io
import tarfile
from collections.abc import Mapping
from typing import Any

from mendloop.contracts.verification import TestJob, TestRun, TreeRun
from tests.fakes.artifacts import InMemoryArtifacts

NONCE = "0" * 32
REGRESSION = "tests/test_regression.py::test_it"

BROKEN = "def total(items):\n    return sum(item['price'] - item['discount'] for item in items)\n"
FIXED = "def total(items):\n    return sum(item['price'] - item.get('discount', 0) for item in items)\n"
PROJECT = {
    "shop/__init__.py": "",
    "shop/prices.py": BROKEN,
    "tests/__init__.py": "",
    "tests/test_prices.py": (
        "import unittest\n\nfrom shop.prices import total\n\n\n"
        "class Prices(unittest.TestCase):\n"
        "    def test_discount(self):\n        self.assertEqual(total([{'price': 3, 'discount': 1}]), 2)\n\n\n"
        "def test_nothing():\n    assert total([]) == 0\n"
    ),
    "tests/test_regression.py": (
        "def test_it():\n    from shop.prices import total\n\n    total([{'price': 3}])\n"
    ),
}  # fmt: skip
FIX = {"shop/prices.py": FIXED}


def packed(files: Mapping[str, str]) -> bytes:
    """tar.gz of a tree."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for path, text in sorted(files.items()):
            info = tarfile.TarInfo(path)
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def make_job(
    artifacts: InMemoryArtifacts,
    patch: Mapping[str, str],
    *,
    project: Mapping[str, str] = PROJECT,
    **fields: Any,
) -> TestJob:
    """Running and base are `project`; the patched tree has `patch` laid over it."""
    trees = {
        "running": artifacts.put("sandbox/running.tar.gz", packed(project)),
        "base": artifacts.put("sandbox/base.tar.gz", packed(project)),
        "patched": artifacts.put("sandbox/patched.tar.gz", packed({**project, **patch})),
    }
    sample: dict[str, Any] = {
        "nonce": NONCE,
        "patch_sha256": "a" * 64,
        **trees,
        "test_command": "python -m pytest -q",
        "regression_id": REGRESSION,
        "timeout_seconds": 60,
        "result_key": f"sandbox/{NONCE}/result.json",
    }
    return TestJob.model_validate({**sample, **fields})


def run_of(result: TestRun, tree: str, kind: str) -> TreeRun:
    """The one session of this tree and kind."""
    (found,) = (run for run in result.runs if (run.tree, run.kind) == (tree, kind))
    return found


def statuses(run: TreeRun) -> dict[str, str]:
    """By test id."""
    return {outcome.test_id: outcome.status for outcome in run.outcomes}

"""From a log to a proved draft without a model, on the demo's service, as a multiple of its bare test run.

Beside it what a model would be sent with its first exchange, and the whole files of the mapping's first targets: a
model reads what it needs by itself, in bounded pieces. Tokens are estimated from bytes, since no model is asked.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from functions.draft_patch.drafters.revert import Revert
from functions.draft_patch.drafters.templates.drafter import Templates
from mendloop.adapters.folder_artifacts import FolderArtifacts
from mendloop.adapters.local_git import LocalGit
from mendloop.adapters.sandbox import build_sandbox
from mendloop.cli.demo.production import Production, make_production
from mendloop.cli.drafting.context_size import BYTES_PER_TOKEN, context_tokens
from mendloop.cli.drafting.failure import Failure
from mendloop.cli.drafting.loop import Tools, mend
from mendloop.cli.mapping.case import Case, service_at
from mendloop.contracts.evidence import FailingRequest
from mendloop.domain.stack_trace import LogText

_FAIL = "import json, sys; from {module} import {function}; {function}(json.loads(sys.argv[1]), None)"


def measure(runs: int) -> dict[str, Any]:
    """One run per seed; AssertionError when a draft was not proved, since its time would mean nothing."""
    found = [_run(seed) for seed in range(1, runs + 1)]
    ratio = round(statistics.median(one["ratio"] for one in found), 1)
    return {"runs": found, "ratio": ratio, "bytes_per_token": BYTES_PER_TOKEN}


def _run(seed: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        production = make_production("regression", seed, Path(scratch) / "production")
        failure = _failure(production)
        artifacts = FolderArtifacts(Path(scratch) / "artifacts")
        tools = Tools(LocalGit(), [Revert(), Templates()], artifacts, build_sandbox("bubblewrap", artifacts))
        bare = _bare(production.code)
        began = time.monotonic()
        ended = mend(failure, tools)
        seconds = time.monotonic() - began
        assert ended.verification and ended.verification.status == "proved", ended.rounds
        sent, whole = context_tokens(failure, ended, LocalGit())
    return {
        "seed": seed,
        "proof": ended.verification.status.value,
        "draft_seconds": round(seconds, 2),
        "test_seconds": round(bare, 2),
        "ratio": round(seconds / bare, 1),
        "sent_tokens": sent,
        "file_tokens": whole,
    }


def _failure(production: Production) -> Failure:
    """The service really fails: its traceback is the log."""
    module, _, function = production.entry_point.partition(":")
    request = json.dumps(production.failing_requests[0])
    failing = [sys.executable, "-c", _FAIL.format(module=module, function=function), request]
    said = subprocess.run(failing, cwd=production.code, capture_output=True, text=True, check=False).stderr
    service = service_at(production.repository, production.service, runtime_root=str(production.code)).model_copy(
        update={"test_command": production.test_command, "entry_point": production.entry_point}
    )
    now = datetime.now(UTC)
    case = Case("bench", service, production.deployed_revision, now, (LogText(at=now, text=said, source="log"),))
    head = LocalGit().resolve(service.repository, production.default_branch)
    assert head, "the demo's repository has a branch"
    kept = FailingRequest(request_id="bench", payload=request, line_id="log-1")
    return Failure(case, head, (kept,))


def _bare(folder: Path) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=folder, capture_output=True, check=True)
    return time.monotonic() - began

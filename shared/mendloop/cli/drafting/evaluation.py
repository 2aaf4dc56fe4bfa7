"""A file of failures, each drafted and proved on this machine; one row a case."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from functions.draft_patch.context import Drafter
from mendloop.adapters.folder_artifacts import FolderArtifacts
from mendloop.adapters.local_git import LocalGit
from mendloop.cli.drafting.context_size import context_tokens
from mendloop.cli.drafting.failure import Failure
from mendloop.cli.drafting.loop import Ended, Tools, mend
from mendloop.cli.drafting.money import Purse
from mendloop.cli.drafting.outcome import Row
from mendloop.cli.mapping.bench import folder_of, read_case
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.verification import VerificationStatus
from mendloop.domain.errors import MendloopError
from mendloop.ports import Sandbox


@dataclass(frozen=True)
class Bench:
    """What every case is run with."""

    repositories: Path
    variant: str
    drafters: list[Drafter]
    artifacts: FolderArtifacts
    sandbox: Sandbox | None
    purse: Purse


def run_cases(rows: Iterable[dict[str, Any]], bench: Bench) -> Iterator[Row]:
    """In the order given. An error of one case is its row; only a defect ends the run."""
    for given in rows:
        row, began = Row(given["id"]), time.monotonic()
        try:
            _fill(row, given, bench)
        except MendloopError as error:
            row.reason = f"{type(error).__name__}: {error}"
        row.seconds = round(time.monotonic() - began, 2)
        yield row


def _fill(row: Row, given: dict[str, Any], bench: Bench) -> None:
    folder = folder_of(bench.repositories, given["repo"])
    if folder is None:
        row.reason = f"{given['repo']} is not under {bench.repositories}"
        return
    case = read_case(given, folder, bench.variant)
    tests = {name: given.get(name, "") for name in ("test_command", "python_environment")}
    service = case.service.model_copy(update=tests)
    at = datetime.fromisoformat(given["at"]).astimezone(UTC) if given.get("at") else case.at
    case = type(case)(case.id, service, case.revision, at, case.events)
    failure, code = Failure(case, given.get("head") or case.revision), LocalGit()
    ended = mend(failure, Tools(code, bench.drafters, bench.artifacts, bench.sandbox))
    _tell(row, ended)
    row.sent_tokens, row.file_tokens = context_tokens(failure, ended, code)
    row.micro_dollars = bench.purse.spent(ended.incident_id)


def _tell(row: Row, ended: Ended) -> None:
    row.route, row.reason = ended.route.reason_code, ended.route.reason
    row.refusals, row.rounds, row.attempts = ended.refusals, ended.rounds, len(ended.rounds)
    first = next(iter(ended.mapping.targets), None)
    row.target = f"{first.path}::{first.function}" if first else ""
    if ended.draft is None:
        row.status = "ticket"
    elif not isinstance(ended.draft, CodeFix):
        row.status, row.reason = "declined", ended.draft.said
        row.gate = "refused" if ended.draft.reason_code == "gate_refused" else ""
    else:
        _tell_fix(row, ended.draft, ended)


def _tell_fix(row: Row, fix: CodeFix, ended: Ended) -> None:
    limits = ended.limits
    row.status, row.drafter, row.diff = "drafted", fix.drafter, fix.diff
    row.gate, row.compiles = "passed", True  # the gate compiles every Python file that it lets through
    row.files, row.changed_lines, row.functions = len(fix.files), fix.changed_lines, len(fix.functions)
    row.within_budget = (
        row.files <= limits.files and row.changed_lines <= limits.changed_lines and row.functions <= limits.functions
    )
    row.regression = fix.regression.source.value
    if ended.verification:
        row.proof, row.suite = ended.verification.status.value, ended.verification.suite
        row.reason = ended.verification.reason
        row.red_to_green = ended.verification.status is VerificationStatus.PROVED

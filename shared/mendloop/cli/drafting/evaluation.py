"""A file of failures, each drafted and proved on this machine; one row a case, and what they come to."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from functions.draft_patch.context import Drafter
from mendloop.adapters.folder_artifacts import FolderArtifacts
from mendloop.adapters.local_git import LocalGit
from mendloop.cli.drafting.context_size import context_tokens
from mendloop.cli.drafting.failure import Failure
from mendloop.cli.drafting.loop import Ended, Tools, mend
from mendloop.cli.drafting.money import Purse
from mendloop.cli.mapping.bench import folder_of, read_case
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.verification import VerificationStatus
from mendloop.domain.errors import MendloopError
from mendloop.ports import Sandbox


@dataclass
class Row:
    """One case. `status` is drafted, declined, ticket (routed away from a change) or errored."""

    id: str
    status: str = "errored"
    route: str = ""
    reason: str = ""
    drafter: str = ""
    gate: str = ""
    compiles: bool = False
    proof: str = ""
    red_to_green: bool = False
    suite: str = ""
    regression: str = ""
    files: int = 0
    changed_lines: int = 0
    functions: int = 0
    within_budget: bool = True
    attempts: int = 0
    refusals: list[str] = field(default_factory=list)
    rounds: list[str] = field(default_factory=list)
    target: str = ""
    sent_tokens: int = 0
    """What a model would be sent at first, whether one was asked or not."""
    file_tokens: int = 0
    """The whole files of the best targets."""
    micro_dollars: int = 0
    seconds: float = 0.0
    diff: str = ""

    def line(self) -> str:
        """JSON."""
        return json.dumps(asdict(self))


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


def summary(rows: list[Row]) -> dict[str, Any]:
    """How many cases ended how."""
    drafted = [row for row in rows if row.status == "drafted"]
    return {
        "cases": len(rows),
        **{name: sum(row.status == name for row in rows) for name in ("drafted", "declined", "ticket", "errored")},
        "routes": dict(Counter(row.route or "none" for row in rows)),
        "drafters": dict(Counter(row.drafter for row in drafted)),
        "proofs": dict(Counter(row.proof or "none" for row in drafted)),
        "proved": sum(row.red_to_green for row in drafted),
        "over_budget": sum(not row.within_budget for row in drafted),
        "gate_refusals": sum(len(row.refusals) for row in rows),
        "sent_tokens": round(median([row.sent_tokens for row in rows if row.sent_tokens] or [0])),
        "share_of_files": round(
            median([row.sent_tokens / row.file_tokens for row in rows if row.file_tokens] or [0]), 2
        ),
        "micro_dollars": sum(row.micro_dollars for row in rows),
        "seconds": round(sum(row.seconds for row in rows), 1),
    }

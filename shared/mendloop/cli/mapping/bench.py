"""A file of cases: each mapped at its base commit, one prediction a line."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from functions.map_code.ranking import rank_files
from mendloop.adapters.local_git import LocalGit
from mendloop.cli.mapping.case import Case, events_of, map_case, service_at
from mendloop.contracts.mapping import CodeMap
from mendloop.domain.errors import BadInput, Budget, Permanent, Retryable
from mendloop.domain.stack_trace import LogText

_PLACES = ("repo", "repo/.git", ".", ".git")


@dataclass(frozen=True)
class Outcome:
    """One case's mapping, or why there is none."""

    case: str
    mapping: CodeMap | None
    error: str = ""
    clues: dict[str, Any] = field(default_factory=dict)
    """`{"id", "repo", "language", "variant", "candidates": [{"path", "function", "clues"}]}`."""

    def prediction(self) -> dict[str, Any]:
        """`{"id", "files", "functions", "suspects"}`, best first."""
        targets = self.mapping.targets if self.mapping else []
        commits = [*self.mapping.suspects, *self.mapping.writers] if self.mapping else []
        commits.sort(key=lambda one: -one.score)
        return {
            "id": self.case,
            "files": rank_files((target.path, target.score) for target in targets),
            "functions": [f"{target.path}::{target.function}" for target in targets if target.function],
            "suspects": list(dict.fromkeys(one.commit.sha for one in commits)),
        }


def read_rows(file: Path) -> list[dict[str, Any]]:
    """One JSON object a line; BadInput where it is none."""
    if not file.is_file():
        raise BadInput(f"{file} is not there")
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except ValueError as error:
        raise BadInput(f"{file} is no JSON lines file: {error}") from error
    if any(not isinstance(row, dict) or not {"id", "repo", "base_commit"} <= row.keys() for row in rows):
        raise BadInput(f"{file}: each line needs id, repo and base_commit")
    return rows


def run_cases(rows: list[dict[str, Any]], repositories: Path, variant: str) -> Iterator[Outcome]:
    """In the order given. A case whose repository is not there, or cannot be read, says so."""
    code = LocalGit()
    for row in rows:
        folder = folder_of(repositories, row["repo"])
        if folder is None:
            yield Outcome(row["id"], None, f"{row['repo']} is not under {repositories}")
            continue
        try:
            mapping, clues = map_case(read_case(row, folder, variant), code)
            known = {key: row.get(key, "") for key in ("id", "repo", "language")}
            yield Outcome(row["id"], mapping, clues={**known, "variant": variant, "candidates": clues})
        except (Permanent, Budget, Retryable) as error:
            yield Outcome(row["id"], None, str(error))


def read_case(row: dict[str, Any], folder: Path, variant: str) -> Case:
    """`trace` is the raw text; other variants are lists of CloudWatch events."""
    if variant == "trace":
        events: tuple[LogText, ...] = (LogText(at=datetime(2000, 1, 1, tzinfo=UTC), text=row["trace"], source="log"),)
    elif variant in row.get("variants", {}):
        events = events_of(row["variants"][variant])
    else:
        raise BadInput(f"{row['id']} has no variant {variant!r}")
    service = service_at(folder, row["repo"].rsplit("/", 1)[-1])
    # The failure is as old as its commit: "the last 30 days" end there.
    at = LocalGit().commits(service.repository, row["base_commit"], limit=1)[0].at
    return Case(row["id"], service, row["base_commit"], at, events)


def folder_of(repositories: Path, name: str) -> Path | None:
    """`<owner>+<name>/repo`, or the same without `repo`; None where no git directory lies there."""
    base = repositories / name.replace("/", "+")
    places = (base / place for place in _PLACES)
    return next((place for place in places if (place / "HEAD").is_file() and (place / "objects").is_dir()), None)

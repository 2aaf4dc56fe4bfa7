"""One failure to map: log events, a repository in a folder, a revision."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from functions.collect_evidence.faults import group
from functions.map_code.kept import Kept
from functions.map_code.mapping import conclude, look
from functions.map_code.snapshot import Snapshot
from mendloop.contracts.evidence import Evidence, Fault
from mendloop.contracts.mapping import CodeMap
from mendloop.domain.catalog import Catalog, Repository, Service, ServiceSignals
from mendloop.domain.errors import BadInput
from mendloop.domain.stack_trace import LogText, extract
from mendloop.ports import CodeHost
from mendloop.running import Running

_START = datetime(2000, 1, 1, tzinfo=UTC)
_SOURCE = "log"
NOBODY = "nobody"


@dataclass(frozen=True)
class Case:
    """What happened, and where the code lies."""

    id: str
    service: Service
    revision: str
    """Full commit hash. Only it and its ancestors are looked at."""
    at: datetime
    events: tuple[LogText, ...]

    def fault(self) -> Fault | None:
        """The main exception in the events."""
        groups = group(extract(self.events), self.service)
        return groups[0].fault() if groups else None

    def evidence(self) -> Evidence:
        """As the collecting would have left it, without what only the cloud knows."""
        found = self.fault()
        return Evidence(
            incident_id=self.id,
            service=self.service.name,
            window_start=self.at - timedelta(minutes=15),
            window_end=self.at,
            faults=[found] if found else [],
        )


def map_case(case: Case, code: CodeHost, kept: Kept | None = None) -> tuple[CodeMap, list[dict[str, Any]]]:
    """The mapping, and every candidate's clues. The case's revision counts as the default branch's head too."""
    evidence = case.evidence()
    running = Running(case.revision, "given", False, "", case.revision)
    catalog = Catalog(version=1, approvers={}, services={})
    snapshot = Snapshot(code, case.service.repository, case.revision, kept)
    view = look(evidence, next(iter(evidence.faults), None), case.service, snapshot)
    clues: list[dict[str, Any]] = [
        {"path": one.path, "function": one.function, "clues": one.clues} for one in view.candidates
    ]
    return conclude(view, evidence, case.service, catalog, running, snapshot), clues


def service_at(folder: Path, name: str = "", root: str = "", runtime_root: str = "/var/task") -> Service:
    """A service whose repository lies in a folder. Nobody decides anything about it."""
    return Service(
        name=name or folder.name,
        signals=ServiceSignals(),
        repository=Repository(host="local_git", location=str(folder)),
        root=root,
        runtime_root=runtime_root,
        approvers=[NOBODY],
    )


def read_log(file: Path) -> tuple[LogText, ...]:
    """A text log, or JSON: CloudWatch events as a list, as `{"events": [...]}`, or one a line."""
    if not file.is_file():
        raise BadInput(f"{file} is not there")
    text = file.read_text(encoding="utf-8", errors="replace")
    try:
        read = json.loads(text)
    except ValueError:
        read = _lines_of_json(text)
    listed = read.get("events") if isinstance(read, dict) else read
    if isinstance(listed, list) and listed and all(isinstance(one, dict) and "message" in one for one in listed):
        return events_of(listed)
    return (LogText(at=_START, text=text, source=_SOURCE),)


def _lines_of_json(text: str) -> object:
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return None


def events_of(listed: Iterable[dict[str, object]]) -> tuple[LogText, ...]:
    """CloudWatch's events: `timestamp` in milliseconds, `message`, `logStreamName`."""
    return tuple(
        LogText(
            at=datetime.fromtimestamp(float(str(one.get("timestamp") or 0)) / 1000, UTC),
            text=str(one["message"]),
            source=str(one.get("logStreamName") or _SOURCE),
        )
        for one in listed
    )

"""A state machine that only remembers what it was told."""

from datetime import datetime
from threading import Lock

from mendloop.domain.errors import Conflict

ARN = "arn:aws:states:eu-central-1:123456789012:execution:Remediation:"


class RecordingWorkflow:
    """`started` documents by name, `woken` tokens, `failed` (token, error, cause); tokens in `dead` are of no use."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.started: dict[str, str] = {}
        self.starts: list[str] = []
        self.woken: list[str] = []
        self.failed: list[tuple[str, str, str]] = []
        self.dead: set[str] = set()
        self.statuses: dict[str, str] = {}
        self.ends: dict[str, datetime] = {}
        self.reported: list[tuple[str, str, str]] = []

    def start(self, name: str, document: str) -> str:
        with self._lock:
            self.starts.append(name)
            if self.started.setdefault(name, document) != document:
                raise Conflict(f"the execution {name} runs with another input")
            self.statuses.setdefault(ARN + name, "RUNNING")
            return ARN + name

    def wake(self, token: str) -> bool:
        with self._lock:
            useful = token not in self.dead
            if useful:
                self.woken.append(token)
                self.dead.add(token)
            return useful

    def fail(self, token: str, error: str, cause: str) -> bool:
        with self._lock:
            useful = token not in self.dead
            if useful:
                self.failed.append((token, error, cause))
                self.dead.add(token)
            return useful

    def status(self, execution_arn: str) -> str:
        return self.statuses.get(execution_arn, "UNKNOWN")

    def report_end(self, name: str, status: str, document: str) -> None:
        self.reported.append((name, status, document))

    def ended_at(self, execution_arn: str) -> datetime | None:
        return self.ends.get(execution_arn)

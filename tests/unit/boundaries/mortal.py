"""Ports whose every effect is a place to die: before it happens, or after it happened and before anybody knows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mendloop.domain.errors import Unavailable

EFFECTS: dict[str, frozenset[str]] = {
    "ArtifactStore": frozenset({"put"}),
    "IncidentStore": frozenset(
        {
            *("claim", "open", "save", "record", "note", "claim_fault", "release_fault"),
            *("save_publication", "save_correction", "save_rejection", "save_roots", "save_ticket"),
            *("follow", "save_follow_up", "sight", "take_place"),
        }
    ),
    "DecisionStore": frozenset(
        {"ask", "decide", "consent", "hand_over", "take_stamp", "save_token", "save_nonce", "use_nonce"}
    ),
    "AuditTrail": frozenset({"add"}),
    "Workflow": frozenset({"start", "wake", "fail", "report_end"}),
    "CodeHost": frozenset({"push_branch", "open_pull_request", "mark_ready", "comment"}),
    "TicketTracker": frozenset({"file", "comment", "note", "close", "update", "link"}),
    "Mailer": frozenset({"send", "alert"}),
}
"""What changes the world outside a step, by port; everything else only reads."""
READS: dict[str, frozenset[str]] = {
    "ArtifactStore": frozenset({"get", "read"}),
    "IncidentStore": frozenset(
        {
            "load",
            "incidents",
            "occurrences",
            "timeline",
            "publication",
            "correction",
            "rejections",
            "standing_at",
            "roots",
            "ticket",
            *("follow_up", "due_follow_ups", "follow_ups", "sightings"),
        }
    ),
    "DecisionStore": frozenset({"request", "latest", "decision", "consents", "handed_over", "token"}),
    "AuditTrail": frozenset({"chain"}),
    "Workflow": frozenset({"status", "ended_at"}),
    "CodeHost": frozenset(
        {
            *(
                "default_branch",
                "deployed_revision",
                "team_members",
                "resolve",
                "tree",
                "file",
                "files",
                "blame",
                "commit",
                "commits",
                "commit_diff",
                "compare",
            ),
            *("archive", "branch", "pull_request", "numbered", "open_pull_requests", "checks", "examine"),
        }
    ),
    "TicketTracker": frozenset({"find", "is_public", "examine"}),
    "Mailer": frozenset({"confirmed", "subscription"}),
}


class Killed(BaseException):
    """The process is gone: no `except Exception` sees it."""


DEATHS: dict[str, Callable[[str], BaseException]] = {
    "killed": Killed,
    # The call may have gone through all the same: only its answer is lost.
    "outage": Unavailable,
}


@dataclass
class Fate:
    """Counts the boundaries passed; strikes once, at number `at` (never when negative)."""

    at: int = -1
    kind: str = "killed"
    passed: list[str] = field(default_factory=list)

    def boundary(self, name: str) -> None:
        """Pass one boundary, or die there."""
        self.passed.append(name)
        if len(self.passed) - 1 == self.at:
            raise DEATHS[self.kind](name)

    @property
    def struck(self) -> str:
        """Where it struck, "" when it has not."""
        return self.passed[self.at] if 0 <= self.at < len(self.passed) else ""


class Mortal:
    """A fake behind which every effect passes two boundaries."""

    def __init__(self, inner: Any, port: str, fate: Fate) -> None:
        self._inner, self._port, self._fate = inner, port, fate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in EFFECTS[self._port]:
            return found

        def effect(*args: Any, **kwargs: Any) -> Any:
            self._fate.boundary(f"before {self._port}.{name}")
            result = found(*args, **kwargs)
            self._fate.boundary(f"after {self._port}.{name}")
            return result

        return effect

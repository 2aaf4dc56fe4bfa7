"""What a generated production is, and the plan it is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Request = Mapping[str, object]


@dataclass(frozen=True)
class Person:
    """An author of the service."""

    name: str
    mail: str


@dataclass(frozen=True)
class Edit:
    """Replace `old`, which stands exactly once in the file at `path`, by `new`."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """One commit: files written whole, then edits."""

    message: str
    author: Person
    files: Mapping[str, str]
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Fault:
    """One planted fault: its place, and the request that meets it.

    `change`, `repaired`: indexes in the plan; -1: it was always there, it is not repaired.
    """

    path: str
    function: str
    exception: str
    change: int
    request: Request
    repaired: int = -1


@dataclass(frozen=True)
class Plan:
    """A whole history; `deployed` is the index of the change that runs in production."""

    changes: tuple[Change, ...]
    deployed: int
    faults: tuple[Fault, ...]
    healthy_requests: tuple[Request, ...]
    last_good: int = -1
    """The index of what ran well before, where a scenario needs to know."""
    neighbour: str = ""
    """The environment variable with the address of another service, which never answers."""


@dataclass(frozen=True)
class Planted:
    """The truth about one planted fault, for checks only. Empty: no commit of late brought it, none repaired it."""

    commit: str
    path: str
    function: str
    exception: str
    repaired_in: str = ""
    took_tests: bool = False
    """Whether the commit took a test away with it."""


@dataclass(frozen=True)
class Production:
    """A generated service, as the demo deploys and catalogs it."""

    scenario: str
    seed: int
    service: str
    function_name: str
    repository: Path
    default_branch: str
    deployed_revision: str
    code: Path
    lambda_handler: str
    entry_point: str
    test_command: str
    request_field: str
    alarm_name: str
    log_group: str
    approver: Person
    healthy_requests: tuple[Request, ...]
    failing_requests: tuple[Request, ...]
    planted: tuple[Planted, ...]
    last_good_revision: str = ""
    """What ran well before the deployed revision, where a scenario needs to know."""
    neighbour: str = ""
    """The environment variable that must hold the address of a service which never answers."""
    catalog: Mapping[str, object] = field(default_factory=dict)
    """Fields of the service's catalog entry that its scenario sets otherwise."""

    @property
    def alarm_threshold(self) -> int:
        """Errors until the alarm fires: where there are several faults, each has shown itself by then."""
        return 1 if len(self.failing_requests) < 2 else len(self.failing_requests) + 1

    def context(self) -> dict[str, object]:
        """What the CDK app of the services is told about this one."""
        return {
            "code": str(self.code),
            "service": self.service,
            "function": self.function_name,
            "handler": self.lambda_handler,
            "revision": self.deployed_revision,
            "threshold": self.alarm_threshold,
        }

"""What a drafter gets and gives. Drafters propose edits; code outside them decides what becomes of a proposal."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from functions.draft_patch.meter import Meter
from mendloop.contracts.draft import Claim, CodeFix, Edit, RegressionTest
from mendloop.contracts.evidence import Evidence, Fault
from mendloop.contracts.mapping import CodeMap
from mendloop.domain.catalog import Service
from mendloop.domain.python_source import PythonSource
from mendloop.ports import CodeHost

_REGULAR = {"100644", "100755"}


class Tree:
    """The repository at one revision, each file read once."""

    def __init__(self, code: CodeHost, service: Service, revision: str) -> None:
        self.code = code
        self.service = service
        self.revision = revision
        self._files: dict[str, bytes | None] = {}

    def read(self, path: str) -> bytes | None:
        """Content of a regular file; None when there is none."""
        if path not in self._files:
            self._files[path] = self.code.file(self.service.repository, self.revision, path)
        return self._files[path]

    def python(self, path: str) -> PythonSource | None:
        """The parsed Python file, or None."""
        content = self.read(path) if path.endswith(".py") else None
        return PythonSource(content) if content is not None else None

    @cached_property
    def paths(self) -> list[str]:
        """Regular files, sorted."""
        entries = self.code.tree(self.service.repository, self.revision)
        return [entry.path for entry in entries if entry.mode in _REGULAR]

    @cached_property
    def blocked(self) -> frozenset[str]:
        """Symbolic links and submodules: nothing may be created below them."""
        entries = self.code.tree(self.service.repository, self.revision)
        return frozenset(entry.path for entry in entries if entry.mode not in _REGULAR)

    def at(self, revision: str) -> "Tree":
        """The same repository at another revision."""
        return self if revision == self.revision else Tree(self.code, self.service, revision)


@dataclass(frozen=True)
class DraftContext:
    """Everything a drafter may look at."""

    incident_id: str
    service: Service
    evidence: Evidence
    fault: Fault | None
    mapping: CodeMap
    base: Tree
    """The default branch's head, pinned for this draft."""
    attempt: int = 1
    hint: str = ""
    """A reviewer's comment that asked for another draft, or the tail of a failed proof; untrusted."""
    tried: list[tuple[Edit, ...]] = field(default_factory=list)
    """Edits of earlier attempts that were not taken, and those the gate refused in this one."""
    refusals: list[str] = field(default_factory=list)
    """Why the gate refused in this attempt."""
    unreproduced: frozenset[str] = frozenset()
    """Contents of regression tests that did not show the failure: not to be used again."""
    shown: RegressionTest | None = None
    """The last draft's regression test, where it showed the failure: the next draft has to turn it green."""
    had: frozenset[str] = frozenset()
    """Names of the drafters whose drafts were proved in vain."""
    retest: CodeFix | None = None
    """The last draft, where only its regression test was wrong: the same edits are wanted with another test."""

    meter: Meter = field(default_factory=Meter)
    """What was spent; the same for every turn."""

    @property
    def exception(self) -> str:
        """The exception's type, or `a failure` where none is known or its name is no name."""
        name = self.fault.trace.type if self.fault else ""
        return name if name and all(part.isidentifier() for part in name.split(".")) else "a failure"


@dataclass(frozen=True)
class Proposal:
    """Edits against the base, with what they rest on."""

    edits: tuple[Edit, ...]
    title: str
    rationale: list[Claim]
    risks: list[str] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    test: str = ""
    """A regression test that the drafter offers: the content of a Python file, gated like everything else."""
    summary: Claim | None = None
    """What went wrong, in one cited sentence of the drafter's."""
    suspect: str = ""
    precedent_revision: str = ""
    """Where the text was taken from, if from the repository's own history. Only code sets it, never a model."""


@dataclass(frozen=True)
class Declined:
    """Why a drafter has nothing (more) to offer."""

    reason_code: str
    reason: str
    action: tuple[Claim, ...] = ()
    """What the answer rests on where it is that no code, but somebody, has to do something; `reason` says what."""


class Drafter(Protocol):
    """One way to a change."""

    name: str
    costs: bool
    """Whether it spends money."""

    def draft(self, context: DraftContext) -> Proposal | Declined:
        """A proposal other than those in `context.tried`, or the reason why there is none."""


def evidence_lines(evidence: Evidence, text: str, most: int = 3) -> list[str]:
    """Ids of the first lines that hold a text: what a claim about it cites."""
    return [line.id for line in evidence.lines if text in line.text][:most]


def cited(claims: Sequence[Claim]) -> list[Claim]:
    """Claims that rest on something; the others are dropped."""
    return [claim for claim in claims if any(citation.strip() for citation in claim.citations)]

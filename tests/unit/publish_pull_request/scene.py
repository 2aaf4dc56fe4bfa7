"""An approved change, in stores and a repository of fakes, and calls that die where they are told to."""

from dataclasses import dataclass, field
from typing import Any

from functions.publish_pull_request.step import publish_pull_request
from mendloop import documents
from mendloop.contracts.approval import ApprovalRequest, Content
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import IncidentState
from mendloop.contracts.publication import PublicationSlot
from mendloop.domain.identity import content_hash, sha256
from mendloop.domain.patch import apply_edits, unified_diff
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import FixedClock
from tests.fakes.code_host import InMemoryCodeHost
from tests.fakes.decisions import InMemoryDecisions
from tests.fakes.house import (
    FAULT,
    INCIDENT,
    PATH,
    make_code_fix,
    make_code_map,
    make_decision,
    make_evidence,
    make_execution,
    make_incident,
    make_repository,
    make_request,
    make_verification,
)
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.switch import InMemorySwitch

SOURCE = """\
def other():
    return 1


def order_total(items):
    total = 0
    for item in items:
        total += item.discount
    return total
"""


class Killed(BaseException):
    """The process died: nothing may catch it."""


@dataclass
class Deaths:
    """Counts calls of effects; dies before (even) or after (odd) the one it is told to."""

    at: int = -1
    seen: int = 0
    names: list[str] = field(default_factory=list)

    def wrap(self, target: object, name: str) -> None:
        inner = getattr(target, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self.step(f"before {name}")
            result = inner(*args, **kwargs)
            self.step(f"after {name}")
            return result

        setattr(target, name, call)

    def step(self, name: str) -> None:
        self.names.append(name)
        self.seen += 1
        if self.seen - 1 == self.at:
            raise Killed(name)


class Scene:
    """Everything `publish_pull_request` needs; change a part before `run`."""

    def __init__(self, *, public: bool = False, files: dict[str, str] | None = None, **service: Any) -> None:
        self.artifacts, self.incidents = InMemoryArtifacts(), InMemoryIncidents()
        self.decisions, self.code, self.clock = InMemoryDecisions(), InMemoryCodeHost(), FixedClock()
        self.catalogs, self.switch = FixedCatalog(), InMemorySwitch()
        if public or service:
            from tests.fakes.house import make_catalog

            repository = make_repository(public=public)
            self.catalogs = FixedCatalog(make_catalog(repository=repository.model_dump(), **service))
        self.base = self.code.commit_files(files or {PATH: SOURCE, "README": "shop"}, "Start")
        self.repository = make_repository()
        self.incidents.claim(make_incident(fault=FAULT, state=IncidentState.STARTED))
        self.evidence, self.mapping = make_evidence(), make_code_map()
        self.fix = self.make_fix() if PATH in (files or {PATH}) else make_code_fix(base=self.base)

    def make_fix(self, **fields: Any) -> CodeFix:
        fix = make_code_fix(base=self.base, **fields)
        if "diff" in fields:
            return fix

        def read(path: str) -> bytes | None:
            return self.code.file(self.repository, self.base, path)

        after = apply_edits(read, fix.edits)
        if fix.regression.path:
            after[fix.regression.path] = fix.regression.content.encode()
        return fix.model_copy(update={"diff": unified_diff({path: read(path) for path in after}, after)})

    def ask(self, **fields: Any) -> ApprovalRequest:
        """Store everything and ask, as the room before does."""
        key = documents.key
        draft = documents.store(self.artifacts, key(INCIDENT, "draft_patch", "draft.json"), self.fix)
        evidence = documents.store(self.artifacts, key(INCIDENT, "collect_evidence", "evidence.json"), self.evidence)
        mapping = documents.store(self.artifacts, key(INCIDENT, "map_code", "mapping.json"), self.mapping)
        verification = documents.store(
            self.artifacts,
            key(INCIDENT, "judge_verification", "verification.json"),
            make_verification(draft_sha256=draft.sha256, **fields.pop("verification_fields", {})),
        )
        content = Content(
            evidence_sha256=evidence.sha256,
            draft_sha256=draft.sha256,
            diff_sha256=sha256(self.fix.diff),
            base=self.fix.base,
            verification_sha256=verification.sha256,
            catalog_sha256=self.catalogs.load()[1],
        )
        request = make_request(
            content=content,
            content_sha256=content_hash(content),
            evidence=evidence,
            mapping=mapping,
            draft=draft,
            verification=verification,
            **fields,
        )
        return self.decisions.ask(request)

    def approve(self, **fields: Any) -> ApprovalRequest:
        request = self.ask()
        self.decisions.decide(make_decision(request, **fields))
        return request

    def run(self, execution: Execution | None = None) -> PublicationSlot:
        return publish_pull_request(
            execution or make_execution(),
            incidents=self.incidents,
            decisions=self.decisions,
            artifacts=self.artifacts,
            catalogs=self.catalogs,
            code=self.code,
            switch=self.switch,
            clock=self.clock,
            site_url="https://site.example.com",
        )

    @property
    def branches(self) -> list[str]:
        return sorted(name for name in self.code.branches if name.startswith("mendloop/"))

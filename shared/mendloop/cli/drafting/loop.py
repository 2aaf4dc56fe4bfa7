"""The loop for one failure on this machine: route, draft, proof, and another draft where a proof failed."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from functions.choose_route.deciding import Mapped, decide
from functions.draft_patch.context import DraftContext, Drafter, Tree
from functions.draft_patch.earlier import LONGEST_HINT, lessons
from functions.draft_patch.turns import drafted
from functions.judge_verification.judged import judged, next_after
from functions.map_code.mapping import name_of
from functions.prepare_verification.packing import Packer
from mendloop import documents
from mendloop.cli.drafting.failure import Failure
from mendloop.contracts.draft import ActionRecommended, CodeFix, Explanation
from mendloop.contracts.evidence import Evidence
from mendloop.contracts.mapping import CodeMap
from mendloop.contracts.route import Route, RouteSlot
from mendloop.contracts.verification import PreparationSlot, TestJob, Verification, VerificationNext
from mendloop.domain.catalog import Limits, Service
from mendloop.domain.identity import content_hash, sha256
from mendloop.domain.verdict import MOST_ATTEMPTS
from mendloop.ports import ArtifactStore, CodeHost, Sandbox


@dataclass(frozen=True)
class Tools:
    """What the loop works with. Without a sandbox nothing is proved, and the first draft is the last."""

    code: CodeHost
    drafters: list[Drafter]
    artifacts: ArtifactStore
    sandbox: Sandbox | None = None


@dataclass
class Ended:
    """What became of one failure."""

    incident_id: str
    limits: Limits
    evidence: Evidence
    mapping: CodeMap
    route: RouteSlot
    draft: CodeFix | ActionRecommended | Explanation | None = None
    verification: Verification | None = None
    refusals: list[str] = field(default_factory=list)
    rounds: list[str] = field(default_factory=list)
    """Each attempt's verdict, in words."""
    seconds: float = 0.0

    def answer(self) -> dict[str, Any]:
        """The Draft contract; a ticket where the route leads to one. `diff` is always there."""
        draft = self.draft or ActionRecommended(reason_code=self.route.reason_code, action=self.route.reason)
        return {"diff": "", **draft.model_dump(mode="json")}


def mend(failure: Failure, tools: Tools, tell: Callable[[str], None] = lambda said: None) -> Ended:
    """Until a draft needs no other, or there is no other."""
    began = time.monotonic()
    evidence = failure.evidence()
    mapping = failure.mapping(evidence, tools.code)
    incident_id = f"inc-{sha256(failure.case.id + failure.base)[:16]}"
    ended = Ended(
        incident_id, failure.case.service.limits, evidence, mapping, route_of(evidence, mapping, failure.case.service)
    )
    tell(f"{ended.route.reason_code}: {ended.route.reason}")
    if ended.route.route is Route.CHANGE:
        _rounds(failure, ended, tools, tell)
    ended.seconds = round(time.monotonic() - began, 2)
    return ended


def route_of(evidence: Evidence, mapping: CodeMap, service: Service) -> RouteSlot:
    """Rules first, then what the mapping found."""
    fault = Failure.fault(evidence)
    target = name_of(mapping.targets[0].path, mapping.targets[0].function) if mapping.targets else ""
    suspect = mapping.suspects[0].commit if mapping.suspects else None
    mapped = Mapped(target, suspect.sha if suspect else "", mapping.revision, suspect.at if suspect else None)
    return decide(evidence, fault, mapped, service.routing)


def verify(fix: CodeFix, service: Service, tools: Tools, attempt: int = 1) -> Verification:
    """The three steps of a proof: packed, run, judged. Without a sandbox it is skipped."""
    nonce = secrets.token_hex(16)
    slot = PreparationSlot(attempt=attempt, nonce=nonce, patch_sha256=sha256(fix.diff))
    packer = Packer("local", slot, fix, service, tools.artifacts, tools.code)
    packed, skipped = packer.packed()
    job = documents.load(tools.artifacts, packed.job, TestJob) if packed.job else None
    run = tools.sandbox.run(job) if tools.sandbox and job else None
    return judged("local", content_hash(fix), fix, job, run, skipped or "There is no sandbox here.")


def context_of(failure: Failure, ended: Ended, code: CodeHost) -> DraftContext:
    """What the drafters are told at first."""
    return DraftContext(
        incident_id=ended.incident_id,
        service=failure.case.service,
        evidence=ended.evidence,
        fault=Failure.fault(ended.evidence),
        mapping=ended.mapping,
        base=Tree(code, failure.case.service, failure.base),
    )


def _rounds(failure: Failure, ended: Ended, tools: Tools, tell: Callable[[str], None]) -> None:
    service = failure.case.service
    context = context_of(failure, ended, tools.code)
    drafts: list[CodeFix] = []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        draft, refusals = drafted(replace(context, attempt=attempt), tools.drafters)
        ended.refusals += refusals
        draft = draft.model_copy(update={"spending": context.meter.spending()})
        if not isinstance(draft, CodeFix) and ended.verification:
            tell(f"attempt {attempt}: {draft.said}")
            return  # the last draft's failed proof says more than that there is no other
        ended.draft = draft
        if not isinstance(draft, CodeFix):
            return
        verdict = ended.verification = verify(draft, service, tools, attempt)
        said = f"attempt {attempt}, {draft.drafter}: {verdict.status}. {verdict.reason}"
        ended.rounds.append(said)
        tell(said)
        tested = bool(draft.regression.test_id)
        if next_after(verdict.status, attempt, tested=tested) is not VerificationNext.REDRAFT:
            return
        drafts.append(draft)
        taught = lessons(drafts, verdict)
        context = replace(
            context,
            hint=f"{verdict.reason}\n{verdict.output_tail[-LONGEST_HINT:]}",
            tried=taught.tried,
            unreproduced=taught.unreproduced,
            retest=taught.retest,
            shown=taught.shown,
            had=taught.had,
        )

"""Draft patch: the first drafter in the service's order whose proposal passes the gate, or the reason why none did."""

from collections.abc import Callable

from functions.draft_patch.context import DraftContext, Drafter, Tree
from functions.draft_patch.earlier import attempt_of, learned, refused, reviewer_hint
from functions.draft_patch.ground import ground_of
from functions.draft_patch.trust import LOW_ACCEPTANCE, trusted
from functions.draft_patch.turns import MOST_REFUSALS, Answer, drafted
from mendloop import documents
from mendloop.contracts.draft import ActionRecommended, CodeFix, DraftSlot, Explanation
from mendloop.contracts.evidence import Evidence, Fault
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import TimelineEntry
from mendloop.contracts.mapping import CodeMap
from mendloop.domain.catalog import Repository, Service
from mendloop.domain.errors import Misconfigured, NotFound
from mendloop.highlight import highlighted
from mendloop.ports import ArtifactStore, CatalogStore, Clock, CodeHost, DecisionStore, IncidentStore, Switch


def draft_patch(
    execution: Execution,
    *,
    artifacts: ArtifactStore,
    incidents: IncidentStore,
    decisions: DecisionStore,
    catalogs: CatalogStore,
    switch: Switch,
    code_host: Callable[[Repository], CodeHost],
    drafter: Callable[[str], Drafter],
    clock: Clock,
) -> DraftSlot:
    """A code fix or an explanation; both are results. An outage raises Retryable."""
    catalog, _ = catalogs.load()
    service = catalog.services[execution.service]
    attempt = attempt_of(execution)
    asked, left = trusted(execution, service, incidents)
    if switch.paused(service.name):
        fix: Answer = Explanation(
            reason_code="paused", explanation=f"mendloop is paused for {service.name}: nothing is drafted."
        )
        refusals: list[str] = []
        spending = None
    elif left and not asked:
        fix, refusals, spending = Explanation(reason_code=LOW_ACCEPTANCE, explanation=" ".join(left)), [], None
    else:
        context = _context(execution, artifacts, incidents, decisions, service, code_host(service.repository), attempt)
        fix, refusals = drafted(context, [drafter(name) for name in asked])
        if isinstance(fix, CodeFix) and execution.route:
            fix = fix.model_copy(update={"discarded": [*fix.discarded, *left, *execution.route.discarded]})
        if isinstance(fix, CodeFix):
            kept = documents.key(execution.incident_id, "draft_patch", f"ground-{attempt}.json")
            fix = fix.model_copy(update={"ground": documents.store(artifacts, kept, ground_of(fix, context))})
        spending = context.meter.spending()
    fix = fix.model_copy(update={"spending": spending})
    slot = _stored(execution, fix, refusals, attempt, artifacts)
    for what in (_what(fix, attempt), *(spending.warnings if spending else ())):
        incidents.note(execution.incident_id, TimelineEntry(at=clock.now(), step="draft_patch", what=what))
    return slot


def _context(
    execution: Execution,
    artifacts: ArtifactStore,
    incidents: IncidentStore,
    decisions: DecisionStore,
    service: Service,
    code: CodeHost,
    attempt: int,
) -> DraftContext:
    if execution.evidence is None or execution.mapping is None:
        raise Misconfigured("a draft needs evidence and mapping; one slot is empty")
    evidence = documents.load(artifacts, execution.evidence.ref, Evidence)
    mapping = documents.load(artifacts, execution.mapping.ref, CodeMap)
    branch = code.default_branch(service.repository)
    head = code.resolve(service.repository, branch)
    if head is None:
        raise NotFound(f"{service.repository.location} has no branch {branch}")
    taught = learned(execution, artifacts, attempt)
    fault = _fault(evidence, execution.focus_fault or execution.evidence.fault)
    never = refused(service.name, fault.fingerprint if fault else "", incidents, artifacts)
    return DraftContext(
        incident_id=execution.incident_id,
        service=service,
        evidence=evidence,
        fault=fault,
        mapping=mapping,
        base=Tree(code, service, head),
        attempt=attempt,
        hint=reviewer_hint(execution, decisions, artifacts) or never.hint,
        tried=[*taught.tried, *never.edits],
        unreproduced=taught.unreproduced,
        retest=taught.retest,
        shown=taught.shown,
        had=taught.had,
    )


def _fault(evidence: Evidence, fingerprint: str) -> Fault | None:
    named = (fault for fault in evidence.faults if fault.fingerprint == fingerprint)
    return next(named, next(iter(evidence.faults), None))


def _stored(
    execution: Execution, fix: Answer, refusals: list[str], attempt: int, artifacts: ArtifactStore
) -> DraftSlot:
    if isinstance(fix, CodeFix):
        page = documents.key(execution.incident_id, "draft_patch", f"diff-{attempt}.html")
        fix = fix.model_copy(update={"highlighted": artifacts.put(page, highlighted(fix.diff), "text/html")})
    ref = documents.store(artifacts, documents.key(execution.incident_id, "draft_patch", f"draft-{attempt}.json"), fix)
    kept = refusals[:MOST_REFUSALS]
    if not isinstance(fix, CodeFix):
        return DraftSlot(
            kind=fix.kind, ref=ref, reason_code=fix.reason_code, attempt=attempt, refusals=kept, spending=fix.spending
        )
    return DraftSlot(
        kind=fix.kind,
        ref=ref,
        drafter=fix.drafter,
        base=fix.base,
        files=len(fix.files),
        changed_lines=fix.changed_lines,
        attempt=attempt,
        refusals=kept,
        spending=fix.spending,
    )


def _what(fix: Answer, attempt: int) -> str:
    if isinstance(fix, ActionRecommended):
        return f"Recommended an action instead of a change: {fix.reason_code}"
    if isinstance(fix, Explanation):
        return f"Offered no change: {fix.reason_code}"
    source = fix.regression.source.replace("_", " ")
    return f"Drafted {fix.changed_lines} changed lines by {fix.drafter}, attempt {attempt}; regression test: {source}"

"""Prepare verification: three trees and the commands, packed for a place with no network. No project code runs here."""

from collections.abc import Callable

from pydantic import TypeAdapter

from functions.prepare_verification.packing import Packer
from mendloop import documents
from mendloop.contracts.approval import Action
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.draft import CodeFix, Draft
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import TimelineEntry
from mendloop.contracts.verification import PreparationSlot
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import ContentChanged, Misconfigured
from mendloop.domain.identity import sha256
from mendloop.ports import ArtifactStore, CatalogStore, Clock, CodeHost, DecisionStore, IncidentStore

_DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)


def prepare_verification(
    execution: Execution,
    *,
    artifacts: ArtifactStore,
    incidents: IncidentStore,
    decisions: DecisionStore,
    catalogs: CatalogStore,
    code_host: Callable[[Repository], CodeHost],
    clock: Clock,
    nonce: Callable[[], str],
    runner: str,
) -> PreparationSlot:
    """The packed job, or why nothing can be run. Unavailable when the code host is: that is no reason to skip."""
    if execution.draft is None:
        raise Misconfigured("there is no draft to verify; its slot is empty")
    subject = _subject(execution, decisions)
    fix = documents.load_any(artifacts, subject, _DRAFT)
    catalog, _ = catalogs.load()
    service = catalog.services.get(execution.service)
    if service is None:
        raise Misconfigured(f"the catalog has no service {execution.service} any more")
    slot = PreparationSlot(attempt=execution.draft.attempt, runner=runner, nonce=nonce(), draft=subject)
    if not isinstance(fix, CodeFix):
        reason = f"The draft is no code fix but {fix.kind.replace('_', ' ')}."
    else:
        slot = slot.model_copy(update={"patch_sha256": sha256(fix.diff)})
        packer = Packer(execution.incident_id, slot, fix, service, artifacts, code_host(service.repository))
        slot, reason = packer.packed()
    what = f"Nothing can be tested: {reason}" if reason else "Packed the trees for the proof"
    incidents.note(
        execution.incident_id,
        TimelineEntry(at=clock.now(), step="prepare_verification", what=f"{what} (attempt {slot.attempt})"),
    )
    return slot.model_copy(update={"skipped": reason})


def _subject(execution: Execution, decisions: DecisionStore) -> ArtifactRef:
    """The draft, or what the reviewer made of it: read from the store, not from the document.

    A draft that is newer than the last preparation stands for itself: the adjustment was of the one before.
    """
    subject = execution.draft_under_test()
    if execution.draft is None or subject is None:
        raise Misconfigured("there is no draft to verify; its slot is empty")
    redrafted = execution.preparation is not None and execution.preparation.attempt != execution.draft.attempt
    if redrafted or execution.decision is None or execution.decision.action is not Action.ADJUST:
        return subject
    decision = decisions.decision(execution.decision.request_id)
    if decision is None or decision.adjusted is None:
        raise ContentChanged(f"the decision on {execution.decision.request_id} holds no adjusted patch")
    return decision.adjusted

"""A change is followed from the moment it is published, or rejected on the page."""

from datetime import timedelta

from mendloop.contracts.draft import CodeFix
from mendloop.contracts.execution import Execution
from mendloop.contracts.follow_up import FollowUp
from mendloop.contracts.incident import Incident, SignalKind
from mendloop.contracts.publication import Publication
from mendloop.domain.follow_up import Facts, FollowUpState, RequestSeen
from mendloop.domain.outgoing import identifier
from mendloop.ports import Clock, IncidentStore

FIRST_LOOK = timedelta(minutes=15)


def fault_class(exception: str, kind: SignalKind) -> str:
    """What faults are counted by: the exception's type without its module, else the signal's kind."""
    return identifier(exception.rpartition(".")[2], kind.value)


def class_of(execution: Execution) -> str:
    """The same, of what an execution has found."""
    return fault_class(execution.evidence.exception if execution.evidence else "", execution.trigger.kind)


def follow_published(
    incident: Incident,
    execution: Execution,
    made: Publication,
    fix: CodeFix,
    *,
    incidents: IncidentStore,
    clock: Clock,
) -> None:
    """Once; a run that is repeated changes nothing."""
    at = made.published_at or clock.now()
    incidents.follow(
        FollowUp(
            incident_id=incident.id,
            service=incident.service,
            fault=made.fault,
            generation=made.generation,
            drafter=fix.drafter,
            fault_class=class_of(execution),
            repository=made.repository,
            branch=made.branch,
            commit=made.commit,
            number=made.number,
            url=made.url,
            adjusted=bool(fix.adjusted_by),
            facts=Facts(published_at=at),
            since=at,
            next_at=at + FIRST_LOOK,
        )
    )


def follow_rejected(incident: Incident, execution: Execution, *, incidents: IncidentStore, clock: Clock) -> None:
    """What an approver rejected on the page: nothing is looked for, and it counts."""
    if execution.decision is None or execution.draft is None or not execution.draft.drafter:
        return
    at = execution.decision.at or clock.now()
    incidents.follow(
        FollowUp(
            incident_id=incident.id,
            service=incident.service,
            fault=incident.published_as,
            generation=incident.generation,
            drafter=execution.draft.drafter,
            fault_class=class_of(execution),
            facts=Facts(published_at=at, requests=(RequestSeen(at=at, state="closed"),)),
            state=FollowUpState.REJECTED,
            since=at,
        )
    )

"""What intake writes down."""

from datetime import datetime

from functions.intake.readers import opened
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.execution import Execution, Trigger
from mendloop.contracts.incident import Incident, IncidentState, Occurrence, Signal, SignalKind, TimelineEntry
from mendloop.domain.catalog import Service
from mendloop.domain.identity import canonical_json, incident_id, occurrence_id, sha256
from mendloop.domain.redaction import redact
from mendloop.ports import ArtifactStore, IncidentStore

MAX_KEPT_BYTES = 262_144
MAX_REASON = 1_000


def keep(artifacts: ArtifactStore, body: str, folder: str) -> ArtifactRef:
    """The event, unpacked, redacted and cut; the key is the hash of what was received: a redelivery writes the same."""
    kept = redact(opened(body))[:MAX_KEPT_BYTES]
    return artifacts.put(f"signals/{folder}/{sha256(body)}.json", kept.encode("utf-8", "replace"))


def safe(signal: Signal) -> Signal:
    """The signal with its free text redacted and cut."""
    return signal.model_copy(update={"reason": redact(signal.reason)[:MAX_REASON], "title": redact(signal.title)[:300]})


def occurrence(signal: Signal, identity: tuple[str, ...]) -> Occurrence:
    """One time the failure showed itself, however it was delivered."""
    return Occurrence(id=occurrence_id(*identity), at=signal.time, signal=signal)


def note(incidents: IncidentStore, incident: str, at: datetime, what: str) -> None:
    """One line of the timeline."""
    incidents.note(incident, TimelineEntry(at=at, step="intake", what=what[:500]))


def proposal(signal: Signal, service: Service, identity: tuple[str, ...], now: datetime) -> Incident:
    """The incident to claim, with the execution's input as it will be started, however often."""
    own_id = incident_id(*identity)
    document = Execution(
        incident_id=own_id,
        service=service.name,
        trigger=Trigger(**signal.model_dump(include={"kind", "resource", "time", "account", "region"})),
        started_at=now,
        settle_seconds=service.limits.settle_seconds,
    )
    return Incident(
        id=own_id,
        service=service.name,
        state=IncidentState.CLAIMED,
        signal=signal,
        opened_at=now,
        updated_at=now,
        execution_input=canonical_json(document),
        summary=signal.title,
    )


def unclaimed(signal: Signal, identity: tuple[str, ...], now: datetime) -> Incident:
    """A skipped incident for a signal of no service, which says what to add to the catalog."""
    return Incident(
        id=incident_id(*identity),
        service="",
        state=IncidentState.SKIPPED,
        signal=signal,
        opened_at=now,
        updated_at=now,
        reason=f"no service of the catalog claims {signal.resource!r}: name it under a service's `signals`",
    )


def not_understood(digest: str, reason: str, raw: ArtifactRef, now: datetime) -> Incident:
    """A skipped incident that shows an event which no reader understands."""
    signal = Signal(
        source="queue",
        kind=SignalKind.NOT_UNDERSTOOD,
        account="",
        region="",
        resource="",
        time=now,
        title="An event that is not understood",
        reason=redact(reason)[:MAX_REASON],
        raw=raw,
    )
    return Incident(
        id=incident_id("not_understood", digest),
        service="",
        state=IncidentState.SKIPPED,
        signal=signal,
        opened_at=now,
        updated_at=now,
        reason=f"not understood: {signal.reason}",
    )

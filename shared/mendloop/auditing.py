"""The audit trail: events are appended to an incident's chain once, and the chain is checked against what it tells."""

from collections.abc import Iterable, Sequence
from itertools import count

from pydantic import ValidationError

from mendloop.contracts.approval import ApprovalRequest, Consent, Decision, HandOver, Identity
from mendloop.contracts.audit import Audited, AuditEvent, AuditRecord
from mendloop.domain.errors import Conflict
from mendloop.domain.identity import canonical_json, sha256
from mendloop.ports import AuditTrail

FIRST = "0" * 64
MOST_OPENED = 200
"""Records from which on an opened link is not appended any more: whoever holds one must not fill the store."""
_ATTEMPTS = 30


def write_down(trail: AuditTrail, incident_id: str, audited: Audited) -> None:
    """Append unless the chain holds this very event. Of two who append at once, the later goes behind the other.

    Conflict when others were quicker over and over.
    """
    for _ in range(_ATTEMPTS):
        chain = trail.chain(incident_id)
        if any(canonical_json(audited) in content.decode(errors="replace") for content in chain):
            return
        if audited.event is AuditEvent.LINK_OPENED and len(chain) >= MOST_OPENED:
            return
        record = AuditRecord(
            incident_id=incident_id,
            number=len(chain) + 1,
            previous=sha256(chain[-1]) if chain else FIRST,
            audited=audited,
        )
        if trail.add(incident_id, record.number, canonical_json(record).encode()):
            return
    raise Conflict(f"the audit trail of {incident_id} is written by too many at once")


def link_mark(link: str) -> str:
    """What names a link without being of any use: the beginning of its hash."""
    return sha256(link)[:12]


def of_decision(decision: Decision) -> Audited:
    """The event that a decision row is."""
    return Audited(
        event=AuditEvent.DECIDED,
        at=decision.at,
        request_id=decision.request_id,
        by=decision.by,
        content_sha256=decision.content_sha256,
        identity=decision.identity,
        detail=decision.action.value,
    )


def of_consent(consent: Consent) -> Audited:
    """The event that a consent is."""
    return Audited(event=AuditEvent.CONSENTED, **consent.model_dump(exclude={"schema_version"}))


def of_hand_over(handed: HandOver, request: ApprovalRequest, identity: Identity) -> Audited:
    """The event that handing over is."""
    return Audited(
        event=AuditEvent.HANDED_OVER,
        at=handed.at,
        request_id=request.id,
        by=handed.by,
        content_sha256=request.content_sha256,
        identity=identity,
        detail=handed.to,
    )


def read_chain(incident_id: str, chain: Sequence[bytes]) -> tuple[list[AuditRecord], list[str]]:
    """The records, and what is wrong with the chain in words; nothing is wrong when the list is empty."""
    records, wrong, before = [], [], FIRST
    for number, content in zip(count(1), chain, strict=False):
        try:
            record = AuditRecord.model_validate_json(content)
        except ValidationError:
            wrong.append(f"record {number} is not readable")
            before = sha256(content)
            continue
        records.append(record)
        if (record.incident_id, record.number) != (incident_id, number):
            wrong.append(f"record {number} says that it is {record.number} of {record.incident_id}")
        if record.previous != before:
            wrong.append(f"record {number} does not follow the one before it: one of them was changed or is missing")
        before = sha256(content)
    return records, wrong


def compare(records: Iterable[AuditRecord], decisions: Iterable[Decision]) -> list[str]:
    """What the chain and the decision rows tell differently: a chain cut off at its end is noticed by this."""
    told = {each.audited.request_id: each.audited for each in records if each.audited.event is AuditEvent.DECIDED}
    rows = {each.request_id: of_decision(each) for each in decisions}
    wrong = [f"the decision on {name} is not in the chain" for name in rows if name not in told]
    wrong += [f"the chain tells of a decision on {name}, the table has none" for name in told if name not in rows]
    return wrong + [
        f"the decision on {name} is {rows[name].detail} by {rows[name].by}, the chain says {told[name].detail} by "
        f"{told[name].by}"
        for name in rows
        if name in told and told[name] != rows[name]
    ]

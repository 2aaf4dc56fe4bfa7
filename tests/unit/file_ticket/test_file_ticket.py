"""One ticket per fault and generation, in allowed fields, for a reason."""

from typing import Any

import pytest

from functions.file_ticket.reason import reason_of
from functions.file_ticket.step import file_ticket
from mendloop import documents
from mendloop.contracts.approval import Action, DecisionSlot
from mendloop.contracts.draft import DraftSlot
from mendloop.contracts.evidence import EvidenceLine, EvidenceSlot, EvidenceStatus
from mendloop.contracts.execution import ErrorSlot, Execution
from mendloop.contracts.mapping import MappingSlot
from mendloop.contracts.publication import TicketSlot
from mendloop.contracts.route import Route, RouteSlot
from mendloop.contracts.verification import VerificationNext, VerificationSlot, VerificationStatus
from mendloop.domain.errors import Unsupported
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.house import (
    DIFF,
    FAULT,
    INCIDENT,
    PATH,
    make_catalog,
    make_code_map,
    make_evidence,
    make_execution,
    make_fault,
    make_incident,
    make_ref,
    make_trace,
)
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.tracker import InMemoryTracker
from tests.unit.publish_pull_request.test_texts import HOSTILE

ROUTE = RouteSlot(route=Route.TICKET, reason_code="dependency_timeout", reason=HOSTILE, action="dependency")
CHANGE = RouteSlot(route=Route.CHANGE, reason_code="recent_suspect", reason="A recent commit")
EXPLAINED = DraftSlot(kind="explanation", ref=make_ref(), reason_code="no_safe_change")
DRAFTED = DraftSlot(kind="code_fix", ref=make_ref())


def verdict(status: VerificationStatus, then: VerificationNext) -> VerificationSlot:
    return VerificationSlot(status=status, ref=make_ref(), reason="r", next=then)


def decided(action: Action, goes_to: Action | None = None) -> DecisionSlot:
    return DecisionSlot(request_id="r", action=action, next=goes_to, by="dana", at=NOW, content_sha256="0" * 64)


NOT_REPRODUCED = verdict(VerificationStatus.NOT_REPRODUCED, VerificationNext.FILE_TICKET)


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ({"route": ROUTE}, "dependency_timeout"),
        ({"route": CHANGE, "draft": EXPLAINED}, "no_safe_change"),
        ({"route": CHANGE, "draft": DRAFTED, "verification": NOT_REPRODUCED}, "not_reproduced"),
        ({"verification": NOT_REPRODUCED, "decision": decided(Action.TICKET)}, "asked_by_approver"),
        ({"decision": decided(Action.EXPIRED)}, "approval_expired"),
        ({"route": CHANGE, "draft": DRAFTED, "decision": decided(Action.APPROVE, Action.TICKET)}, "draft_only"),
        ({"decision": decided(Action.REDRAFT), "draft": EXPLAINED}, "no_safe_change"),
        ({"decision": decided(Action.REDRAFT), "rounds": 6}, "rounds_exhausted"),
        ({"error": ErrorSlot(Error="MoneyExhausted", Cause=HOSTILE), "route": CHANGE}, "money_exhausted"),
        ({"error": ErrorSlot(Error="BaseMoved"), "draft": EXPLAINED}, "no_safe_change"),
        ({"route": ROUTE.model_copy(update={"reason_code": HOSTILE})}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_reason_is_what_stands_latest(slots: dict[str, Any], expected: str) -> None:
    assert reason_of(make_execution(**slots)) == expected


class Desk:
    def __init__(self, **service: Any) -> None:
        self.artifacts, self.incidents, self.tracker = InMemoryArtifacts(), InMemoryIncidents(), InMemoryTracker()
        self.catalogs = FixedCatalog(make_catalog(**service))
        self.clock = FixedClock()
        self.incidents.claim(make_incident(fault=FAULT))

    def execution(self, **slots: Any) -> Execution:
        line = EvidenceLine(id="log-1", source=HOSTILE, text=HOSTILE)
        fault = make_fault(trace=make_trace(message=HOSTILE))
        evidence = documents.store(self.artifacts, "e.json", make_evidence(lines=[line], faults=[fault]))
        mapping = documents.store(self.artifacts, "m.json", make_code_map())
        return make_execution(
            evidence=EvidenceSlot(status=EvidenceStatus.FAULT, ref=evidence),
            mapping=MappingSlot(ref=mapping, repository="r", revision="1" * 40, head="2" * 40),
            **slots,
        )

    def run(self, execution: Execution) -> TicketSlot:
        return file_ticket(
            execution,
            incidents=self.incidents,
            artifacts=self.artifacts,
            catalogs=self.catalogs,
            tracker=self.tracker,
            clock=self.clock,
            site_url="https://site.example.com",
        )


def test_a_ticket_in_allowed_fields_with_the_bare_address_and_no_diff() -> None:
    desk = Desk()
    slot = desk.run(desk.execution(route=ROUTE))
    [ticket] = desk.tracker.tickets.values()
    assert (slot.number, slot.reason_code, ticket.key) == ("T-1", "dependency_timeout", f"{FAULT}.1")
    assert f"https://site.example.com/incidents/{INCIDENT}" in ticket.body
    assert "?" not in ticket.body
    for told in ("TypeError", f"`{PATH}::order_total`", "dependency_timeout", "`shop-errors`"):
        assert told in ticket.body
    for hidden in ("CANARY", "evil.example", "<img", *DIFF.splitlines()[4:6]):
        assert hidden not in ticket.title + ticket.body


def test_running_again_files_no_second_ticket_and_says_nothing_twice() -> None:
    desk = Desk()
    execution = desk.execution(route=ROUTE)
    assert desk.run(execution) == desk.run(execution)
    assert len(desk.tracker.tickets) == 1
    assert not desk.tracker.comments
    assert len(desk.incidents.timeline(INCIDENT)) == 1


def test_another_incident_of_the_fault_comments_on_the_ticket() -> None:
    desk = Desk()
    first = desk.run(desk.execution(route=ROUTE))
    other = "inc-aaaaaaaaaaaaaaaa"
    desk.incidents.claim(make_incident(other, fault=FAULT, generation=2))
    desk.clock.advance(hours=7)
    again = desk.execution(route=ROUTE).model_copy(update={"incident_id": other})
    assert desk.run(again).number == first.number
    assert desk.run(again).number == first.number
    [said] = desk.tracker.comments[f"{FAULT}.1"]
    assert said.startswith(f"Seen again ({other}).")
    assert [entry.what for entry in desk.incidents.timeline(other)] == ["Added to ticket T-1: dependency_timeout"]


def test_without_a_fault_the_incident_is_the_key() -> None:
    desk = Desk()
    desk.incidents.save(make_incident())
    desk.run(make_execution(route=ROUTE))
    assert list(desk.tracker.tickets) == [INCIDENT]


def test_tickets_that_need_approval_are_only_filed_when_a_person_asks() -> None:
    desk = Desk(tickets={"needs_approval": True})
    with pytest.raises(Unsupported, match="need approval"):
        desk.run(desk.execution(route=ROUTE))
    assert desk.run(desk.execution(decision=decided(Action.TICKET))).reason_code == "asked_by_approver"


def test_an_explained_incident_says_what_would_have_been_done() -> None:
    desk = Desk(autonomy="explain")
    desk.run(desk.execution(route=ROUTE.model_copy(update={"reason_code": "explain_only"})))
    [ticket] = desk.tracker.tickets.values()
    assert "## What would have happened" in ticket.body
    assert (
        f"would have drafted a change to `{PATH}::order_total`, most likely brought in by 333333333333" in ticket.body
    )


def test_an_approved_draft_becomes_a_ticket_even_where_tickets_need_approval_and_without_a_diff() -> None:
    desk = Desk(autonomy="draft", tickets={"needs_approval": True})
    approved = decided(Action.APPROVE, Action.TICKET)
    assert desk.run(desk.execution(route=CHANGE, draft=DRAFTED, decision=approved)).reason_code == "draft_only"
    [ticket] = desk.tracker.tickets.values()
    assert "would have opened a draft pull request with the change that dana approved" in ticket.body
    assert DIFF not in ticket.body

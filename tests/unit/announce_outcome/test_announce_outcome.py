"""The end is told once to those who were asked, recorded, and the fault released."""

from typing import Any

import pytest

from functions.announce_outcome.step import announce_outcome
from mendloop import documents
from mendloop.contracts.approval import Action, ApprovalSlot, DecisionSlot
from mendloop.contracts.draft import DraftSlot
from mendloop.contracts.evidence import EvidenceSlot, EvidenceStatus
from mendloop.contracts.execution import Execution, Trigger
from mendloop.contracts.incident import IncidentState, SignalKind
from mendloop.contracts.mapping import MappingSlot, OpenRequest
from mendloop.contracts.publication import OutcomeKind, OutcomeSlot, PublicationSlot, TicketSlot
from mendloop.contracts.route import Route, RouteSlot
from mendloop.domain.errors import BadEvent, Throttled
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.decisions import InMemoryDecisions
from tests.fakes.house import FAULT, INCIDENT, SERVICE, make_code_map, make_evidence, make_execution, make_incident
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.mailer import FailingMailer, RecordingMailer
from tests.unit.publish_pull_request.scene import Deaths, Killed

PUBLISHED = PublicationSlot(branch="mendloop/x", url="https://code.example.com/pull/1", number="1", commit="4" * 40)
FILED = TicketSlot(tracker="local", number="T-1", url="https://tickets.example.com/T-1", reason_code="no_trace")
ASKED = ApprovalSlot(request_id="r", content_sha256="0" * 64, expires_at=NOW, wait_seconds=1, asked=["dana", "robin"])


def decided(action: Action) -> DecisionSlot:
    return DecisionSlot(request_id="r", action=action, by="dana", at=NOW, content_sha256="0" * 64)


def routed(route: Route, code: str = "x") -> RouteSlot:
    return RouteSlot(route=route, reason_code=code, reason="CANARY")


class Desk:
    def __init__(self, *unconfirmed: str) -> None:
        self.artifacts, self.incidents = InMemoryArtifacts(), InMemoryIncidents()
        self.mailer, self.clock = RecordingMailer(*unconfirmed), FixedClock()
        self.incidents.claim(make_incident(fault=FAULT, state=IncidentState.STARTED))
        self.incidents.claim_fault(SERVICE, FAULT, INCIDENT)

    def mapping(self, **fields: Any) -> MappingSlot:
        ref = documents.store(self.artifacts, "m.json", make_code_map())
        return MappingSlot(ref=ref, repository="r", revision="1" * 40, head="2" * 40, **fields)

    def evidence(self, status: EvidenceStatus, **fields: Any) -> EvidenceSlot:
        return EvidenceSlot(status=status, ref=documents.store(self.artifacts, "e.json", make_evidence()), **fields)

    def run(self, execution: Execution) -> OutcomeSlot:
        return announce_outcome(
            execution,
            incidents=self.incidents,
            decisions=InMemoryDecisions(),
            artifacts=self.artifacts,
            catalogs=FixedCatalog(),
            mailer=self.mailer,
            clock=self.clock,
            site_url="https://site.example.com",
        )

    @property
    def state(self) -> IncidentState:
        return self.incidents.by_id[INCIDENT].state


def test_a_pull_request_is_told_to_those_who_were_asked() -> None:
    desk = Desk()
    slot = desk.run(make_execution(publication=PUBLISHED, decision=decided(Action.APPROVE), approval=ASKED))
    assert slot.kind is OutcomeKind.PULL_REQUEST
    assert (slot.url, slot.decided_by, slot.announced_to) == (PUBLISHED.url, "dana", ["dana", "robin"])
    assert [mail.to for mail in desk.mailer.sent] == ["dana", "robin"]
    assert PUBLISHED.url in desk.mailer.sent[0].body
    assert f"https://site.example.com/incidents/{INCIDENT}" in desk.mailer.sent[0].body
    assert desk.state is IncidentState.PULL_REQUEST


@pytest.mark.parametrize(
    ("slots", "state", "code", "said"),
    [
        ({"ticket": FILED}, IncidentState.TICKET, "no_trace", "no stack trace"),
        ({"decision": decided(Action.REJECT), "approval": ASKED}, IncidentState.CLOSED, "rejected", "rejected"),
        ({"route": routed(Route.CLOSE, "paused")}, IncidentState.CLOSED, "paused", "paused"),
        (
            {
                "ticket": FILED.model_copy(update={"reason_code": "approval_expired"}),
                "decision": decided(Action.EXPIRED),
            },
            IncidentState.TICKET,
            "approval_expired",
            "in time",
        ),
    ],
)
def test_every_ending(slots: dict[str, Any], state: IncidentState, code: str, said: str) -> None:
    desk = Desk()
    slot = desk.run(make_execution(**slots))
    assert desk.state is state
    assert slot.reason_code == code
    assert said in slot.reason
    assert said in desk.mailer.sent[0].body
    assert "CANARY" not in desk.mailer.sent[0].body


def test_what_was_rejected_on_the_page_counts_as_a_change_that_was_not_accepted() -> None:
    desk = Desk()
    ref = documents.store(desk.artifacts, "d.json", make_evidence())
    draft = DraftSlot(kind="code_fix", ref=ref, drafter="templates")
    evidence = desk.evidence(EvidenceStatus.FAULT, exception="shop.errors.PriceError")
    for _ in range(2):
        desk.run(make_execution(evidence=evidence, draft=draft, decision=decided(Action.REJECT), approval=ASKED))
    found = desk.incidents.follow_up(INCIDENT)
    assert found and (found.state, found.drafter, found.fault_class) == ("rejected", "templates", "PriceError")
    assert not found.published and found.next_at is None and found.since == NOW


def test_a_ticket_instead_is_no_rejection() -> None:
    desk = Desk()
    desk.run(make_execution(ticket=FILED, decision=decided(Action.TICKET), approval=ASKED))
    assert desk.incidents.follow_up(INCIDENT) is None


def test_fixed_already_names_the_commit_to_deploy_and_tells_the_owner() -> None:
    desk = Desk()
    fixed = desk.mapping(fixed_in="5" * 40, owner="robin")
    slot = desk.run(make_execution(mapping=fixed, route=routed(Route.FIXED_ALREADY)))
    assert slot.reason == "Fixed on the default branch in 555555555555, not deployed. Deploy it."
    assert [mail.to for mail in desk.mailer.sent] == ["robin"]


def test_what_autonomy_held_back_is_told_and_kept() -> None:
    desk = Desk()
    mapped = desk.mapping(target="shop/totals.py::order_total", suspect="3" * 40)
    desk.run(make_execution(ticket=FILED.model_copy(update={"reason_code": "explain_only"}), mapping=mapped))
    kept = desk.incidents.by_id[INCIDENT].would_have
    assert kept.startswith("mendloop would have drafted a change to `shop/totals.py::order_total`")
    assert kept in desk.mailer.sent[0].body


def test_where_nothing_was_held_back_nothing_would_have_happened() -> None:
    desk = Desk()
    desk.run(make_execution(ticket=FILED))
    assert desk.incidents.by_id[INCIDENT].would_have == ""


def test_a_merged_incident_disturbs_nobody() -> None:
    desk = Desk()
    merged = desk.evidence(EvidenceStatus.MERGED, merged_into="inc-aaaaaaaaaaaaaaaa")
    slot = desk.run(make_execution(evidence=merged, route=routed(Route.MERGED)))
    assert slot.reason == "Merged into inc-aaaaaaaaaaaaaaaa."
    assert desk.state is IncidentState.MERGED
    assert not desk.mailer.sent
    assert not desk.mailer.alerts


def test_an_open_pull_request_is_named_and_nobody_is_asked_again() -> None:
    desk = Desk()
    found = OpenRequest(number="7", url=PUBLISHED.url, incident_id="inc-aaaaaaaaaaaaaaaa", generation=1)
    mapping = desk.mapping(open_request=found)
    slot = desk.run(make_execution(mapping=mapping, route=routed(Route.CLOSE, "pull_request_open")))
    assert (slot.kind, slot.reason_code) == (OutcomeKind.CLOSED, "pull_request_open")
    assert slot.reason == f"Pull request 7 is open for this fault already: {PUBLISHED.url} (inc-aaaaaaaaaaaaaaaa)."
    assert desk.incidents.by_id[INCIDENT].reason == slot.reason
    assert desk.state is IncidentState.CLOSED
    assert not desk.mailer.sent
    assert not desk.mailer.alerts


REHEARSAL = Trigger(kind=SignalKind.REHEARSAL, resource=SERVICE, time=NOW, account="123456789012", region="eu-west-1")


def test_a_rehearsal_is_told_to_every_approver() -> None:
    desk = Desk()
    slot = desk.run(make_execution(trigger=REHEARSAL, route=routed(Route.CLOSE, "rehearsal")))
    assert [mail.to for mail in desk.mailer.sent] == slot.announced_to == ["dana", "robin"]
    assert desk.mailer.alerts == []


def test_one_mail_that_fails_keeps_no_other_and_is_sent_by_the_next_attempt() -> None:
    desk = Desk()
    desk.mailer = FailingMailer("dana")
    rehearsal = make_execution(trigger=REHEARSAL, route=routed(Route.CLOSE, "rehearsal"))
    for _ in range(2):
        with pytest.raises(Throttled):
            desk.run(rehearsal)
    assert [mail.to for mail in desk.mailer.sent] == ["robin"]
    assert not desk.incidents.by_id[INCIDENT].state.terminal, "nothing has ended before it was told"
    desk.mailer.failing.clear()
    assert desk.run(rehearsal).announced_to == ["dana", "robin"]
    assert [mail.to for mail in desk.mailer.sent] == ["robin", "dana"]


def test_a_rehearsal_tells_the_operators_whom_no_mail_reaches() -> None:
    desk = Desk("robin")
    desk.run(make_execution(trigger=REHEARSAL, route=routed(Route.CLOSE, "rehearsal")))
    assert [mail.to for mail in desk.mailer.sent] == ["dana"]
    ((_, body),) = desk.mailer.alerts
    assert body.startswith("No mail reaches: robin.")


def test_the_fault_may_be_reopened_as_a_new_generation() -> None:
    desk = Desk()
    desk.run(make_execution(ticket=FILED))
    again = desk.incidents.claim_fault(SERVICE, FAULT, "inc-aaaaaaaaaaaaaaaa")
    assert (again.mine, again.generation) == (True, 2)


def test_when_no_approver_can_be_reached_the_operators_hear_of_it() -> None:
    desk = Desk("dana", "robin")
    slot = desk.run(make_execution(ticket=FILED, approval=ASKED))
    assert slot.announced_to == []
    assert len(desk.mailer.alerts) == 1


def test_nothing_to_announce_is_an_error() -> None:
    with pytest.raises(BadEvent):
        Desk().run(make_execution())


EFFECTS = (("incidents", "note"), ("incidents", "save"), ("incidents", "release_fault"))
BOUNDARIES = 2 * 5


@pytest.mark.parametrize("at", range(BOUNDARIES))
def test_a_death_at_any_boundary_is_made_good_by_the_next_run(at: int) -> None:
    desk, deaths = Desk(), Deaths(at)
    for owner, name in EFFECTS:
        deaths.wrap(getattr(desk, owner), name)
    execution = make_execution(ticket=FILED, approval=ASKED)
    with pytest.raises(Killed):
        desk.run(execution)
    desk.clock.advance(minutes=1)
    slot = desk.run(execution)
    print(f"killed {deaths.names[at]} ({at + 1} of {BOUNDARIES})")
    assert slot.announced_to == ["dana", "robin"]
    assert desk.state is IncidentState.TICKET
    lines = [entry.what for entry in desk.incidents.timeline(INCIDENT)]
    assert len(lines) == len(set(lines)) == 3
    # A mail cannot be taken back: only a death between a mail and its note may repeat that one.
    assert len(desk.mailer.sent) == (3 if deaths.names[at] == "before note" and at in {0, 2} else 2)


def test_what_is_too_rare_counts_as_skipped_and_nobody_is_told() -> None:
    desk = Desk()

    slot = desk.run(make_execution(route=routed(Route.CLOSE, "below_minimum")))

    assert (desk.state, slot.announced_to) == (IncidentState.SKIPPED, [])
    assert "minimum_occurrences" in desk.incidents.by_id[INCIDENT].reason

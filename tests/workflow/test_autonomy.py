"""How far each `autonomy` goes, with the real Choose route, Settle decision and File ticket in the real machine."""

from datetime import timedelta
from typing import Any

import pytest

from functions.announce_outcome.step import announce_outcome
from functions.choose_route.step import choose_route
from functions.file_ticket.step import file_ticket
from functions.send_digest.step import send_digest
from functions.settle_decision.step import settle_decision
from mendloop.contracts.approval import Action
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import Incident
from mendloop.domain.catalog import Service
from mendloop.domain.errors import Unsupported
from tests.browser.sample import World
from tests.fakes import house
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import FixedClock
from tests.fakes.mailer import RecordingMailer
from tests.fakes.tracker import InMemoryTracker
from tests.workflow import rooms
from tests.workflow.interpreter import Ended, Interpreter, Machine


class Allowed:
    """One incident of a service with this autonomy; Dana takes the decision at once."""

    def __init__(self, cloud: Interpreter, autonomy: str, action: Action = Action.APPROVE) -> None:
        self.world = World(catalogs=FixedCatalog(house.make_catalog(services={"shop": service(autonomy)})))
        self.tracker, self.action = InMemoryTracker(), action
        self.machine = Machine(cloud, {})
        slots = self.world.execution().model_dump(mode="json")
        self.machine.rooms = rooms.house(
            **{name: rooms.answering(slots[slot]) for name, slot in rooms_and_slots().items()},
            choose_route=self.route,
            request_approval=self.ask,
            await_decision=lambda event: self.machine.wake(),
            settle_decision=self.settle,
            file_ticket=self.ticket,
            announce_outcome=self.announce,
        )

    def run(self) -> Ended:
        self.world._open()
        return self.machine.run({**rooms.DOCUMENT, "incident_id": house.INCIDENT})

    @property
    def incident(self) -> Incident:
        found = self.world.incidents.load(house.INCIDENT)
        assert found is not None
        return found

    def route(self, event: dict[str, Any]) -> Any:
        return dumped(choose_route(read(event), switch=self.world.switch, **self.ports("artifacts", "catalogs")))

    def ask(self, event: dict[str, Any]) -> Any:
        slot = self.world.ask()
        question = self.world.decisions.latest(house.INCIDENT)
        self.world.decisions.decide(house.make_decision(question, action=self.action))
        return dumped(slot)

    def settle(self, event: dict[str, Any]) -> Any:
        return dumped(settle_decision(read(event), **self.ports("decisions", "audit")))

    def ticket(self, event: dict[str, Any]) -> Any:
        ports = self.ports("artifacts", "catalogs")
        return dumped(file_ticket(read(event), tracker=self.tracker, site_url=self.world.url, **ports))

    def announce(self, event: dict[str, Any]) -> Any:
        return dumped(announce_outcome(read(event), **self.ports("decisions", "artifacts", "catalogs", "mailer")))

    def digest(self) -> str:
        """Next Monday's mail to Dana."""
        mailer, clock = RecordingMailer(), FixedClock(self.incident.opened_at + timedelta(days=7))
        send_digest(incidents=self.world.incidents, catalogs=self.world.catalogs, mailer=mailer, clock=clock)
        return next(mail.body for mail in mailer.sent if mail.to == "dana")

    def ports(self, *names: str) -> dict[str, Any]:
        return {name: getattr(self.world, name) for name in (*names, "incidents", "clock")}


def service(autonomy: str) -> Service:
    """`default`: what a service gets whose entry says nothing."""
    sample = house.make_service().model_dump()
    sample.pop("autonomy")
    return Service.model_validate(sample if autonomy == "default" else {**sample, "autonomy": autonomy})


def rooms_and_slots() -> dict[str, str]:
    names = {"collect_evidence": "evidence", "map_code": "mapping", "draft_patch": "draft"}
    return {**names, "judge_verification": "verification"}


def read(event: dict[str, Any]) -> Execution:
    return Execution.model_validate(event)


def dumped(slot: Any) -> Any:
    return slot.model_dump(mode="json")


@pytest.mark.parametrize("autonomy", ["default", "explain"])
def test_explained_ends_as_a_ticket_with_evidence_and_mapping_and_no_draft(cloud: Interpreter, autonomy: str) -> None:
    allowed = Allowed(cloud, autonomy)
    ended = allowed.run()
    assert ended.states[-4:] == ["Choose route", "Which route", "File ticket", "Announce outcome"]
    assert "draft_patch" not in ended.calls and "request_approval" not in ended.calls
    assert ended.document["evidence"] and ended.document["mapping"]["target"]
    (ticket,) = allowed.tracker.tickets.values()
    for said in (ticket.body, allowed.incident.would_have, allowed.world.mailer.sent[0].body):
        assert "mendloop would have drafted a change to `shop/pricing/totals.py::order_total`" in said
    assert "AttributeError was logged 17 times" in ticket.body, "the evidence"
    for said in ("shop/orders/place.py::place_order", "7be0fa2c15", "https://review.example.com/incidents/inc-"):
        assert said in ticket.body, "the mapping, and the page"
    assert "```" not in ticket.body and "@@" not in ticket.body
    assert ended.document["outcome"]["reason_code"] == "explain_only"
    digest = allowed.digest()
    assert "shop (autonomy: explain)" in digest and "mendloop would have drafted a change to" in digest


def test_what_would_have_been_done_is_told_where_no_ticket_can_be_filed(cloud: Interpreter) -> None:
    allowed = Allowed(cloud, "explain")
    allowed.machine.rooms = {**allowed.machine.rooms, "file_ticket": rooms.answering(Unsupported("as scripted"))}
    assert allowed.run().states[-1] == "Leave to human"
    assert "mendloop would have drafted a change to" in allowed.digest()


@pytest.mark.parametrize(
    ("action", "last", "code"),
    [
        (Action.APPROVE, ["File ticket", "Announce outcome"], "draft_only"),
        (Action.TICKET, ["File ticket", "Announce outcome"], "asked_by_approver"),
        (Action.REJECT, ["Close", "Announce outcome"], "rejected"),
    ],
)
def test_drafted_is_proved_and_asked_about_and_never_published(
    cloud: Interpreter, action: Action, last: list[str], code: str
) -> None:
    allowed = Allowed(cloud, "draft", action)
    ended = allowed.run()
    assert ended.calls["draft_patch"] == ended.calls["judge_verification"] == ended.calls["request_approval"] == 1
    assert ended.states[-2:] == last
    assert "publish_pull_request" not in ended.calls and "publication" not in ended.document
    assert ended.document["outcome"]["reason_code"] == code
    held_back = "would have opened a draft pull request" in allowed.incident.would_have
    assert held_back is (action is Action.APPROVE)
    assert ("would have opened a draft pull request" in allowed.digest()) is held_back
    assert len(allowed.tracker.tickets) == (action is not Action.REJECT)
    assert not any("```" in ticket.body or "@@" in ticket.body for ticket in allowed.tracker.tickets.values())
    assert "Nothing is published" in allowed.world.mailer.sent[0].body.replace("\n   ", " ")


def test_the_whole_loop_publishes_what_was_approved(cloud: Interpreter) -> None:
    allowed = Allowed(cloud, "pull_request")
    ended = allowed.run()
    assert ended.states[-2:] == ["Publish pull request", "Announce outcome"]
    assert ended.document["decision"]["next"] == "approve"
    digest = allowed.digest()
    assert "1 incident: 1 pull request" in digest and "would have" not in digest + allowed.incident.would_have

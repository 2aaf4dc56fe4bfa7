"""Every link made, opened, handed over and decided is in the chain, and nothing of use to anybody else is."""

import pytest

from mendloop.auditing import compare, link_mark, read_chain
from mendloop.contracts.approval import Action
from mendloop.contracts.audit import AuditEvent
from mendloop.domain.errors import Unavailable
from tests.browser.sample import World, asked
from tests.fakes import house
from tests.fakes.audit import InMemoryAudit
from tests.unit.review import test_policy as policies
from tests.unit.review.visitor import Visitor, standing


def told(world: World) -> list[tuple[str, str, str]]:
    records, wrong = read_chain(house.INCIDENT, world.audit.chain(house.INCIDENT))
    assert wrong == []
    return [(each.audited.event.value, each.audited.by, each.audited.detail) for each in records]


def test_from_the_link_to_the_decision() -> None:
    world = asked()
    dana, robin = Visitor(world), Visitor(world, "robin")
    mark = {name: link_mark(each.link.removeprefix("/r/")) for name, each in (("dana", dana), ("robin", robin))}
    dana.open()
    robin.post(robin.form(action="handover", to="dana"))
    world.clock.advance(minutes=1)
    dana.post(dana.form(comment="looks right"))
    robin.post({"action": "reject"})
    assert told(world) == [
        ("link_made", "dana", mark["dana"]),
        ("link_made", "robin", mark["robin"]),
        ("link_opened", "dana", mark["dana"]),
        ("link_opened", "robin", mark["robin"]),
        ("handed_over", "robin", "dana"),
        ("link_opened", "dana", mark["dana"]),
        ("decided", "dana", "approve"),
    ]
    every = b"".join(world.audit.chain(house.INCIDENT)).decode()
    assert dana.link.rsplit("/", 1)[1] not in every and "looks right" not in every
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None
    decision = world.decisions.decision(question.id)
    assert decision is not None
    assert compare(read_chain(house.INCIDENT, world.audit.chain(house.INCIDENT))[0], [decision]) == []


def test_a_scanner_that_opens_the_link_is_in_the_chain_too() -> None:
    world = asked()
    visitor = Visitor(world)
    visitor.send("HEAD", visitor.link)
    assert told(world)[-1][0] == AuditEvent.LINK_OPENED


def test_a_consent_that_could_not_be_written_down_is_written_by_the_next_one() -> None:
    at = policies.world(people=2)
    dana, robin = policies.SignedIn(at, "dana"), policies.SignedIn(at, "robin")
    first, second = dana.form(), robin.form()
    kept, at.audit = at.audit, Down()
    assert dana.post(first).status == 503
    at.audit = kept
    assert robin.post(second).status == 303 and standing(at) is Action.APPROVE
    assert {(event, by) for event, by, _ in told(at)} >= {("consented", "dana"), ("consented", "robin")}


def test_what_is_handed_over_stands_in_the_chain_before_it_counts() -> None:
    world = asked()
    robin = Visitor(world, "robin")
    form = robin.form(action="handover", to="dana")
    world.audit = Down()
    assert robin.post(form).status == 503
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None and world.decisions.handed_over(question.id) == []


class Down(InMemoryAudit):
    def add(self, incident_id: str, number: int, content: bytes) -> bool:
        raise Unavailable("S3 is down")


def test_a_link_that_cannot_be_written_down_is_not_sent() -> None:
    world = World(audit=Down())
    with pytest.raises(Unavailable):
        world.ask()
    assert world.mailer.sent == []


def test_a_decision_that_could_not_be_written_down_stands_and_is_written_by_the_next_click() -> None:
    world = asked()
    dana, robin = Visitor(world), Visitor(world, "robin")
    form, late = dana.form(), robin.form()
    kept, world.audit = world.audit, Down()
    assert dana.post(form).status == 503
    assert standing(world) is Action.APPROVE
    world.audit = kept
    assert robin.post(late).status == 409
    assert told(world)[-1] == ("decided", "dana", "approve")

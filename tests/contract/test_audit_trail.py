"""Every audit trail: a number is taken once, and what stands stays."""

import pytest

from mendloop.adapters.s3_audit import S3Audit
from mendloop.auditing import MOST_OPENED, compare, link_mark, of_decision, read_chain, write_down
from mendloop.contracts.approval import Action
from mendloop.contracts.audit import Audited, AuditEvent
from mendloop.ports import AuditTrail
from tests.contract.races import race
from tests.fakes.audit import InMemoryAudit
from tests.fakes.clock import NOW
from tests.fakes.house import INCIDENT, make_decision


@pytest.fixture(params=["memory", "s3"])
def trail(request: pytest.FixtureRequest) -> AuditTrail:
    return InMemoryAudit() if request.param == "memory" else S3Audit(request.getfixturevalue("bucket"))


def event(by: str = "dana", what: AuditEvent = AuditEvent.LINK_MADE, detail: str = "") -> Audited:
    return Audited(event=what, at=NOW, request_id="r", by=by, content_sha256="0" * 64, detail=detail)


def test_what_stands_is_never_replaced(trail: AuditTrail) -> None:
    assert trail.chain(INCIDENT) == []
    assert trail.add(INCIDENT, 1, b"first")
    assert not trail.add(INCIDENT, 1, b"other")
    assert trail.add(INCIDENT, 2, b"second")
    assert trail.chain(INCIDENT) == [b"first", b"second"]
    assert trail.chain("inc-ffffffffffffffff") == []


def test_twenty_who_write_at_once_make_one_chain_without_a_gap(trail: AuditTrail) -> None:
    race(lambda number: write_down(trail, INCIDENT, event(f"p{number}")))
    records, wrong = read_chain(INCIDENT, trail.chain(INCIDENT))
    assert wrong == []
    assert len({record.audited.by for record in records}) == len(records) == records[-1].number


def test_an_event_is_written_down_once(trail: AuditTrail) -> None:
    for _ in range(3):
        write_down(trail, INCIDENT, event())
    assert len(trail.chain(INCIDENT)) == 1


@pytest.mark.parametrize("what", ["changed", "swapped", "taken out", "put in", "unreadable", "of another incident"])
def test_whoever_touches_the_chain_is_noticed(what: str) -> None:
    trail = InMemoryAudit()
    for by in ("dana", "robin", "kim"):
        write_down(trail, INCIDENT, event(by))
    chain = trail.chain(INCIDENT)
    touched = {
        "changed": [chain[0].replace(b"dana", b"mary"), *chain[1:]],
        "swapped": [chain[1], chain[0], chain[2]],
        "taken out": [chain[0], chain[2]],
        "put in": [chain[0], chain[0], *chain[1:]],
        "unreadable": [chain[0], b"{", chain[2]],
        "of another incident": [content.replace(b"inc-0", b"inc-9") for content in chain],
    }
    assert read_chain(INCIDENT, chain)[1] == []
    assert read_chain(INCIDENT, touched[what])[1]


def test_the_chain_and_the_decision_rows_are_held_against_each_other() -> None:
    trail, decision = InMemoryAudit(), make_decision()
    write_down(trail, INCIDENT, of_decision(decision))
    records, _ = read_chain(INCIDENT, trail.chain(INCIDENT))
    assert compare(records, [decision]) == []
    assert "not in the chain" in compare([], [decision])[0], "a chain that was cut off at its end"
    assert "the table has none" in compare(records, [])[0]
    changed = decision.model_copy(update={"action": Action.REJECT})
    assert "the chain says approve by dana" in compare(records, [changed])[0]


def test_opening_a_link_over_and_over_fills_nothing() -> None:
    trail = InMemoryAudit()
    for number in range(MOST_OPENED + 20):
        write_down(trail, INCIDENT, event(what=AuditEvent.LINK_OPENED, detail=str(number)))
    assert len(trail.chain(INCIDENT)) == MOST_OPENED
    write_down(trail, INCIDENT, event(what=AuditEvent.DECIDED))
    assert len(trail.chain(INCIDENT)) == MOST_OPENED + 1


def test_a_links_mark_is_no_link() -> None:
    assert len(link_mark("k1." + "a" * 200)) == 12 and link_mark("a") != link_mark("b")

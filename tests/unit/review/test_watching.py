"""After a decision that asks for more work the page tells how it goes and how it ended."""

import re

import pytest

from mendloop.contracts.approval import Action
from mendloop.contracts.incident import IncidentState, TimelineEntry
from mendloop.contracts.verification import VerificationStatus
from tests.browser.sample import TOKEN, World, asked
from tests.fakes import house
from tests.unit.review.visitor import ADDRESS, Visitor, standing


def said(world: World, step: str, what: str) -> None:
    world.clock.advance(seconds=5)
    world.incidents.note(world.incident_id, TimelineEntry(at=world.clock.now(), step=step, what=what))


def progress(visitor: Visitor) -> str:
    found = re.search(r'<section class="progress".*?</section>', visitor.send("GET", ADDRESS).body, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def test_the_tests_can_be_watched_from_the_decision_to_the_new_question() -> None:
    world = asked()
    visitor = Visitor(world)
    assert visitor.post(visitor.form(action="rerun")).status == 303
    assert standing(world) is Action.RERUN and world.workflow.woken == [TOKEN]
    assert "The tests run again It begins now. Look again" in progress(visitor)
    said(world, "prepare_verification", "Packed three trees (attempt 2)")
    assert "The tests run now. Look again" in progress(visitor) and "Packed three trees" in progress(visitor)
    assert "data-running" in visitor.send("GET", ADDRESS).body
    said(world, "judge_verification", "Verification: tests pass. The same as before")
    assert "The tests have ended" in progress(visitor)
    world.verification = world.verification.model_copy(update={"status": VerificationStatus.TESTS_PASS})
    world.ask(rounds=1)
    told = progress(visitor)
    assert "Tests pass, failure not shown Done: every approver is asked anew" in told and "Look again" not in told
    body = visitor.send("GET", ADDRESS).body
    assert "data-running" not in body and "<script" not in body and 'name="nonce"' not in body


def test_work_that_ends_without_a_new_question_says_so() -> None:
    world = asked()
    visitor = Visitor(world)
    visitor.post(visitor.form(action="redraft", comment="Refuse the order instead."))
    assert "Another draft is made" in progress(visitor)
    incident = world.incidents.by_id[house.INCIDENT]
    world.incidents.save(incident.model_copy(update={"state": IncidentState.TICKET, "reason": "No other draft."}))
    assert "nobody is asked anew" in progress(visitor) and "No other draft." in visitor.send("GET", ADDRESS).body


@pytest.mark.parametrize("action", ["approve", "ticket"])
def test_what_asks_for_no_work_shows_none(action: str) -> None:
    world = asked()
    visitor = Visitor(world)
    visitor.post(visitor.form(action=action))
    assert progress(visitor) == "" and "mendloop goes on from here" in visitor.send("GET", ADDRESS).body

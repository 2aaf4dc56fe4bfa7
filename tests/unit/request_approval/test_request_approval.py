"""Asking: one question per content, mailed to those who can be reached, without any production text."""

from datetime import timedelta

import pytest

from mendloop.contracts.approval import Action, DecisionSlot
from mendloop.contracts.incident import IncidentState
from mendloop.domain.errors import Misconfigured
from tests.browser.sample import URL, World, asked
from tests.fakes import house
from tests.fakes.mailer import RecordingMailer


def test_the_mail_answers_five_questions_and_quotes_nothing() -> None:
    world = asked()
    mail = world.mailer.sent[0]
    for number in range(1, 6):
        assert f"\n{number}. " in mail.body
    assert f"{URL}/r/" in mail.body and "AttributeError" in mail.body and "order_total" in mail.body
    assert "NoneType" not in mail.body and "SPRING" not in mail.body
    assert all(len(line) <= 72 for line in mail.body.splitlines() if "http" not in line)
    assert len(mail.subject) <= 100 and mail.subject.isascii()


def test_the_question_is_bound_to_the_content_and_waits() -> None:
    world = asked()
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None
    incident = world.incidents.load(house.INCIDENT)
    assert incident is not None and incident.state is IncidentState.WAITING
    assert question.expires_at - question.asked_at == timedelta(hours=24)
    changed = World(fix=world.fix.model_copy(update={"diff": "another"}))
    changed.ask()
    other = changed.decisions.latest(house.INCIDENT)
    assert other is not None and other.content_sha256 != question.content_sha256


def test_asking_twice_is_one_question() -> None:
    world = World()
    assert world.ask().request_id == world.ask().request_id


def test_nobody_reachable_is_said_loudly() -> None:
    world = World(mailer=RecordingMailer(*house.make_catalog().approvers))
    with pytest.raises(Misconfigured, match="confirmed"):
        world.ask()


def test_a_reminder_is_the_same_question() -> None:
    world = asked()
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None
    before = len(world.mailer.sent)
    slot = world.ask(
        decision=DecisionSlot(
            request_id=question.id,
            action=Action.REMIND,
            by="mendloop",
            at=world.clock.now(),
            content_sha256=question.content_sha256,
        )
    )
    assert slot.request_id == question.id
    assert all("Reminder" in mail.subject for mail in world.mailer.sent[before:])

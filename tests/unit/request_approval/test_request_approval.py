"""Asking: one question per content, mailed to those who can be reached, without any production text."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mendloop import documents
from mendloop.asking import held_back
from mendloop.contracts.approval import Action, ApprovalRequest, DecisionSlot
from mendloop.contracts.evidence import Gap
from mendloop.contracts.incident import IncidentState
from mendloop.contracts.verification import PreparationSlot, VerificationNext, VerificationSlot
from mendloop.domain.errors import ContentChanged, Misconfigured, Throttled
from mendloop.postage import MOST, may_mail
from mendloop.timeline import told
from tests.browser.sample import URL, WORD, World, asked, evidence, fix, verification
from tests.fakes import house
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.mailer import FailingMailer, RecordingMailer

GOLDEN = Path(__file__).parent / "mail.txt"


def test_the_mail_answers_five_questions_and_quotes_nothing() -> None:
    world = asked()
    mail = world.mailer.sent[0]
    for number in range(1, 6):
        assert f"\n{number}. " in mail.body
    assert f"{URL}/r/" in mail.body and "AttributeError" in mail.body and "order_total" in mail.body
    assert "NoneType" not in mail.body and "SPRING" not in mail.body
    texts = [line for line in mail.body.splitlines() if line and "http" not in line]
    assert all(line[0].isupper() or line[0].isdigit() or line.startswith(("mendloop asks", WORD)) for line in texts)
    assert max(len(line) for line in texts) < 160, "short paragraphs, each a line of its own"
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


def test_the_mail_says_when_the_alarm_recovered() -> None:
    world = World()
    well = house.make_signal(recovered=True, time=house.NOW + timedelta(hours=1))
    world.incidents.record(world.incident_id, house.make_occurrence(at=well.time, signal=well))
    world.ask()
    assert f"Recovered at {well.time:%d %b %H:%M} UTC." in " ".join(world.mailer.sent[0].body.split())


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
    world.clock.advance(hours=8)
    for _ in range(2):
        slot = world.ask(decision=reminding(question))
        assert slot.request_id == question.id and slot.asked == ["dana", "robin"]
    assert [mail.to for mail in world.mailer.sent[before:]] == ["dana", "robin"], "one reminder each, however often"
    assert all("Reminder" in mail.subject for mail in world.mailer.sent[before:])


def reminding(question: ApprovalRequest) -> DecisionSlot:
    return DecisionSlot(
        request_id=question.id,
        action=Action.REMIND,
        by="mendloop",
        at=house.NOW,
        content_sha256=question.content_sha256,
    )


def test_a_wake_up_before_the_reminder_is_due_disturbs_nobody() -> None:
    world = asked()
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None
    world.clock.advance(hours=7)
    slot = world.ask(decision=reminding(question))
    assert len(world.mailer.sent) == 2 and slot.wait_seconds == 3600


def test_one_mail_that_fails_keeps_nobody_else_from_being_asked_and_is_tried_again() -> None:
    mailer = FailingMailer("dana")
    world = World(mailer=mailer)
    slot = world.ask()
    assert [mail.to for mail in mailer.sent] == slot.asked == ["robin"] and slot.failed == ["dana"]
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None
    mailer.failing.clear()
    again = world.ask(decision=reminding(question))
    assert [mail.to for mail in mailer.sent] == ["robin", "dana"], "only what was missing"
    assert again.asked == ["dana", "robin"] and again.failed == []
    assert "Decide" in mailer.sent[-1].subject, "a first mail, not a reminder"


def test_when_every_mail_fails_the_step_fails_and_its_retry_sends_each_once() -> None:
    mailer = FailingMailer("dana", "robin")
    world = World(mailer=mailer)
    with pytest.raises(Throttled):
        world.ask()
    mailer.failing.clear()
    world.ask()
    world.ask()
    assert [mail.to for mail in mailer.sent] == ["dana", "robin"]


def test_what_was_adjusted_is_what_is_asked_about() -> None:
    world = World()
    adjusted = documents.store(world.artifacts, "adjusted.json", world.fix.model_copy(update={"title": "By a person"}))
    proof = house.make_verification(draft_sha256=adjusted.sha256)
    slots = {
        "preparation": PreparationSlot(attempt=1, draft=adjusted),
        "verification": VerificationSlot(
            status=proof.status,
            ref=documents.store(world.artifacts, "proof.json", proof),
            reason="",
            next=VerificationNext.REQUEST_APPROVAL,
        ),
    }
    world.ask(**slots)
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None and question.draft == adjusted
    assert question.content.verification_sha256 == slots["verification"].ref.sha256


def test_a_newer_draft_takes_the_place_of_the_adjusted_one() -> None:
    world = World()
    adjusted = documents.store(world.artifacts, "adjusted.json", world.fix)
    newest = world.execution().draft
    assert newest is not None
    world.ask(draft=newest.model_copy(update={"attempt": 2}), preparation=PreparationSlot(attempt=1, draft=adjusted))
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None and question.draft == newest.ref


def test_a_verification_of_another_draft_is_never_asked_about() -> None:
    world = World()
    other = documents.store(world.artifacts, "other.json", house.make_verification(draft_sha256="e" * 64))
    verdict = VerificationSlot(status="proved", ref=other, reason="", next=VerificationNext.REQUEST_APPROVAL)
    with pytest.raises(ContentChanged, match="another draft"):
        world.ask(verification=verdict)
    assert world.mailer.sent == []


def test_the_mail_reads_as_it_was_written_down() -> None:
    mail = asked().mailer.sent[0]
    body = re.sub(r"/r/\S+", "/r/LINK", mail.body)
    assert f"{mail.subject}\n\n{body}" == GOLDEN.read_text(encoding="utf-8")


def test_only_the_confirmed_are_mailed_the_others_are_named() -> None:
    world = World(mailer=RecordingMailer("robin"))
    slot = world.ask()
    assert [mail.to for mail in world.mailer.sent] == slot.asked == ["dana"] and slot.unconfirmed == ["robin"]
    assert any("robin" in entry.what for entry in world.incidents.timeline(house.INCIDENT))


def test_a_forged_exception_type_is_not_repeated() -> None:
    trace = house.make_trace(type="Open http://evil.example now")
    world = asked(evidence=evidence(faults=[house.make_fault(trace=trace)]))
    assert "evil" not in world.mailer.sent[0].body + world.mailer.sent[0].subject


def test_a_failed_deployment_without_a_trace_is_told_as_what_it_is() -> None:
    failed = {"faults": [], "deployment_failed": True, "failing_revision": "f" * 40, "last_good_revision": "a" * 40}
    body = " ".join(asked(evidence=evidence(**failed)).mailer.sent[0].body.split())
    assert "What happened The deployment of ffffffffffff failed; aaaaaaaaaaaa ran well before." in body
    assert "The deployment changed it, by commit" in body and "trace" not in body


def test_the_wait_ends_for_one_reminder_and_then_after_the_expiry() -> None:
    world = World()
    first = world.ask()
    assert first.wait_seconds == 8 * 3600
    world.clock.advance(hours=8)
    remind = DecisionSlot(
        request_id=first.request_id,
        action=Action.REMIND,
        by="mendloop",
        at=world.clock.now(),
        content_sha256=first.content_sha256,
    )
    assert 16 * 3600 < world.ask(decision=remind).wait_seconds <= 16 * 3600 + 5


@pytest.mark.parametrize("change", ["evidence", "verification", "fix", "catalogs"])
def test_every_part_of_the_content_makes_another_question(change: str) -> None:
    other: dict[str, Any] = {
        "evidence": evidence(gaps=[Gap(source="traces", reason="throttled")]),
        "verification": verification(suite="47 passed"),
        "fix": fix(base="a" * 40),
        "catalogs": FixedCatalog(house.make_catalog(approvers=["dana"])),
    }
    assert World().ask().content_sha256 != World(**{change: other[change]}).ask().content_sha256


def test_the_summary_is_one_true_sentence() -> None:
    world = asked()
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None
    expected = "AttributeError in shop: undo 3 lines of 3f2a91c07d in shop/pricing/totals.py::order_total"
    assert question.summary == expected


def test_in_a_storm_mails_are_held_for_the_digest_and_nobody_is_forgotten() -> None:
    world = World()
    for _ in range(MOST):
        may_mail(world.decisions, "dana", "question", world.clock.now())
    slot = world.ask()
    assert [mail.to for mail in world.mailer.sent] == slot.asked == ["robin"]
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None
    world.clock.advance(minutes=10)
    world.ask(decision=reminding(question))
    assert [mail.to for mail in world.mailer.sent] == ["robin"], "held until the sweep sends its digest"
    assert told(world.incidents, house.INCIDENT, "request_approval", held_back(question, "dana"))

"""Once a week each approver hears what happened and what would have happened, once, in allowed fields."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.send_digest.step import DigestSent, send_digest
from mendloop.contracts.incident import Incident, IncidentState, SignalKind
from mendloop.domain.errors import SecretFound, Throttled
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import FixedClock
from tests.fakes.house import make_catalog, make_incident, make_service, make_signal
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.mailer import FailingMailer, RecordingMailer

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
WOULD = "mendloop would have drafted a change to `shop/totals.py::order_total`, proved it and asked for an approval."
HOSTILE = "<b>x</b>\n\nCC: all@example.com `"


class Desk:
    """Two services: Dana approves both, Robin the shop only."""

    def __init__(self, mailer: RecordingMailer | None = None) -> None:
        self.incidents, self.mailer, self.clock = InMemoryIncidents(), mailer or RecordingMailer(), FixedClock(MONDAY)
        services = {
            "shop": make_service("shop", autonomy="explain"),
            "billing": make_service("billing", autonomy="draft", approvers=["dana"]),
        }
        self.catalogs = FixedCatalog(make_catalog(services=services))

    def incident(self, number: int, at: datetime = MONDAY - timedelta(days=3), **fields: Any) -> Incident:
        made = make_incident(f"inc-{number:016x}", opened_at=at, updated_at=at, **fields)
        self.incidents.claim(made)
        return made

    def run(self) -> DigestSent:
        return send_digest(
            incidents=self.incidents,
            catalogs=self.catalogs,
            mailer=self.mailer,
            clock=self.clock,
            site_url="https://site.example.com/",
        )

    def mail(self, to: str) -> str:
        (found,) = [mail.body for mail in self.mailer.sent if mail.to == to]
        return found


def test_it_says_what_happened_and_what_would_have_happened_per_service() -> None:
    desk = Desk()
    desk.incident(1, state=IncidentState.TICKET, would_have=WOULD, reason="The service is set to be explained.")
    desk.incident(2, state=IncidentState.SKIPPED, reason="shop is paused")
    desk.incident(3, state=IncidentState.PULL_REQUEST, service="billing")
    assert desk.run() == DigestSent(week="digest-2026-W47", sent=["dana", "robin"])
    said = desk.mail("robin")
    assert "shop (autonomy: explain)\n  2 incidents: 1 ticket, 1 skipped" in said
    assert f"    {WOULD}\n    https://site.example.com/incidents/inc-0000000000000001" in said
    assert "shop is paused" in said and "Held back by autonomy: 1 of 2" in said and "set `autonomy: draft`" in said
    assert "billing" not in said
    assert "billing (autonomy: draft)\n  1 incident: 1 pull request" in desk.mail("dana")


def test_what_became_of_a_pull_request_is_said_beside_it() -> None:
    desk = Desk()
    desk.incident(1, state=IncidentState.PULL_REQUEST, follow_up="fixed")
    desk.run()
    assert "pull request, fixed by now. inc-0000000000000001" in desk.mail("robin")


def test_a_quiet_week_is_said_too() -> None:
    desk = Desk()
    desk.run()
    assert "shop (autonomy: explain)\n  Nothing happened." in desk.mail("robin")


@pytest.mark.parametrize(
    ("at", "told_of"),
    [
        (datetime(2026, 11, 15, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 16, 0, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), False),
    ],
)
def test_a_week_goes_from_monday_to_monday(at: datetime, told_of: bool) -> None:
    desk = Desk()
    desk.incident(1, at)
    desk.run()
    assert ("inc-0000000000000001" in desk.mail("robin")) is told_of


def test_a_repeated_run_sends_nothing_twice_and_the_next_week_is_another() -> None:
    desk = Desk()
    desk.run()
    desk.clock.advance(hours=5)
    assert desk.run().sent == ["dana", "robin"]
    assert len(desk.mailer.sent) == 2
    desk.clock.advance(days=7)
    assert desk.run().week == "digest-2026-W48"
    assert len(desk.mailer.sent) == 4


def test_one_mail_that_fails_keeps_no_other_and_is_sent_by_the_next_run() -> None:
    mailer = FailingMailer("dana")
    desk = Desk(mailer)
    with pytest.raises(Throttled):
        desk.run()
    assert [mail.to for mail in mailer.sent] == ["robin"] and mailer.alerts == []
    mailer.failing.clear()
    desk.run()
    assert [mail.to for mail in mailer.sent] == ["robin", "dana"]


def test_a_service_nobody_of_which_can_be_reached_is_told_to_the_operators_once() -> None:
    desk = Desk(RecordingMailer("dana"))
    for _ in range(2):
        assert desk.run().unreached == ["billing"]
    ((_, body),) = desk.mailer.alerts
    assert "billing" in body and "shop" not in body


def test_rehearsals_are_not_counted_and_production_text_is_not_quoted() -> None:
    desk = Desk()
    desk.incident(1, signal=make_signal(kind=SignalKind.REHEARSAL))
    signal = make_signal(resource=HOSTILE, title=HOSTILE, reason=HOSTILE)
    desk.incident(2, signal=signal, summary=HOSTILE, reason=HOSTILE)
    desk.run()
    said = desk.mail("robin")
    assert "1 incident: 1 claimed" in said
    assert "<b>" not in said and "all@example.com" not in said


def test_many_are_counted_and_secrets_never_leave() -> None:
    desk = Desk()
    for number in range(25):
        desk.incident(number)
    desk.run()
    assert desk.mail("robin").count("  - ") == 20 and "and 5 more" in desk.mail("robin")
    leaking = Desk()
    leaking.incident(1, reason="AKIA" + "IOSFODNN7SECRETS")
    with pytest.raises(SecretFound):
        leaking.run()

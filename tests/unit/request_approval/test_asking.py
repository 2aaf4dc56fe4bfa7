"""Who is due: handing over to somebody whom no mail reaches silences nobody, and keeps nothing awake."""

from datetime import timedelta

from mendloop.asking import STEP, asked_line, due, unreached_line, worth_waking
from mendloop.contracts.approval import HandOver
from mendloop.contracts.incident import TimelineEntry
from tests.fakes import house
from tests.fakes.clock import NOW


def test_a_hand_over_that_reaches_nobody_leaves_the_reminder_to_who_handed_over() -> None:
    request = house.make_request(approvers=["dana", "robin"])
    service = house.make_service(approvers=["dana", "robin"])
    handed = HandOver(request_id=request.id, by="dana", to="robin", at=NOW)
    said = [asked_line(request, "dana"), unreached_line(request, handed)]
    timeline = [TimelineEntry(at=NOW, step=STEP, what=what) for what in said]
    late = request.asked_at + timedelta(hours=service.limits.reminder_hours)
    found = due(request, service, timeline, late, [handed])
    assert found.reminder == ["dana"] and found.handed == []
    assert not worth_waking(request, service, timeline, late - timedelta(hours=1), [handed])

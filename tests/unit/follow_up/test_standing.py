"""From what was seen to a state: a table, and that neither order nor repetition matters."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendloop.domain.follow_up import (
    Facts,
    FaultSeen,
    FollowUpState,
    RequestSeen,
    RevisionSeen,
    Standing,
    next_look,
    standing,
)
from mendloop.domain.follow_up_blind import Blind
from mendloop.domain.follow_up_rules import FollowUpRules
from tests.fakes.clock import NOW

RULES = FollowUpRules()
OLD, NEW = "1" * 40, "2" * 40
Event = RequestSeen | RevisionSeen | FaultSeen | datetime


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def request(hours: float, state: str) -> RequestSeen:
    return RequestSeen(at=at(hours), state=state)


def runs(hours: float, *, holds: bool = True) -> RevisionSeen:
    return RevisionSeen(at=at(hours), revision=NEW if holds else OLD, holds=holds)


def seen(hours: float, holds: bool | None = None, since: float | None = None) -> FaultSeen:
    running_since = None if since is None else at(since)
    return FaultSeen(
        at=at(hours), incident_id=f"inc-{int(hours * 60):016x}", generation=2, holds=holds, running_since=running_since
    )


def facts_of(events: list[Event]) -> Facts:
    """Joined one after the other, as looks and redeliveries do."""
    facts = Facts(published_at=NOW)
    for event in events:
        match event:
            case RequestSeen():
                facts = facts.joined(requests=[event])
            case RevisionSeen():
                facts = facts.joined(revisions=[event])
            case FaultSeen():
                facts = facts.joined(faults=[event])
            case datetime():
                facts = facts.joined(blind=[Blind(start=event, end=event)])
    return facts


def stands(hours: float, *events: Event) -> Standing:
    return standing(facts_of(list(events)), RULES, at(hours))


MERGED = request(1, "merged")
S = FollowUpState


@pytest.mark.parametrize(
    ("hours", "events", "expected"),
    [
        # Before the merge.
        (1, [], S.OPEN),
        (24 * 30, [], S.LOST),
        (5, [request(2, "closed")], S.REJECTED),
        (5, [request(2, "closed"), request(3, "open")], S.OPEN),
        (5, [request(2, "closed"), request(3, "open"), request(4, "closed")], S.REJECTED),
        (5, [request(2, "closed"), MERGED], S.MERGED),
        # Merged, not deployed.
        (5, [MERGED], S.MERGED),
        (5, [MERGED, seen(3)], S.MERGED),
        (5, [MERGED, seen(3, holds=False, since=0)], S.MERGED),
        (5, [MERGED, runs(2, holds=False), seen(3)], S.MERGED),
        (24 * 30 + 1, [MERGED], S.LOST),
        # Deployed.
        (5, [MERGED, runs(2)], S.DEPLOYED),
        (73.9, [MERGED, runs(2)], S.DEPLOYED),
        (74, [MERGED, runs(2)], S.FIXED),
        (74, [MERGED, runs(2), seen(1.5)], S.FIXED),
        (74, [MERGED, runs(2), seen(2.1)], S.FIXED),
        (74, [MERGED, runs(2), seen(3, holds=False)], S.FIXED),
        # Seen again.
        (5, [MERGED, runs(2), seen(3)], S.RECURRED),
        (200, [MERGED, runs(2), seen(3)], S.RECURRED),
        (5, [MERGED, seen(3, holds=True, since=2)], S.RECURRED),
        (5, [MERGED, seen(2.1, holds=True, since=2)], S.DEPLOYED),
        (5, [MERGED, seen(3, holds=True)], S.MERGED),
        (200, [MERGED, runs(2), seen(90)], S.REGRESSED),
        (200, [MERGED, runs(2), seen(3), seen(90)], S.RECURRED),
        # Rolled back.
        (9, [MERGED, runs(2), runs(4, holds=False)], S.MERGED),
        (9, [MERGED, runs(2), runs(4, holds=False), seen(5)], S.MERGED),
        (9, [MERGED, runs(2), runs(4, holds=False), seen(5), runs(6)], S.DEPLOYED),
        (77.9, [MERGED, runs(2), runs(4, holds=False), runs(6)], S.DEPLOYED),
        (78, [MERGED, runs(2), runs(4, holds=False), runs(6)], S.FIXED),
        (200, [MERGED, runs(2), runs(90, holds=False), seen(91)], S.FIXED),
        (24 * 30 + 4, [MERGED, runs(2), runs(4, holds=False)], S.LOST),
        # A pause in the quiet time begins it anew, one after it does not.
        (74, [MERGED, runs(2), at(50)], S.DEPLOYED),
        (122, [MERGED, runs(2), at(50)], S.FIXED),
        (80, [MERGED, runs(2), at(75)], S.FIXED),
        # A pause that lasts longer than the quiet time, and a second one in the time that the first began anew.
        (102, [MERGED, runs(2), *(at(hour) for hour in range(50, 101))], S.DEPLOYED),
        (172, [MERGED, runs(2), *(at(hour) for hour in range(50, 101))], S.FIXED),
        (122, [MERGED, runs(2), at(50), at(100)], S.DEPLOYED),
        (172, [MERGED, runs(2), at(50), at(100)], S.FIXED),
    ],
)
def test_the_table(hours: float, events: list[Event], expected: FollowUpState) -> None:
    assert stands(hours, *events).state is expected


def test_a_long_pause_is_kept_as_one_and_the_earlier_shape_is_read() -> None:
    kept = facts_of([at(hour) for hour in range(50, 101)]).blind
    assert kept == (Blind(start=at(50), end=at(100)),)
    stored = {"published_at": NOW.isoformat(), "blind_until": at(50).isoformat()}
    assert Facts.model_validate(stored).blind == (Blind(start=at(50), end=at(50)),)


def test_since_when_and_by_whom() -> None:
    assert stands(5).since == NOW
    assert stands(9, request(2, "closed"), request(4, "closed")).since == at(2)
    assert stands(5, MERGED).since == at(1)
    assert stands(9, MERGED, runs(2), runs(4, holds=False)).since == at(4)
    assert stands(9, MERGED, runs(2), runs(3)).since == at(2)
    assert stands(99, MERGED, runs(2)).since == at(74)
    again = stands(200, MERGED, runs(2), seen(90), seen(95))
    assert again.since == at(90) and again.fault == seen(90)


HOURS = st.integers(min_value=1, max_value=400).map(lambda quarter: quarter / 4)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(request, HOURS, st.sampled_from(["open", "closed", "merged"])),
    st.builds(lambda hours, holds: runs(hours, holds=holds), HOURS, st.booleans()),
    st.builds(seen, HOURS, st.sampled_from([None, True, False]), st.one_of(st.none(), HOURS)),
    HOURS.map(at),
)


@given(data=st.data(), events=st.lists(EVENTS, max_size=12), hours=HOURS)
def test_any_order_and_redeliveries_end_in_the_same_state(
    data: st.DataObject, events: list[Event], hours: float
) -> None:
    again = data.draw(st.lists(st.sampled_from(events), max_size=6)) if events else []
    shuffled = data.draw(st.permutations([*events, *again]))
    assert standing(facts_of(events), RULES, at(hours)) == standing(facts_of(shuffled), RULES, at(hours))


@given(events=st.lists(EVENTS, max_size=12), hours=HOURS)
def test_what_the_rules_of_the_house_never_allow(events: list[Event], hours: float) -> None:
    facts = facts_of(events)
    found = standing(facts, RULES, at(hours)).state
    if facts.request != "merged":
        assert found in {S.OPEN, S.REJECTED, S.LOST}
    holding = [each for each in facts.revisions if each.holds] + [each for each in facts.faults if each.holds]
    if not holding:
        assert found not in {S.DEPLOYED, S.FIXED, S.RECURRED, S.REGRESSED}, "a recurrence before the deployment is none"
    if not [each for each in facts.faults if each.holds is not False]:
        assert found not in {S.RECURRED, S.REGRESSED}


@given(events=st.lists(EVENTS, max_size=12), hours=HOURS)
def test_the_next_look_is_later_and_bounded(events: list[Event], hours: float) -> None:
    found = standing(facts_of(events), RULES, at(hours))
    following = next_look(found, RULES, at(hours))
    assert (following is None) == found.finished(RULES, at(hours))
    if following:
        assert timedelta(0) < following - at(hours) <= timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "hours", "minutes"),
    [(S.OPEN, 0, 15), (S.OPEN, 4, 60), (S.OPEN, 400, 360), (S.MERGED, 400, 360), (S.FIXED, 400, 1440)],
)
def test_looks_grow_rarer(state: FollowUpState, hours: float, minutes: float) -> None:
    found = Standing(state=state, since=NOW)
    assert next_look(found, RULES, at(hours)) == at(hours) + timedelta(minutes=minutes)


def test_the_end_of_the_quiet_time_is_not_missed() -> None:
    found = stands(70, request(0, "merged"), runs(0))
    assert next_look(found, RULES, at(70)) == at(72)
    paused = stands(90, request(0, "merged"), runs(0), at(20))
    assert next_look(paused, RULES, at(90)) == at(92)


@pytest.mark.parametrize(
    ("state", "days", "over"),
    [
        (S.FIXED, 29, False),
        (S.FIXED, 30, True),
        (S.REJECTED, 29, False),
        (S.REJECTED, 30, True),
        (S.RECURRED, 0, True),
        (S.REGRESSED, 0, True),
        (S.LOST, 0, True),
        (S.DEPLOYED, 99, False),
    ],
)
def test_when_nothing_more_is_looked_for(state: FollowUpState, days: float, over: bool) -> None:
    assert Standing(state=state, since=NOW).finished(RULES, NOW + timedelta(days=days)) is over


def test_times_need_a_zone() -> None:
    values: dict[str, Any] = {"at": "2026-11-20T10:00:00", "state": "open"}
    with pytest.raises(ValueError, match="timezone"):
        RequestSeen.model_validate(values)

"""A fault whose pull request is open gets no second one: its incident gets the occurrence."""

from typing import Any

from mendloop.contracts.incident import IncidentState
from mendloop.contracts.mapping import FixedIn, OpenRequest
from mendloop.contracts.route import Route
from tests.fakes.house import HEAD, INCIDENT, make_commit, make_incident, make_publication
from tests.unit.choose_route.test_choose_route import Routing

EARLIER = "inc-00000000000000aa"
OPEN = OpenRequest(number="7", url="https://code.example.com/pull/7", incident_id=EARLIER, generation=1)


def room_with(**mapping: Any) -> Routing:
    room = Routing()
    room.incidents.claim(make_incident(EARLIER, state=IncidentState.PULL_REQUEST))
    room.incidents.save_publication(make_publication(fault=room.fault, generation=1, incident_id=EARLIER, number="7"))
    room.generation = 2
    room.mapping |= {"open_request": OPEN, **mapping}
    return room


def test_the_open_pull_request_is_named_and_its_incident_gets_the_occurrence() -> None:
    room = room_with()
    slot, again = room.choose(), room.choose()
    assert (slot.route, slot.reason_code) == (Route.CLOSE, "pull_request_open") and slot == again
    assert "7" in slot.reason and EARLIER in slot.reason
    assert len(room.incidents.occurrences(EARLIER)) == 1
    assert [entry.what for entry in room.incidents.timeline(EARLIER)] == [
        f"Seen again as {INCIDENT} while pull request 7 is open"
    ]


def test_the_publication_is_carried_on_to_the_generation_that_found_it() -> None:
    room = room_with()
    room.choose()
    carried = room.incidents.publication(room.fault, 2)
    assert carried is not None and (carried.number, carried.incident_id) == ("7", EARLIER)


def test_a_fix_on_the_default_branch_says_more_than_an_open_pull_request() -> None:
    room = room_with(fixed_in=HEAD)
    room.map_fields = {"fixed_in": FixedIn(commit=make_commit(HEAD), fixed=True, reason="cured")}
    assert room.choose().route is Route.FIXED_ALREADY
    assert room.incidents.occurrences(EARLIER) == []

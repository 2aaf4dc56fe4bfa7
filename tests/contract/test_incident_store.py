"""Every incident store: claims, occurrences, timeline, faults, publications."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from mendloop.adapters.dynamodb_incidents import DynamoDbIncidents
from mendloop.contracts.approval import Rejection
from mendloop.contracts.incident import IncidentState, TimelineEntry
from mendloop.contracts.mapping import Correction, SourceRoot, SourceRoots
from mendloop.domain.errors import Conflict, NotFound
from mendloop.domain.follow_up import FollowUpState
from mendloop.ports import Claim, IncidentStore
from tests.contract.races import counted, race
from tests.fakes.clock import NOW
from tests.fakes.house import (
    FAULT,
    INCIDENT,
    SERVICE,
    make_follow_up,
    make_incident,
    make_occurrence,
    make_publication,
    make_ref,
    make_sighting,
    make_signal,
    make_ticket_record,
)
from tests.fakes.incidents import InMemoryIncidents

OTHER = "inc-ffffffffffffffff"
THIRD = "inc-eeeeeeeeeeeeeeee"


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> IncidentStore:
    if request.param == "memory":
        return InMemoryIncidents()
    return DynamoDbIncidents(request.getfixturevalue("table"))


def test_the_first_claim_wins_and_the_second_gets_what_stands(store: IncidentStore) -> None:
    first, second = make_incident(execution_input='{"first":1}'), make_incident(execution_input='{"second":1}')
    assert store.claim(first).won
    lost = store.claim(second)
    assert not lost.won
    assert lost.incident == first
    assert store.load(INCIDENT) == first


def test_twenty_identical_claims_have_exactly_one_winner(store: IncidentStore) -> None:
    claims = race(lambda _: store.claim(make_incident()))
    assert sum(claim.won for claim in claims) == 1


HOUR = timedelta(hours=1)


def test_of_twenty_first_events_of_one_place_one_opens_and_all_are_kept(store: IncidentStore) -> None:
    def open_one(number: int) -> Claim:
        own = make_incident(f"inc-{number:016x}", opened_at=NOW)
        return store.open(own, make_occurrence(f"occ-{number:016x}"), since=NOW - HOUR)

    claims = race(open_one)

    (winner,) = [claim.incident.id for claim in claims if claim.won]
    assert {claim.incident.id for claim in claims} == {winner}
    assert [incident.id for incident in store.incidents()] == [winner]
    assert len(store.occurrences(winner)) == 20
    assert store.standing_at(make_signal(), since=NOW - HOUR) == winner


def test_a_place_is_free_again_after_a_while_and_another_place_always(store: IncidentStore) -> None:
    first, other = make_incident(opened_at=NOW), make_incident(THIRD, signal=make_signal(resource="shop-latency"))
    assert store.standing_at(first.signal, since=NOW - HOUR) == ""
    assert store.open(first, make_occurrence(), since=NOW - HOUR).won
    assert store.open(other, make_occurrence(), since=NOW - HOUR).won
    assert store.standing_at(first.signal, since=NOW) == ""
    later = make_incident(OTHER, opened_at=NOW + HOUR)
    assert store.open(later, make_occurrence("occ-0000000000000002"), since=NOW).won
    assert store.standing_at(first.signal, since=NOW) == OTHER
    assert [len(store.occurrences(each)) for each in (INCIDENT, OTHER, THIRD)] == [1, 1, 1]


def test_a_redelivery_opens_nothing_and_is_no_second_occurrence(store: IncidentStore) -> None:
    first = make_incident(opened_at=NOW)
    assert store.open(first, make_occurrence(), since=NOW - HOUR).won
    started = first.model_copy(update={"state": IncidentState.STARTED})
    store.save(started)
    for since in (NOW - HOUR, NOW + HOUR, None):
        again = store.open(first, make_occurrence(), since=since)
        assert (again.won, again.incident) == (False, started)
    assert len(store.occurrences(INCIDENT)) == 1


def test_what_takes_no_place_stands_beside_what_does(store: IncidentStore) -> None:
    assert store.open(make_incident(), make_occurrence(), since=NOW - HOUR).won
    assert store.open(make_incident(OTHER), make_occurrence(), since=None).won
    assert store.standing_at(make_signal(), since=NOW - HOUR) == INCIDENT


def test_an_unknown_incident_is_none(store: IncidentStore) -> None:
    assert store.load(INCIDENT) is None


def test_saving_replaces(store: IncidentStore) -> None:
    store.claim(make_incident())
    store.save(make_incident(state=IncidentState.STARTED, execution_arn="arn"))
    found = store.load(INCIDENT)
    assert found and (found.state, found.execution_arn) == (IncidentState.STARTED, "arn")


def test_saving_with_an_expectation_conflicts_when_the_state_is_another(store: IncidentStore) -> None:
    store.claim(make_incident())
    started = make_incident(state=IncidentState.STARTED)
    store.save(started, expected=IncidentState.CLAIMED)
    with pytest.raises(Conflict, match="started"):
        store.save(make_incident(state=IncidentState.TICKET), expected=IncidentState.CLAIMED)
    assert store.load(INCIDENT) == started


def test_saving_with_an_expectation_conflicts_when_nothing_stands(store: IncidentStore) -> None:
    with pytest.raises(Conflict):
        store.save(make_incident(), expected=IncidentState.CLAIMED)
    assert store.load(INCIDENT) is None


def test_one_of_twenty_saves_from_the_same_state_wins(store: IncidentStore) -> None:
    store.claim(make_incident())

    def save(number: int) -> bool:
        try:
            store.save(make_incident(state=IncidentState.STARTED, reason=str(number)), expected=IncidentState.CLAIMED)
        except Conflict:
            return False
        return True

    assert sum(race(save)) == 1


def test_incidents_come_newest_first_by_service_and_state(store: IncidentStore) -> None:
    old = make_incident("inc-000000000000000a", opened_at=NOW - timedelta(hours=2), state=IncidentState.CLOSED)
    new = make_incident("inc-000000000000000b", opened_at=NOW, state=IncidentState.STARTED)
    foreign = make_incident("inc-000000000000000c", opened_at=NOW - timedelta(hours=1), service="mail")
    for incident in (new, foreign, old):
        store.claim(incident)
    assert store.incidents() == [new, foreign, old]
    assert store.incidents(service=SERVICE) == [new, old]
    assert store.incidents(state=IncidentState.CLOSED) == [old]
    assert store.incidents(service="mail", state=IncidentState.CLOSED) == []
    assert store.incidents(limit=2) == [new, foreign]


def test_an_incident_leaves_the_list_of_its_former_state(store: IncidentStore) -> None:
    store.claim(make_incident())
    store.save(make_incident(state=IncidentState.STARTED))
    assert store.incidents(state=IncidentState.CLAIMED) == []
    assert len(store.incidents(state=IncidentState.STARTED)) == 1


def test_more_incidents_than_a_page_holds_are_all_listed(store: IncidentStore) -> None:
    for number in range(120):
        store.claim(make_incident(f"inc-{number:016x}", execution_input="x" * 20_000))
    assert len(store.incidents(limit=500)) == 120
    assert len(store.incidents(service="nobody", limit=500)) == 0


def test_an_occurrence_is_new_once(store: IncidentStore) -> None:
    assert store.record(INCIDENT, make_occurrence())
    assert not store.record(INCIDENT, make_occurrence())
    assert store.record(OTHER, make_occurrence())


def test_one_of_twenty_redeliveries_is_new(store: IncidentStore) -> None:
    assert sum(race(lambda _: store.record(INCIDENT, make_occurrence()))) == 1


def test_occurrences_come_oldest_first(store: IncidentStore) -> None:
    late = make_occurrence("occ-0000000000000001", at=NOW)
    early = make_occurrence("occ-0000000000000002", at=NOW - timedelta(minutes=1))
    for occurrence in (late, early):
        store.record(INCIDENT, occurrence)
    assert store.occurrences(INCIDENT) == [early, late]
    assert store.occurrences(OTHER) == []


def test_the_timeline_holds_an_entry_once_in_order(store: IncidentStore) -> None:
    late = TimelineEntry(at=NOW, step="map_code", what="Mapped")
    early = TimelineEntry(at=NOW - timedelta(seconds=1), step="intake", what="Claimed")
    for entry in (late, early, late):
        store.note(INCIDENT, entry)
    assert store.timeline(INCIDENT) == [early, late]
    assert store.timeline(OTHER) == []


def test_twenty_entries_at_the_same_time_all_stand(store: IncidentStore) -> None:
    race(lambda number: store.note(INCIDENT, TimelineEntry(at=NOW, step="draft_patch", what=f"entry {number}")))
    assert len(store.timeline(INCIDENT)) == 20


def test_a_fault_has_one_owner(store: IncidentStore) -> None:
    mine = store.claim_fault(SERVICE, FAULT, INCIDENT)
    assert (mine.mine, mine.generation) == (True, 1)
    assert store.claim_fault(SERVICE, FAULT, INCIDENT) == mine
    theirs = store.claim_fault(SERVICE, FAULT, OTHER)
    assert (theirs.mine, theirs.generation, theirs.incident_id) == (False, 1, INCIDENT)
    assert store.claim_fault("mail", FAULT, OTHER).mine


def test_one_of_twenty_incidents_owns_a_fault(store: IncidentStore) -> None:
    owners = race(lambda number: store.claim_fault(SERVICE, FAULT, f"inc-{number:016x}"))
    assert sum(owner.mine for owner in owners) == 1
    assert len({owner.incident_id for owner in owners}) == 1


def test_a_released_fault_comes_back_in_a_new_generation(store: IncidentStore) -> None:
    store.claim_fault(SERVICE, FAULT, INCIDENT)
    store.release_fault(SERVICE, FAULT, INCIDENT)
    again = store.claim_fault(SERVICE, FAULT, OTHER)
    assert (again.mine, again.generation) == (True, 2)
    assert not store.claim_fault(SERVICE, FAULT, THIRD).mine


def test_one_of_twenty_reopens_a_released_fault(store: IncidentStore) -> None:
    store.claim_fault(SERVICE, FAULT, INCIDENT)
    store.release_fault(SERVICE, FAULT, INCIDENT)
    owners = race(lambda number: store.claim_fault(SERVICE, FAULT, f"inc-{number:016x}"))
    assert sum(owner.mine for owner in owners) == 1
    assert {owner.generation for owner in owners} == {2}


def test_only_the_owner_releases(store: IncidentStore) -> None:
    store.release_fault(SERVICE, FAULT, OTHER)
    store.claim_fault(SERVICE, FAULT, INCIDENT)
    store.release_fault(SERVICE, FAULT, OTHER)
    assert not store.claim_fault(SERVICE, FAULT, OTHER).mine


def test_an_owner_that_ended_without_releasing_blocks_nobody(store: IncidentStore) -> None:
    store.claim(make_incident())
    store.claim_fault(SERVICE, FAULT, INCIDENT)
    assert not store.claim_fault(SERVICE, FAULT, OTHER).mine
    store.save(make_incident(state=IncidentState.LEFT_TO_HUMAN))
    again = store.claim_fault(SERVICE, FAULT, OTHER)
    assert (again.mine, again.generation) == (True, 2)


def test_an_incident_that_claims_its_fault_again_keeps_the_generation(store: IncidentStore) -> None:
    store.claim_fault(SERVICE, FAULT, INCIDENT)
    store.release_fault(SERVICE, FAULT, INCIDENT)
    again = store.claim_fault(SERVICE, FAULT, INCIDENT)
    assert (again.mine, again.generation) == (True, 1)
    assert not store.claim_fault(SERVICE, FAULT, OTHER).mine


def test_a_faults_newest_ticket_is_remembered(store: IncidentStore) -> None:
    assert store.ticket(FAULT) is None
    store.save_ticket(make_ticket_record())
    store.save_ticket(make_ticket_record(generation=3))
    assert store.ticket(FAULT) == make_ticket_record(generation=3)
    assert store.ticket(INCIDENT) is None


def test_a_publication_is_kept_by_fault_and_generation(store: IncidentStore) -> None:
    assert store.publication(FAULT, 1) is None
    store.save_publication(make_publication())
    store.save_publication(make_publication(commit="c" * 40))
    store.save_publication(make_publication(generation=10))
    found = store.publication(FAULT, 1)
    assert found and found.commit == "c" * 40
    assert store.publication(FAULT, 2) is None


def test_a_duplicate_costs_one_conditional_write(table: str) -> None:
    store = DynamoDbIncidents(table)
    store.claim(make_incident())
    store.record(INCIDENT, make_occurrence())
    with counted(store._items.client) as calls:
        store.claim(make_incident())
        assert calls == ["PutItem"]
        store.record(INCIDENT, make_occurrence())
        assert calls == ["PutItem", "PutItem"]


def test_a_missing_table_is_not_a_missing_incident(aws: None) -> None:
    with pytest.raises(NotFound, match="no-table"):
        DynamoDbIncidents("no-table").load(INCIDENT)


def test_a_correction_is_kept_by_service_and_fault_and_the_newest_counts(store: IncidentStore) -> None:
    first = Correction(service=SERVICE, fault=FAULT, functions=["a.py::f"], incident_id=INCIDENT, by="dana", at=NOW)
    assert store.correction(SERVICE, FAULT) is None
    store.save_correction(first)
    store.save_correction(first.model_copy(update={"functions": ["b.py::g", "c.py::h"]}))
    found = store.correction(SERVICE, FAULT)
    assert found is not None and found.functions == ["b.py::g", "c.py::h"]
    assert store.correction("billing", FAULT) is None and store.correction(SERVICE, "0" * 16) is None
    assert store.claim_fault(SERVICE, FAULT, INCIDENT).mine, "beside the fault's owner"


def test_what_a_services_incidents_taught_is_replaced_as_a_whole(store: IncidentStore) -> None:
    first = SourceRoots(service=SERVICE, roots=[SourceRoot(at_run_time="var/task", in_repository="src")])
    assert store.roots(SERVICE) is None
    store.save_roots(first)
    store.save_roots(first.model_copy(update={"roots": []}))
    found = store.roots(SERVICE)
    assert found is not None and found.roots == []
    assert store.roots("billing") is None


def test_rejected_drafts_are_remembered_by_their_fault(store: IncidentStore) -> None:
    def rejection(draft: str, minutes: int, fault: str = FAULT) -> Rejection:
        return Rejection(
            service=SERVICE,
            fault=fault,
            incident_id=INCIDENT,
            draft=make_ref(content=draft),
            by="dana",
            at=NOW + timedelta(minutes=minutes),
            comment="It hides the failure.",
        )

    late, early, other = rejection("a", 9), rejection("b", 1), rejection("c", 1, "0" * 16)
    for each in (late, early, other, early.model_copy(update={"comment": "changed"})):
        store.save_rejection(each)
    assert store.rejections(SERVICE, FAULT) == [early, late]
    assert store.rejections("billing", FAULT) == []


def test_a_change_is_followed_once(store: IncidentStore) -> None:
    first = make_follow_up()
    assert store.follow(first)
    assert not store.follow(make_follow_up(drafter="other"))
    assert store.follow_up(INCIDENT) == first
    assert store.follow_up(OTHER) is None


def test_of_two_writers_of_one_version_one_wins(store: IncidentStore) -> None:
    store.follow(make_follow_up())
    store.save_follow_up(make_follow_up(trouble="archived"))
    with pytest.raises(Conflict):
        store.save_follow_up(make_follow_up(trouble="not_found"))
    found = store.follow_up(INCIDENT)
    assert found and (found.trouble, found.version) == ("archived", 2)
    with pytest.raises(Conflict):
        store.save_follow_up(make_follow_up(OTHER))


def test_what_is_due_comes_the_longest_waiting_first_and_bounded(store: IncidentStore) -> None:
    for number, incident in enumerate((INCIDENT, OTHER, THIRD)):
        store.follow(make_follow_up(incident, next_at=NOW - timedelta(minutes=number)))
    assert [each.incident_id for each in store.due_follow_ups(NOW, 10)] == [THIRD, OTHER, INCIDENT]
    assert [each.incident_id for each in store.due_follow_ups(NOW, 1)] == [THIRD]
    assert [each.incident_id for each in store.due_follow_ups(NOW - timedelta(seconds=1), 10)] == [THIRD, OTHER]
    ended = store.follow_up(THIRD)
    assert ended
    store.save_follow_up(ended.model_copy(update={"next_at": None, "state": FollowUpState.FIXED}))
    assert [each.incident_id for each in store.due_follow_ups(NOW, 10)] == [OTHER, INCIDENT]


def test_of_a_service_what_ended_last_comes_first_then_what_is_looked_at(store: IncidentStore) -> None:
    store.follow(make_follow_up(INCIDENT, next_at=None, since=NOW))
    store.follow(make_follow_up(OTHER, next_at=None, since=NOW + timedelta(hours=1)))
    store.follow(make_follow_up(THIRD))
    store.follow(make_follow_up("inc-dddddddddddddddd", service="billing"))
    store.follow(make_follow_up("inc-cccccccccccccccc", service="billing", next_at=None))
    assert [each.incident_id for each in store.follow_ups(SERVICE)] == [OTHER, INCIDENT, THIRD]
    assert [each.incident_id for each in store.follow_ups(SERVICE, limit=1)] == [OTHER]
    assert store.incidents() == [], "follow-ups are no incidents"


def test_sightings_are_kept_once_in_the_order_of_time(store: IncidentStore) -> None:
    later, first = make_sighting(OTHER, at=NOW + timedelta(minutes=1)), make_sighting()
    for seen in (later, first, later):
        store.sight(seen)
    store.sight(make_sighting(service="billing"))
    store.sight(make_sighting(fault="e" * 16))
    assert store.sightings(SERVICE, FAULT) == [first, later]
    assert store.claim_fault(SERVICE, FAULT, INCIDENT).mine, "a sighting owns nothing"


def take(store: IncidentStore, who: str, places: int = 2, minutes: int = 0, standing: tuple[str, ...] = ()) -> bool:
    at = NOW + timedelta(minutes=minutes)
    return store.take_place("q", places, who, at=at, since=at - timedelta(minutes=15), standing=standing)


def test_places_are_taken_once_each_and_kept_by_who_has_one(store: IncidentStore) -> None:
    assert [take(store, who) for who in ("a", "b", "c", "a", "b")] == [True, True, False, True, True]


def test_a_place_is_free_again_when_its_holder_neither_stands_nor_is_on_the_way(store: IncidentStore) -> None:
    assert take(store, "a", 1) and not take(store, "b", 1, minutes=14)
    assert not take(store, "b", 1, minutes=60, standing=("a",))
    assert take(store, "b", 1, minutes=60) and not take(store, "a", 1, minutes=61)


def test_a_place_of_ones_own_bears_the_time_of_its_last_taking(store: IncidentStore) -> None:
    assert take(store, "a", 1) and take(store, "a", 1, minutes=240)
    assert not take(store, "b", 1, minutes=241), "an approval that came late holds its place anew"


def test_what_stands_without_a_place_takes_one_first(store: IncidentStore) -> None:
    assert not take(store, "b", 2, standing=("x", "y"))
    assert take(store, "b", 3, standing=("x", "y"))


def test_fifty_at_once_share_three_places(store: IncidentStore) -> None:
    with ThreadPoolExecutor(10) as pool:
        won = list(pool.map(lambda number: take(store, f"inc-{number}", 3), range(50)))
    assert sum(won) == 3

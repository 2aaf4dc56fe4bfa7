"""One ticket per fault, kept true from generation to generation, and telling no more than may be told there."""

from datetime import timedelta
from typing import Any

import pytest

from mendloop.contracts.incident import Incident
from mendloop.contracts.publication import Ticket
from mendloop.domain.errors import SecretFound, Unavailable
from mendloop.domain.outgoing import Facts
from mendloop.ticketing import Desk, Why
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.house import FAULT, INCIDENT, SERVICE, make_incident, make_publication, make_service
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.tracker import InMemoryTracker

WHY = Why("no_safe_change")


class House:
    """One service, its tracker and store, and a clock that is wound by hand."""

    def __init__(self, *, public: bool = False, repository: dict[str, Any] | None = None, **tickets: Any) -> None:
        sample = make_service()
        fields = {"tickets": {**sample.tickets.model_dump(), **tickets}}
        if repository:
            fields["repository"] = {**sample.repository.model_dump(), **repository}
        self.service = type(sample).model_validate({**sample.model_dump(), **fields})
        self.tracker, self.incidents, self.clock = InMemoryTracker(public=public), InMemoryIncidents(), FixedClock()

    def file(self, generation: int = 1, *, hours: float = 0, why: Why = WHY, **facts: Any) -> Ticket:
        self.clock.at = NOW + timedelta(hours=hours)
        incident = self.incident(generation)
        told = Facts(
            **{
                **{
                    "incident_id": incident.id,
                    "service": SERVICE,
                    "address": f"https://site.example.com/{incident.id}",
                },
                **{"signal": "alarm", "resource": "shop-errors", "at": self.clock.at, "exception": "TypeError"},
                **{"count": 3, "target": "shop/cart.py::total", "suspect": "3" * 40, **facts},
            }
        )
        return Desk(self.tracker, self.service, self.incidents, self.clock).file(incident, told, why)

    def incident(self, generation: int) -> Incident:
        return make_incident(f"inc-{generation:016x}", fault=FAULT, generation=generation)

    @property
    def said(self) -> list[str]:
        return [line for said in self.tracker.comments.values() for line in said]


def test_a_recurrence_updates_the_ticket_and_comments_once_the_last_word_is_old_enough() -> None:
    house = House(comment_hours=6)
    first = house.file()
    assert house.file(2, hours=1).number == first.number
    assert not house.said and "Seen in 2 incidents, last at" in house.tracker.tickets[first.key].body
    house.file(3, hours=7)
    house.file(4, hours=8)
    assert [line.splitlines()[0] for line in house.said] == ["Seen again (inc-0000000000000003)."]
    assert "Seen in 4 incidents" in house.tracker.tickets[first.key].body
    assert len(house.tracker.tickets) == 1


def test_without_a_pause_every_recurrence_is_commented_once() -> None:
    house = House(comment_hours=0)
    for generation in (1, 2, 2, 3, 3):
        house.file(generation)
    assert len(house.said) == 2


def test_a_closed_ticket_is_opened_again_and_told_at_once() -> None:
    house = House()
    first = house.file()
    house.tracker.closed.add(first.key)
    assert house.file(2, hours=1).number == first.number
    assert not house.tracker.closed and len(house.said) == 1


def test_a_closed_ticket_is_followed_by_a_new_one_that_names_it() -> None:
    house = House(after_closing="link")
    first = house.file()
    house.tracker.closed.add(first.key)
    assert house.file(1).number == first.number, "the same incident asks for nothing new"
    second = house.file(2)
    assert second.number != first.number and f"An earlier ticket of the same fault: {first.url}" in second.body
    assert house.file(2).number == second.number and not house.said
    assert house.tracker.closed == {first.key}


def test_a_ticket_that_somebody_deleted_is_filed_anew() -> None:
    house = House()
    first = house.file()
    del house.tracker.tickets[first.key]
    again = house.file(2)
    assert again.key == f"{FAULT}.2" and "Seen in 1 incident," in again.body


@pytest.mark.parametrize("dies_at", ["comment", "update", "file"])
def test_a_run_that_dies_is_repeated_whole_and_does_nothing_twice(
    dies_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(comment_hours=0)
    if dies_at != "file":
        house.file()
    done = getattr(house.tracker, dies_at)

    def dying(*what: Any) -> Any:
        done(*what)
        raise Unavailable("the answer is lost")

    monkeypatch.setattr(house.tracker, dies_at, dying)
    with pytest.raises(Unavailable):
        house.file(1 if dies_at == "file" else 2)
    monkeypatch.undo()
    for generation in (1, 1, 2, 2) if dies_at == "file" else (2, 2):
        house.file(generation)
    assert len(house.tracker.tickets) == 1 and len(house.said) == 1
    assert "Seen in 2 incidents" in house.tracker.tickets[f"{FAULT}.1"].body


def test_a_run_that_dies_once_the_ticket_is_open_again_still_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(comment_hours=6)
    first = house.file()
    house.tracker.closed.add(first.key)

    def opened_only(ticket: Ticket, body: str) -> None:
        house.tracker.closed.discard(ticket.key)
        raise Unavailable("the comment did not arrive")

    monkeypatch.setattr(house.tracker, "comment", opened_only)
    with pytest.raises(Unavailable):
        house.file(2, hours=1)
    monkeypatch.undo()
    house.file(2, hours=1)
    assert len(house.said) == 1 and not house.tracker.closed


def test_an_earlier_change_that_is_still_watched_does_not_take_the_ticket_back() -> None:
    house = House()
    first = house.file()
    desk = Desk(house.tracker, house.service, house.incidents, house.clock)
    for generation in (2, 3):
        url = f"https://github.com/acme/shop/pull/{generation}"
        house.incidents.save_publication(make_publication(generation=generation, number=f"{generation}", url=url))
        desk.tie(house.incident(generation))
    desk.tie(house.incident(2))
    assert "pull/3" in house.tracker.tickets[first.key].body
    record = house.incidents.ticket(FAULT)
    assert record is not None and record.pull_request.endswith("/3")


def test_an_older_incident_that_runs_again_changes_nothing() -> None:
    house = House(comment_hours=0)
    for generation in (1, 2, 1):
        house.file(generation)
    assert len(house.said) == 1
    record = house.incidents.ticket(FAULT)
    assert record and record.generation == 2


def test_another_tracker_or_project_in_the_catalog_gets_a_ticket_of_its_own() -> None:
    house = House()
    house.file()
    house.service = house.service.model_copy(
        update={"tickets": house.service.tickets.model_copy(update={"project": "elsewhere"})}
    )
    assert house.file(2).key == f"{FAULT}.2"


def test_a_stand_in_hides_nothing() -> None:
    house = House()
    house.file()
    stand_in = InMemoryTracker("local")
    facts = Facts(incident_id=INCIDENT, service=SERVICE)
    Desk(stand_in, house.service, house.incidents, house.clock, remembers=False).file(house.incident(2), facts, WHY)
    assert len(stand_in.tickets) == 1
    assert house.file(3).key == f"{FAULT}.1"


def test_the_pull_request_is_named() -> None:
    house = House()
    house.incidents.save_publication(make_publication(generation=2, url="https://github.com/acme/shop/pull/7"))
    house.file()
    house.file(2)
    assert "- Pull request: https://github.com/acme/shop/pull/7" in house.tracker.tickets[f"{FAULT}.1"].body


def test_a_pull_request_that_came_later_is_tied_once_and_calls_nobody() -> None:
    house = House()
    first = house.file()
    desk = Desk(house.tracker, house.service, house.incidents, house.clock)
    desk.tie(house.incident(2))
    assert not house.tracker.links, "there is none yet"
    url = "https://github.com/acme/shop/pull/7"
    house.incidents.save_publication(make_publication(generation=2, number="7", url=url))
    for _ in range(2):
        desk.tie(house.incident(2))
    assert house.tracker.links == {first.key: {url: "Pull request 7"}} and not house.said
    body = house.tracker.tickets[first.key].body
    assert f"- Pull request: {url}" in body and "Seen in 2 incidents" in body


def test_where_anybody_reads_a_private_pull_request_is_not_tied() -> None:
    house = House(public=True)
    first = house.file()
    house.incidents.save_publication(make_publication(number="7", url="https://github.com/acme/shop/pull/7"))
    Desk(house.tracker, house.service, house.incidents, house.clock).tie(house.incident(1))
    assert not house.tracker.links and "pull/7" not in house.tracker.tickets[first.key].body


def test_who_asked_for_it_is_named() -> None:
    assert "Decided by dana." in House().file(why=Why("asked_by_approver", by="dana")).body


# --- what may be told where ---

PRIVATE = ("shop-errors", "site.example.com", "dana", "UTC")
FRAMES = ("shop/cart.py", "total", "333333333333")
GITHUB = {"host": "github", "location": "acme/shop"}


@pytest.mark.parametrize(
    ("house", "private", "frames"),
    [
        (House(), True, True),
        (House(tracker="github", project="acme/ops", repository=GITHUB), True, True),
        (House(tracker="github", repository={**GITHUB, "public": True}), False, True),
        (House(tracker="github", project="acme/ops", repository={**GITHUB, "public": True}), True, True),
        (House(public=True, repository={**GITHUB, "public": True}), False, True),
        (House(public=True), False, False),
    ],
    ids=["private", "private github", "its own public repository", "private tracker of public code", "public tracker",
         "public tracker of private code"],
)  # fmt: skip
def test_a_place_that_anybody_reads_gets_only_what_is_public(house: House, private: bool, frames: bool) -> None:
    house.incidents.save_publication(make_publication(url="https://github.com/acme/shop/pull/7"))
    ticket = house.file(why=Why("asked_by_approver", by="dana"))
    text = ticket.title + ticket.body
    assert "TypeError" in text and "logged 3 times" in text
    for each in PRIVATE:
        assert (each in text) == private, each
    for each in FRAMES:
        assert (each in text) == frames, each
    assert ("pull/7" in text) == frames


def test_what_the_catalog_calls_public_is_treated_so() -> None:
    house = House()
    tickets = house.service.tickets.model_copy(update={"public": True})
    house.service = house.service.model_copy(update={"tickets": tickets})
    assert "shop-errors" not in house.file().body


def test_a_planted_secret_is_never_sent() -> None:
    house = House()
    with pytest.raises(SecretFound):
        house.file(resource="AKIAIOSFODNN7EXAMPLE")
    house.file()
    with pytest.raises(SecretFound):
        house.file(2, hours=9, resource="ghp_" + "a1B2" * 9)
    assert not house.said

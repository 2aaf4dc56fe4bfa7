"""The mapping finds the fault's own pull request of an earlier generation, as long as it is open."""

from typing import Any

import pytest

from mendloop.contracts.evidence import EvidenceStatus
from mendloop.contracts.mapping import MappingSlot
from mendloop.domain.errors import Unavailable
from mendloop.ports import PullRequest
from tests.fakes.house import FAULT, make_publication, make_repository
from tests.unit.map_code.shop import Shop

BRANCH = "mendloop/inc-00000000000000aa"
OPENED = {"number": "1", "branch": BRANCH, "incident_id": "inc-00000000000000aa"}


class Reopened:
    """The fault in its third generation, with a pull request on the branch."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.revision = self.shop.break_it()
        self.shop.host.branches[BRANCH] = self.revision
        self.opened = self.shop.host.open_pull_request(make_repository(), BRANCH, "Fix", "body")
        self.generation, self.status = 3, EvidenceStatus.FAULT

    def published(self, generation: int, **fields: Any) -> None:
        publication = make_publication(fault=FAULT, generation=generation, **{**OPENED, **fields})
        self.shop.incidents.save_publication(publication)

    def map(self) -> MappingSlot:
        execution = self.shop.execution(self.revision)
        assert execution.evidence is not None
        fields = {"generation": self.generation, "status": self.status}
        slot = execution.evidence.model_copy(update=fields)
        return self.shop.map(execution.model_copy(update={"evidence": slot}))[0]


def state(opened: PullRequest, word: str) -> PullRequest:
    return opened.model_copy(update={"state": word})


@pytest.mark.parametrize("generation", [1, 2])
def test_an_open_one_is_found_some_generations_later(generation: int) -> None:
    room = Reopened()
    room.published(generation)
    found = room.map().open_request
    assert found is not None
    assert (found.number, found.incident_id, found.generation) == ("1", OPENED["incident_id"], generation)


@pytest.mark.parametrize("word", ["closed", "merged"])
def test_one_that_people_have_closed_or_merged_does_not_count(word: str) -> None:
    room = Reopened()
    room.published(2)
    room.shop.host.requests[:] = [state(room.opened, word)]
    assert room.map().open_request is None


def test_the_first_generation_and_a_merged_incident_have_none() -> None:
    room = Reopened()
    room.published(1)
    room.generation = 1
    assert room.map().open_request is None
    room.generation, room.status = 2, EvidenceStatus.MERGED
    assert room.map().open_request is None


def test_one_that_was_never_opened_does_not_count() -> None:
    room = Reopened()
    room.published(2, number="")
    assert room.map().open_request is None


def test_an_outage_is_not_read_as_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Reopened()
    room.published(2)

    def down(*_: object) -> None:
        raise Unavailable("502")

    monkeypatch.setattr(room.shop.host, "pull_request", down)
    with pytest.raises(Unavailable):
        room.map()

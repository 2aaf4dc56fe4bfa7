"""10,000 signals of 20 faults at once are 20 incidents; a duplicate costs one conditional write and nothing else."""

import pytest

from tests.contract.storm import assert_each_is_one, signals, take_in
from tests.fakes.incidents import InMemoryIncidents

COUNT = 10_000


@pytest.mark.timeout(300)
def test_ten_thousand_signals_are_twenty_incidents() -> None:
    store = InMemoryIncidents()

    writes, outcomes, workflow = take_in(store, signals(COUNT, seed=7))

    assert_each_is_one(store, COUNT, writes, workflow)
    assert set(outcomes) == {"started", "repeated"} and outcomes["started"] >= 20

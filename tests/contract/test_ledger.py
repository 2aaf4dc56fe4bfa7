"""Every ledger: never more than the caps, however many ask at once."""

from datetime import timedelta

import pytest

from mendloop.adapters.dynamodb_ledger import DynamoDbLedger
from mendloop.domain.catalog import Limits
from mendloop.domain.errors import Conflict, Misconfigured, MoneyExhausted, NotFound
from mendloop.ports import Ledger
from tests.contract.races import race
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW
from tests.fakes.house import INCIDENT, SERVICE, make_catalog, make_service
from tests.fakes.ledger import InMemoryLedger

OTHER, THIRD = "inc-ffffffffffffffff", "inc-eeeeeeeeeeeeeeee"
CAPS = Limits(incident_micro_dollars=100, day_micro_dollars=150, month_micro_dollars=200)


@pytest.fixture(params=["memory", "dynamodb"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    services = {name: make_service(name, limits=CAPS) for name in (SERVICE, "mail")}
    catalogs = FixedCatalog(make_catalog(services=services))
    if request.param == "memory":
        return InMemoryLedger(catalogs)
    return DynamoDbLedger(request.getfixturevalue("table"), catalogs)


def test_a_reservation_counts_in_full_until_it_is_settled(ledger: Ledger) -> None:
    assert ledger.spent(INCIDENT) == 0
    reservation = ledger.reserve(INCIDENT, SERVICE, 60, NOW)
    assert ledger.spent(INCIDENT) == 60
    ledger.settle(reservation, 25)
    assert ledger.spent(INCIDENT) == 25
    assert ledger.spent(OTHER) == 0


def test_settling_twice_is_once(ledger: Ledger) -> None:
    reservation = ledger.reserve(INCIDENT, SERVICE, 60, NOW)
    ledger.settle(reservation, 25)
    ledger.settle(reservation, 10)
    assert ledger.spent(INCIDENT) == 25


def test_twenty_settlements_are_one(ledger: Ledger) -> None:
    reservation = ledger.reserve(INCIDENT, SERVICE, 60, NOW)
    race(lambda _: ledger.settle(reservation, 25))
    assert ledger.spent(INCIDENT) == 25


def test_no_more_than_the_reservation_is_released(ledger: Ledger) -> None:
    reservation = ledger.reserve(INCIDENT, SERVICE, 60, NOW)
    ledger.settle(reservation, -1_000)
    assert ledger.spent(INCIDENT) == 0


def test_a_cost_beyond_the_reservation_is_not_hidden(ledger: Ledger) -> None:
    reservation = ledger.reserve(INCIDENT, SERVICE, 60, NOW)
    ledger.settle(reservation, 95)
    assert ledger.spent(INCIDENT) == 95
    with pytest.raises(MoneyExhausted):
        ledger.reserve(INCIDENT, SERVICE, 6, NOW)


def test_an_incident_has_a_cap(ledger: Ledger) -> None:
    ledger.reserve(INCIDENT, SERVICE, 60, NOW)
    with pytest.raises(MoneyExhausted, match="incident.*100"):
        ledger.reserve(INCIDENT, SERVICE, 41, NOW)
    assert ledger.spent(INCIDENT) == 60
    ledger.reserve(INCIDENT, SERVICE, 40, NOW)


def test_a_refused_reservation_holds_nothing_of_any_cap(ledger: Ledger) -> None:
    ledger.reserve(INCIDENT, SERVICE, 100, NOW)
    ledger.reserve(OTHER, SERVICE, 40, NOW)
    with pytest.raises(MoneyExhausted, match="day"):
        ledger.reserve(OTHER, SERVICE, 20, NOW)
    assert ledger.spent(OTHER) == 40
    ledger.reserve(THIRD, SERVICE, 10, NOW)


def test_a_day_has_a_cap_that_ends_with_the_day(ledger: Ledger) -> None:
    ledger.reserve(INCIDENT, SERVICE, 100, NOW)
    with pytest.raises(MoneyExhausted, match="day.*150"):
        ledger.reserve(OTHER, SERVICE, 51, NOW)
    ledger.reserve(OTHER, SERVICE, 51, NOW + timedelta(days=1))


def test_a_month_has_a_cap(ledger: Ledger) -> None:
    ledger.reserve(INCIDENT, SERVICE, 100, NOW)
    ledger.reserve(OTHER, SERVICE, 90, NOW + timedelta(days=1))
    with pytest.raises(MoneyExhausted, match="month.*200"):
        ledger.reserve(THIRD, SERVICE, 11, NOW + timedelta(days=2))
    ledger.reserve(THIRD, SERVICE, 11, NOW + timedelta(days=20))


def test_what_is_settled_makes_room_in_every_cap(ledger: Ledger) -> None:
    for incident in (INCIDENT, OTHER, THIRD):
        ledger.settle(ledger.reserve(incident, SERVICE, 100, NOW), 10)
    ledger.reserve(INCIDENT, SERVICE, 90, NOW)


def test_services_have_caps_of_their_own(ledger: Ledger) -> None:
    ledger.reserve(INCIDENT, SERVICE, 100, NOW)
    ledger.reserve(OTHER, "mail", 100, NOW)


def test_more_than_a_cap_at_once_is_refused(ledger: Ledger) -> None:
    with pytest.raises(MoneyExhausted):
        ledger.reserve(INCIDENT, SERVICE, 101, NOW)


def test_twenty_at_once_stay_below_the_cap(ledger: Ledger) -> None:
    def reserve(_: int) -> int:
        try:
            ledger.reserve(INCIDENT, SERVICE, 30, NOW)
        except (MoneyExhausted, Conflict):
            return 0
        return 30

    assert 30 <= sum(race(reserve)) <= 90
    assert ledger.spent(INCIDENT) <= 100


def test_an_unknown_reservation_or_service_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        ledger.settle("nothing", 1)
    with pytest.raises(Misconfigured, match="nobody"):
        ledger.reserve(INCIDENT, "nobody", 1, NOW)

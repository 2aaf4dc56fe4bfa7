from mendloop.contracts.evidence import Deployment
from mendloop.contracts.mapping import Outcome
from tests.fakes.clock import NOW
from tests.unit.map_code.shop import ENTRY, GOOD, PATH, Shop


def test_a_failed_deployment_leads_to_what_it_changed() -> None:
    shop = Shop()
    broken = shop.break_it()
    _, mapping = shop.map(shop.execution(broken, faults=[], failing_revision=broken))
    assert [target.function for target in mapping.targets] == ["order_total"]
    assert "new with the failing deployment" in mapping.targets[0].reasons[0]
    assert mapping.suspects[0].commit.sha == broken
    assert mapping.owner and mapping.owner.name == "Dana Example"


def test_every_commit_of_the_range_that_touched_a_target_is_a_suspect() -> None:
    shop = Shop()
    broken = shop.break_it()
    later = shop.commit(
        {"shop/entry.py": ENTRY.replace('return {"total"', 'event = dict(event)\n    return {"total"')},
        "Copy",
        days=0.1,
    )
    _, mapping = shop.map(shop.execution(later, faults=[], failing_revision=later))
    assert {target.function for target in mapping.targets} == {"order_total", "handler"}
    assert {suspect.commit.sha for suspect in mapping.suspects} == {broken, later}


def test_a_metric_alone_is_led_to_the_deployment_in_the_window() -> None:
    shop = Shop()
    broken = shop.break_it()
    deployments = [
        Deployment(at=NOW, what="version 6", revision=shop.good),
        Deployment(at=NOW, what="7", revision=broken),
    ]
    _, mapping = shop.map(shop.execution(broken, faults=[], deployments=deployments, last_good_revision=""))
    assert mapping.targets[0].function == "order_total"


def test_a_metric_without_a_deployment_points_to_no_code() -> None:
    shop = Shop()
    slot, mapping = shop.map(shop.execution(shop.break_it(), faults=[], deployments=[], last_good_revision=""))
    assert slot.target == "" and mapping.suspects == []
    assert "no deployment in the window" in mapping.unmapped[0] and mapping.outcomes == [Outcome.NO_DEPLOYMENT]


def test_a_deployment_of_tests_and_of_other_services_names_nothing() -> None:
    shop = Shop(root="shop")
    files = {"tests/test_other.py": "def test_x():\n    assert 1\n", "elsewhere/code.py": GOOD, "README.md": ENTRY}
    broken = shop.commit({**files}, days=0.1)
    _, mapping = shop.map(shop.execution(broken, faults=[], failing_revision=broken))
    assert mapping.targets == [] and PATH not in str(mapping.suspects)

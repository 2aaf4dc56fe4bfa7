"""Source roots: learnt from a trace that leaves no doubt, remembered for the service, corrected by an operator."""

from functions.map_code.roots import MOST, with_learnt
from mendloop.contracts.evidence import Frame, StackTrace
from mendloop.contracts.mapping import Correction, SourceRoot, SourceRoots
from tests.fakes.clock import NOW
from tests.fakes.house import FAULT, INCIDENT, SERVICE
from tests.unit.map_code.shop import Shop

SOURCE = "def total(items):\n    return items.price\n"
TWO = {"backend/shop/cart.py": SOURCE, "worker/shop/cart.py": SOURCE, "backend/shop/only.py": SOURCE}


def trace(*names: str) -> StackTrace:
    frames = [Frame(path=f"/srv/app/shop/{name}.py", function="total", line=2) for name in names]
    return StackTrace(language="python", type="AttributeError", message="no price", frames=frames)


def shop_of_two() -> tuple[Shop, str]:
    """One path that fits two files, and one that fits one."""
    shop = Shop()
    return shop, shop.commit({**TWO}, days=100)


def test_what_one_incident_taught_decides_for_the_next_and_says_so() -> None:
    shop, running = shop_of_two()
    before, _ = shop.map(shop.execution(running, trace=trace("cart")))
    assert before.targets > 1 and shop.incidents.roots(SERVICE) is None
    _, taught = shop.map(shop.execution(running, trace=trace("only")))
    assert taught.roots == [SourceRoot(at_run_time="srv/app", in_repository="backend")]
    _, mapping = shop.map(shop.execution(running, trace=trace("cart")))
    assert {target.path for target in mapping.targets if target.frame_line} == {"backend/shop/cart.py"}
    assert "as earlier incidents of the service showed" in mapping.targets[0].reasons
    kept = shop.incidents.roots(SERVICE)
    assert kept and kept.roots == taught.roots


def test_an_operators_word_corrects_what_was_remembered() -> None:
    shop, running = shop_of_two()
    shop.map(shop.execution(running, trace=trace("only")))
    correction = Correction(
        service=SERVICE, fault=FAULT, functions=["worker/shop/cart.py::total"], incident_id=INCIDENT, by="dana", at=NOW
    )
    shop.incidents.save_correction(correction)
    _, mapping = shop.map(shop.execution(running, trace=trace("cart")))
    assert mapping.targets[0].path == "worker/shop/cart.py"
    assert "as an operator named it" in mapping.targets[0].reasons
    kept = shop.incidents.roots(SERVICE)
    assert kept and kept.roots == [SourceRoot(at_run_time="srv/app", in_repository="worker")]


def test_what_is_remembered_is_bounded_and_nothing_is_written_for_nothing_new() -> None:
    many = [SourceRoot(at_run_time=f"r{number}", in_repository="src") for number in range(MOST)]
    known = SourceRoots(service=SERVICE, roots=many)
    assert with_learnt(known, SERVICE, many[3:5], None) is known
    assert with_learnt(None, SERVICE, [], None) is None
    fresh = SourceRoot(at_run_time="new", in_repository="lib")
    found = with_learnt(known, SERVICE, [fresh], None)
    assert found and found.roots == [fresh, *many[:-1]]

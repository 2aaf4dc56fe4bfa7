"""Tests that name what was changed come first; the rest keep their order, and none is left out."""

from functions.prepare_verification.reaching import reaching
from tests.fakes.house import make_code_fix

FILES = {
    "svc/tests/test_a.py": "from shop.other import thing",
    "svc/tests/test_b.py": "from shop.prices import total",
    "svc/tests/test_c.py": "from shop import prices",
    "svc/shop/prices.py": "total prices",
    "elsewhere/test_d.py": "from shop.prices import total",
}


def test_those_that_name_most_of_it_come_first() -> None:
    fix = make_code_fix(files=["svc/shop/prices.py"], functions=["svc/shop/prices.py::Cart.total"])
    tree = {path: (text.encode(), False) for path, text in FILES.items()}
    assert reaching(tree, fix, "svc") == ["tests/test_b.py", "tests/test_c.py"]

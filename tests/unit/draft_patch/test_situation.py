"""A failure made again from what its message and its line tell: each small function really fails with those words."""

import ast
import textwrap
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from functions.draft_patch.regression.signature import statement_at
from functions.draft_patch.regression.situation import Situation, situation_of
from functions.draft_patch.site import Site
from mendloop.contracts.draft import RegressionSource
from tests.unit.draft_patch.drafting import Drafting
from tests.unit.map_code.shop import GOOD, Shop

CASES = {
    "length of an attribute": ("""
        class Copy:
            def run(self, cursor):
                if len(self.columns) > 0:  # here
                    cursor.run()
        """, "Copy.run", TypeError("object of type 'NoneType' has no len()")),
    "both sides of an operator": ("""
        def total(n, part=None, scale=1):
            part *= scale  # here
            return n * part
        """, "total", TypeError("unsupported operand type(s) for *=: 'NoneType' and 'int'")),
    "order of two": ("""
        def older(self_made, limit):
            return self_made.age() < limit  # here
        """, "older", TypeError("'<' not supported between instances of 'NoneType' and 'int'")),
    "a value that is called": ("""
        class Copy:
            def run(self):
                return self.path()  # here
        """, "Copy.run", TypeError("'str' object is not callable")),
    "an item of nothing": ("""
        def first(client):
            answer = client.ask("x")
            return answer["a"]  # here
        """, "first", TypeError("'NoneType' object is not subscriptable")),
    "a loop over nothing": ("""
        def names(rows):
            return [row for row in rows]  # here
        """, "names", TypeError("'NoneType' object is not iterable")),
    "a search in a number": ("""
        def has(box):
            return "a" in box  # here
        """, "has", TypeError("argument of type 'int' is not iterable")),
    "an attribute of nothing, below a condition": ("""
        def close(connection=None, force=False):
            if force:
                connection.close()  # here
        """, "close", AttributeError("'NoneType' object has no attribute 'close'")),
    "an attribute of what a loop hands out": ("""
        class Cart:
            @property
            def total(self):
                found = 0
                for item in self.__items:
                    found += item.price  # here
                return found
        """, "Cart.total", AttributeError("'NoneType' object has no attribute 'price'")),
    "an attribute that an early return leaves out": ("""
        class Bar:
            def __init__(self, name, off=False):
                if off:
                    return
                self.total = 1

            def __len__(self):
                return self.total  # here
        """, "Bar.__len__", AttributeError("'Bar' object has no attribute 'total'")),
    "an attribute that no object has, and paths": ("""
        class Disk:
            def move(self, old_path, new_path):
                with open(old_path) as file:
                    self.fs.write(new_path, file.read())  # here
        """, "Disk.move", AttributeError("'Disk' object has no attribute 'fs'")),
    "a missing key": ("""
        def price(row):
            return row["price"]  # here
        """, "price", KeyError("price")),
    "a missing key from outside": ("""
        class Shop:
            @staticmethod
            def price(prices, name):
                return prices[name]  # here
        """, "Shop.price", KeyError("tea")),
    "an empty list": ("""
        def last(rows):
            yield rows[-1]  # here
        """, "last", IndexError("list index out of range")),
    "nothing to divide by": ("""
        def mean(total, count):
            return total / count  # here
        """, "mean", ZeroDivisionError("division by zero")),
    "a text that is no number": ("""
        class Order:
            @classmethod
            def parse(cls, *, text):
                return int(text)  # here
        """, "Order.parse", ValueError("invalid literal for int() with base 10: '1,5'")),
}  # fmt: skip


def site_of(source: str, function: str, error: Exception) -> Site:
    text = textwrap.dedent(source).lstrip("\n")
    line = next(number for number, line in enumerate(text.split("\n"), 1) if "# here" in line)
    return Site("shop.py", function, line, text, type(error).__name__, str(error))


def run(found: Situation, site: Site, folder: Path) -> None:
    space: dict[str, Any] = {"MagicMock": MagicMock, "tmp_path": folder}
    exec(compile(site.text, "shop.py", "exec"), space)
    exec("\n".join(found.lines()), space)


@pytest.mark.parametrize("name", CASES)
def test_the_failure_is_made_again_with_its_own_words_at_its_own_line(name: str, tmp_path: Path) -> None:
    source, function, error = CASES[name]
    site = site_of(source, function, error)
    found = situation_of(site)
    assert found and found.said
    with pytest.raises(type(error)) as raised:
        run(found, site, tmp_path)
    assert str(raised.value) == str(error)
    assert raised.traceback[-1].lineno + 1 == site.line


def test_it_reads_like_a_test_that_somebody_wrote() -> None:
    found = situation_of(site_of(*CASES["length of an attribute"]))
    assert found
    assert found.lines() == ["self = MagicMock()", "self.columns = None", "Copy.run(self, MagicMock())"]
    assert found.said == ["self.columns = None"] and not found.quotes
    quoting = situation_of(site_of(*CASES["a text that is no number"]))
    assert quoting and quoting.lines() == ["Order.parse(text='1,5')"] and quoting.quotes


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("def f(a, b):\n    return len(a) + len(b)  # here\n", TypeError("object of type 'NoneType' has no len()")),
        ("def f(a):\n    return len(STATE)  # here\n", TypeError("object of type 'NoneType' has no len()")),
        ("def f(a):\n    return len(a)  # here\n", TypeError("something else")),
        ("def f(a):\n    return len(a)  # here\n", TypeError("object of type 'Order' has no len()")),
        ("async def f(a):\n    return len(a)  # here\n", TypeError("object of type 'NoneType' has no len()")),
        ("def f(row):\n    return row['b']  # here\n", KeyError("a")),
        ("def f(a:\n    # here\n", TypeError("object of type 'NoneType' has no len()")),
    ],
    ids=["two places", "no parameter", "unknown words", "unknown type", "async", "another key", "no Python"],
)
def test_what_is_not_told_is_not_made_up(source: str, error: Exception) -> None:
    assert situation_of(site_of(source, "f", error)) is None


def test_what_a_message_quotes_stays_one_text_however_it_is_written() -> None:
    """A key is production's text: whoever chooses it writes into the test, and must not write code."""
    evil = 'a""" + __import__("os").getcwd() + """b\\'
    shop = Shop(entry_point="")
    source = GOOD.replace("(items):", "(items, key='price'):", 1).replace('item["price"]', "item[key]", 1)
    broken = shop.break_it(source)
    trace = shop.usual_trace(broken, "total += item[key]").model_copy(
        update={"type": "KeyError", "message": repr(evil)}
    )
    test = Drafting(shop, broken, trace=trace, requests=[]).fix().regression
    assert test.source is RegressionSource.GENERATED and test.expected_message == repr(evil)
    docstring, function = ast.parse(test.content).body
    assert isinstance(docstring, ast.Expr) and isinstance(function, ast.FunctionDef)
    texts = [node.value for node in ast.walk(function) if isinstance(node, ast.Constant)]
    assert texts == [evil] and not any(isinstance(node, ast.BinOp) for node in ast.walk(function))


def test_a_statement_over_several_lines_is_one_place() -> None:
    source = b"if a:\n    x = (1 if b\n         else c)\nfor y in z:\n    pass\n"
    assert [statement_at(source, line) for line in (1, 2, 3, 4, 9)] == [(1, 1), (2, 3), (2, 3), (4, 4), (9, 9)]

import pytest

from functions.map_code.slices import assigned, slice_of
from mendloop.domain.python_source import PythonSource


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("total = 0", {"total"}),
        ("total: int = 0", {"total"}),
        ("total += price", {"total"}),
        ("(a, b) = pair", {"a", "b"}),
        ("self.rate = 1", {"self"}),
        ('rates["x"] = 1', {"rates"}),
        ("for key, value in items.items():", {"key", "value"}),
        ("with open(path) as file:", {"file"}),
        ('log("seen", request=event)', set()),
        ("if a == b:", set()),
        ("return a >= b", set()),
        ("call(x)[0]", set()),
    ],
)
def test_what_a_line_gives_a_value(line: str, names: set[str]) -> None:
    assert assigned("    " + line) == names


def test_a_call_beside_the_value_is_not_in_its_slice() -> None:
    source = PythonSource(
        b"def f(event):\n    log('seen', request=event)\n    body = clean(event)\n"
        b"    out = make(body)\n    return use(out)\n"
    )
    found = slice_of(source, source.functions[0], 5)
    assert {"use", "make", "clean"} <= found.names
    assert "log" not in found.names

import pytest

from functions.map_code.slices import assigned, slice_of
from mendloop.domain.source_code import read_source


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
        ("final String name = request.name();", {"name"}),
        ("const total = items.length;", {"total"}),
        ("rate, err := rateOf(item)", {"rate", "err"}),
    ],
)
def test_what_a_line_gives_a_value(line: str, names: set[str]) -> None:
    assert assigned("    " + line) == names


def test_a_call_beside_the_value_is_not_in_its_slice() -> None:
    source = read_source(
        "a.py",
        b"def f(event):\n    log('seen', request=event)\n    body = clean(event)\n"
        b"    out = make(body)\n    return use(out)\n",
    )
    assert source is not None
    found = slice_of(source, source.functions[0], 5)
    assert {"use", "make", "clean"} <= found.names
    assert "log" not in found.names
